package dev.letterbox.bench.targets;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Serves a directory's files over gRPC on a Unix domain socket: on Netty's native transport, on its own threads. */
final class GrpcServer {
    private GrpcServer() {}

    /**
     * Serves until its input ends.
     *
     * @param args the directory; the socket's file
     */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        Server server = NettyServerBuilder.forAddress(new DomainSocketAddress(args[1]))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(threads)
                .workerEventLoopGroup(threads)
                .flowControlWindow(GrpcFiles.WINDOW)
                // The files are in the page cache: another thread would only cost a switch.
                .directExecutor()
                .addService(ServerServiceDefinition.builder(GrpcFiles.SERVICE)
                        .addMethod(
                                GrpcFiles.method(),
                                ServerCalls.<InputStream, InputStream>asyncServerStreamingCall(
                                        (name, response) -> get(root, name, response)))
                        .build())
                .build()
                .start();
        JavaSide.awaitEndOfInput();
        server.shutdownNow();
        var _ = threads.shutdownGracefully();
    }

    private static void get(Path root, InputStream name, StreamObserver<InputStream> response) {
        try {
            String text = new String(name.readAllBytes(), StandardCharsets.UTF_8);
            new Sending(new FileInputStream(root.resolve(text).toFile()), (ServerCallStreamObserver<InputStream>)
                            response)
                    .begin();
        } catch (IOException unreadable) {
            response.onError(Status.NOT_FOUND.withCause(unreadable).asException());
        }
    }

    /** Sends a file as fast as the client takes it, and never more. */
    private static final class Sending {
        private final FileInputStream file;
        private final ServerCallStreamObserver<InputStream> response;
        private final byte[] chunk = new byte[GrpcFiles.CHUNK];
        private boolean done;

        Sending(FileInputStream file, ServerCallStreamObserver<InputStream> response) {
            this.file = file;
            this.response = response;
        }

        void begin() {
            response.setOnReadyThreshold(GrpcFiles.WINDOW);
            response.setOnReadyHandler(this::send);
            response.setOnCancelHandler(this::close);
            send();
        }

        private void send() {
            try {
                while (!done && response.isReady()) {
                    int length = file.read(chunk);
                    if (length < 0) {
                        close();
                        response.onCompleted();
                    } else {
                        // Drained before this returns, so the array is free again.
                        response.onNext(new GrpcFiles.Chunk(chunk, length));
                    }
                }
            } catch (IOException unreadable) {
                close();
                response.onError(Status.INTERNAL.withCause(unreadable).asException());
            }
        }

        private void close() {
            done = true;
            try {
                file.close();
            } catch (IOException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
