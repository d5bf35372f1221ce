package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback interface for servers that tests start.
 *
 * <p>Port 0 asks the kernel for a free port, but it comes from the range that the kernel also gives to the near end of
 * every connection: once released, any connection on the machine may have it before the server listens. These ports lie
 * outside of that range.
 */
public final class LoopbackPort {
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private static final int FIRST = 10_000;
    private static final int LAST = 65_535;
    private static final int TRIES = 10_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {}

    /**
     * Returns a port on which nobody listens, that no connection gets by itself, and that this method never returned
     * before in this process. It is drawn at random, so that other processes that do the same seldom meet.
     */
    public static int find() {
        int[] ephemeral = ephemeral();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < TRIES; i++) {
            int port = random.nextInt(FIRST, LAST + 1);
            if ((port < ephemeral[0] || port > ephemeral[1]) && isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new AssertionError("No port from %d to %d is free outside of %s (%d to %d)"
                .formatted(FIRST, LAST, EPHEMERAL, ephemeral[0], ephemeral[1]));
    }

    /** The first and the last of the ports that the kernel gives to connections (ip(7), ip_local_port_range). */
    static int[] ephemeral() {
        try {
            return Arrays.stream(Files.readAllLines(EPHEMERAL).getFirst().split("\\s+"))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
