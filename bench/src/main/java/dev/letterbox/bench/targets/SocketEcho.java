package dev.letterbox.bench.targets;

import dev.letterbox.bench.targets.JavaSide.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Is either end of a round trip over a Unix domain socket: the JDK's own, blocking, with buffers outside the heap. */
final class SocketEcho {
    private SocketEcho() {}

    /**
     * Asks as it is told on standard input, or answers one who asks until it is killed.
     *
     * @param args {@code ask} or {@code answer}; the socket's file
     */
    public static void main(String[] args) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(args[1]);
        if (args[0].equals("answer")) {
            ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(address);
            Thread.ofPlatform().daemon().start(() -> answer(listening));
            JavaSide.awaitEndOfInput();
            return;
        }
        try (SocketChannel channel = SocketChannel.open(address)) {
            ByteBuffer message = ByteBuffer.allocateDirect(QueueEcho.SIZE);
            Operation trip = () -> trip(channel, message);
            JavaSide.serve(List.of(trip), () -> {
                trip(channel, message);
                return JavaSide.NO_CHECKSUM;
            });
        }
    }

    private static void trip(SocketChannel channel, ByteBuffer message) throws IOException {
        long number = message.getLong(0) + 1;
        message.putLong(0, number);
        write(channel, message.clear());
        message.putLong(0, -1);
        read(channel, message.clear());
        if (message.getLong(0) != number) {
            throw new IllegalStateException("The answer differs from the question.");
        }
    }

    private static void answer(ServerSocketChannel listening) {
        try (listening;
                SocketChannel channel = listening.accept()) {
            ByteBuffer message = ByteBuffer.allocateDirect(QueueEcho.SIZE);
            while (true) {
                read(channel, message.clear());
                write(channel, message.flip());
            }
        } catch (EOFException ended) {
            return;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void read(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException();
            }
        }
    }

    private static void write(SocketChannel channel, ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }
}
