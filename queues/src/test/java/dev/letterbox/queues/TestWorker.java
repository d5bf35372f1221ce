package dev.letterbox.queues;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.contract.TestServices;
import dev.letterbox.process.ServiceProcess;
import dev.letterbox.testkit.JavaProcess;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;

/** The program of worker processes in tests, with services that end it in every way there is. */
final class TestWorker {
    private TestWorker() {}

    static List<String> command() {
        return JavaProcess.running(TestWorker.class)
                .options(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx48m",
                        "-XX:+DisplayVMOutputToStderr",
                        "-XX:-CreateCoredumpOnCrash")
                .command()
                .words();
    }

    public static void main(String[] none) {
        ServiceProcess.run(Map.of(
                "echo", TestServices.echo(),
                "pid", _ -> Content.of(String.valueOf(pid())),
                "who", TestServices.whoAsks(),
                "pattern", request -> pattern(Long.parseLong(text(request)), Long.MAX_VALUE),
                "part", request -> pattern(1_000_000, Long.parseLong(text(request))),
                "endless", _ -> pattern(Long.MAX_VALUE, Long.MAX_VALUE),
                "sleep", _ -> sleepUntilInterrupted(),
                "say",
                        request -> {
                            System.out.println("a service says " + text(request));
                            System.out.flush();
                            return Content.of("said");
                        },
                "left", request -> Content.of(String.valueOf(request.timeLeft().isPresent())),
                "end", request -> end(text(request))));
    }

    private static String text(Request request) {
        return new String(request.payload(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    /** The byte that is due at a place of {@code pattern}. */
    static byte at(long place) {
        return (byte) (place * 31 + (place >> 8));
    }

    /** Content of a size, as far as it comes before the process kills itself. */
    private static Content pattern(long size, long deadAt) {
        return new Content() {
            private long place;

            @Override
            public OptionalLong size() {
                return size == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(size);
            }

            @Override
            public int read(MemorySegment target, int limit) {
                if (place >= deadAt) {
                    kill();
                }
                int length = (int) Math.min(Math.min(limit, 5_000), size - place);
                for (int i = 0; i < length; i++) {
                    target.set(ValueLayout.JAVA_BYTE, i, at(place + i));
                }
                place += length;
                return length == 0 ? -1 : length;
            }

            @Override
            public void close() {}
        };
    }

    private static Content sleepUntilInterrupted() throws ServiceException {
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("nobody opens it");
        } catch (InterruptedException told) {
            throw new ServiceException("interrupted");
        }
    }

    private static Content end(String how) throws ServiceException {
        switch (how) {
            case "killed" -> kill();
            case "aborted" -> abort();
            case "exit" -> System.exit(7);
            case "memory" -> {
                throw new ServiceException("a list of " + new int[1 << 30].length);
            }
            case "error" -> throw new StackOverflowError("as if");
            case "loop" -> {
                while (pid() > 0) {
                    Thread.interrupted();
                }
            }
            default -> throw new ServiceException("What is " + how + "?");
        }
        throw new ServiceException("still there");
    }

    private static void kill() {
        try {
            new ProcessBuilder("kill", "-KILL", String.valueOf(pid())).start().waitFor();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** As native code does that finds itself in a state that cannot be. */
    @SuppressWarnings("restricted")
    private static void abort() {
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("abort"), FunctionDescriptor.ofVoid())
                    .invokeExact();
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }
}
