package dev.letterbox.bench.targets;

import dev.letterbox.bench.targets.JavaSide.Operation;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

/** Fetches one file again and again over gRPC on a Unix domain socket, and throws it away. */
final class GrpcClient {
    private final ManagedChannel channel;
    private final byte[] name;

    private GrpcClient(ManagedChannel channel, byte[] name) {
        this.channel = channel;
        this.name = name;
    }

    /** Counts the bytes of a chunk, through an array of the caller's own: no garbage for it. */
    private static final class Counting implements Marshaller<Integer> {
        private final byte[] scratch = new byte[GrpcFiles.CHUNK];

        @Override
        public InputStream stream(Integer value) {
            throw new UnsupportedOperationException("Clients send no chunks.");
        }

        @Override
        public Integer parse(InputStream stream) {
            try {
                return stream.readNBytes(scratch, 0, scratch.length);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /**
     * Fetches as it is told on standard input.
     *
     * @param args the socket's file, the file's name and size, the number of callers
     */
    public static void main(String[] args) throws Exception {
        MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        ManagedChannel channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(args[0]))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(threads)
                .flowControlWindow(GrpcFiles.WINDOW)
                .directExecutor()
                .usePlaintext()
                .build();
        GrpcClient client = new GrpcClient(channel, args[1].getBytes(StandardCharsets.UTF_8));
        long size = Long.parseLong(args[2]);
        List<Operation> callers = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            MethodDescriptor<InputStream, Integer> method = GrpcFiles.method(new Counting());
            callers.add(() -> client.fetch(method, size));
        }
        try {
            JavaSide.serve(callers, client::checksum);
        } finally {
            channel.shutdownNow();
            var _ = threads.shutdownGracefully();
        }
    }

    /** Takes the chunks on Netty's thread: a thread that waits for each of them was slower. */
    private void fetch(MethodDescriptor<InputStream, Integer> method, long size) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(method, CallOptions.DEFAULT),
                new GrpcFiles.Chunk(name, name.length),
                new StreamObserver<Integer>() {
                    private long bytes;

                    @Override
                    public void onNext(Integer length) {
                        bytes += length;
                    }

                    @Override
                    public void onError(Throwable failure) {
                        done.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        done.complete(bytes);
                    }
                });
        long bytes = done.join();
        if (bytes != size) {
            throw new IllegalStateException(bytes + " bytes came, not " + size);
        }
    }

    private long checksum() throws IOException {
        CRC32C checksum = new CRC32C();
        var chunks = ClientCalls.blockingServerStreamingCall(
                channel, GrpcFiles.method(), CallOptions.DEFAULT, new GrpcFiles.Chunk(name, name.length));
        while (chunks.hasNext()) {
            checksum.update(chunks.next().readAllBytes());
        }
        return checksum.getValue();
    }
}
