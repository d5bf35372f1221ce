package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

class LeakGuardTest {
    /** What ends that which the subjects below leave. */
    private static final Deque<Runnable> CLEANUP = new ArrayDeque<>();

    @AfterEach
    void clean() {
        CLEANUP.forEach(Runnable::run);
        CLEANUP.clear();
    }

    @Test
    void letsAClassPassThatLeavesNothing() {
        assertThat(failuresOf(Clean.class, false, Deadline.PATIENCE)).isEmpty();
    }

    @Test
    void namesEachIpcObject() {
        IpcTable before = IpcTable.now();
        CLEANUP.add(() -> IpcTable.difference(before, IpcTable.now()).forEach(LeakGuardTest::remove));
        assertThat(failuresOf(LeavesIpc.class, false))
                .satisfiesExactly(
                        ofClass -> assertThat(ofClass)
                                .startsWith("LeavesIpc left behind:")
                                .containsPattern("message queue \\d+ \\(key 0x")
                                .containsPattern("shared memory segment \\d+")
                                .containsPattern("semaphore set \\d+"),
                        ofRun -> assertThat(ofRun)
                                .startsWith("The test run left behind:")
                                .contains("message queue"));
    }

    @Test
    void namesAProcess() {
        assertThat(failuresOf(LeavesProcess.class, false))
                .first()
                .asString()
                .containsPattern("process \\d+ \\(alive\\), sleep 60");
    }

    @Test
    void namesAProcessWhoseParentHasEnded() {
        assertThat(failuresOf(LeavesOrphan.class, false))
                .first()
                .asString()
                .containsPattern("process \\d+ \\(alive\\), sleep 61");
    }

    @Test
    void namesAThreadAndWhereItIs() {
        assertThat(failuresOf(LeavesThread.class, false))
                .first()
                .asString()
                .contains("thread 'forgotten'", "CountDownLatch.await");
    }

    @Test
    void needsNoAnnotationWhereExtensionsAreDetected() {
        assertThat(failuresOf(LeavesThreadUnguarded.class, true)).hasSize(2);
        assertThat(failuresOf(LeavesThreadUnguarded.class, false)).isEmpty();
    }

    private static List<String> failuresOf(Class<?> subject, boolean detection) {
        // What was left is there before it is looked for.
        return failuresOf(subject, detection, Duration.ofMillis(300));
    }

    private static List<String> failuresOf(Class<?> subject, boolean detection, Duration grace) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", Boolean.toString(detection))
                .configurationParameter(LeakGuard.GRACE, "" + grace.toMillis())
                .selectors(selectClass(subject))
                .execute()
                .allEvents()
                .failed()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage())
                .toList();
    }

    private static void remove(IpcTable.Item item) {
        String kind = switch (item) {
            case IpcTable.Queue _ -> "-q";
            case IpcTable.Segment _ -> "-m";
            case IpcTable.SemaphoreSet _ -> "-s";
        };
        Command.of("ipcrm", kind, Integer.toString(item.id())).run().expect(0);
    }

    private static void leaveThread() {
        CountDownLatch end = new CountDownLatch(1);
        CLEANUP.add(end::countDown);
        Thread forgotten = Thread.ofPlatform().name("forgotten").start(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Await.until("it waits", () -> forgotten.getState() == Thread.State.WAITING);
    }

    @ExtendWith(LeakGuard.class)
    static class Clean {
        @AutoClose
        static final ChildProcess SHARED = Command.of("sleep", "60").start();

        @Test
        void endsAThreadAfterTheClass() {
            Thread.ofPlatform().start(() -> Command.of("sleep", "0.2").run());
        }

        @Test
        void removesItsQueue() {
            Command.of("sh", "-c", "ipcrm -q $(ipcmk -Q | grep -o '[0-9]*$')")
                    .run()
                    .expect(0);
        }
    }

    @ExtendWith(LeakGuard.class)
    static class LeavesIpc {
        @Test
        void makesOneOfEach() {
            Command.of("ipcmk", "-Q", "-M", "1", "-S", "1").run().expect(0);
        }
    }

    @ExtendWith(LeakGuard.class)
    static class LeavesProcess {
        @Test
        void startsOne() throws IOException {
            Process process = new ProcessBuilder("sleep", "60").start();
            CLEANUP.add(process::destroyForcibly);
        }
    }

    @ExtendWith(LeakGuard.class)
    static class LeavesOrphan {
        @Test
        void startsOne() {
            ChildProcess parent =
                    Command.of("sh", "-c", "setsid sleep 61 & exit 0").start();
            CLEANUP.add(parent::close);
            parent.exit();
            Await.until(
                    "the orphan has become what it is to be",
                    () -> Proc.startedWith(ChildProcess.MARK, ChildProcess.markOfThisJvm())
                            .anyMatch(process -> process.commandLine().equals("sleep 61")));
        }
    }

    @ExtendWith(LeakGuard.class)
    static class LeavesThread {
        @Test
        void startsOne() {
            leaveThread();
        }
    }

    static class LeavesThreadUnguarded {
        @Test
        void startsOne() {
            leaveThread();
        }
    }
}
