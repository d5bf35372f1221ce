import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Prints three ports of the loopback interface on which nobody listens, for a test's own broker. They lie outside of the
 * range from which the kernel takes ports for connections, so that none of them is taken before the broker listens.
 */
void main() throws IOException {
    String[] range = Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_local_port_range")).getFirst().split("\\s+");
    int first = Integer.parseInt(range[0]);
    int last = Integer.parseInt(range[1]);
    IO.println(ThreadLocalRandom.current()
            .ints(10_000, 65_536)
            .filter(port -> (port < first || port > last) && isFree(port))
            .distinct()
            .limit(3)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" ")));
}

boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.isBound();
    } catch (IOException taken) {
        return false;
    }
}
