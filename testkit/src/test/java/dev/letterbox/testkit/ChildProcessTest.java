package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
    private static Command shell(String script) {
        return Command.of("sh", "-c", script);
    }

    @Test
    void returnsStatusAndBothOutputs() {
        Finished finished = shell("echo out; echo err >&2; exit 3").run();
        assertThat(finished.status()).isEqualTo(3);
        assertThat(finished.lines()).containsExactly("out");
        assertThat(finished.err()).isEqualTo("err\n");
        assertThatThrownBy(() -> finished.expect(0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("Ended with 3, not with 0", "out\n", "err\n");
    }

    @Test
    void takesMoreThanPipesHoldFromBothOutputsAtOnce() {
        Finished finished = shell("head -c 8000000 /dev/zero >&2 & head -c 8000000 /dev/zero; wait")
                .run();
        assertThat(finished.out()).hasSize(8_000_000);
        assertThat(finished.err()).hasSize(8_000_000);
    }

    @Test
    void writesOutputToAFile(@TempDir Path folder) {
        Path file = folder.resolve("out");
        assertThat(shell("printf whole").outTo(file).run().expect(0).out()).isEmpty();
        assertThat(file).hasContent("whole");
    }

    @Test
    void givesInputAndItsEnd() {
        byte[] input = TempFiles.bytes(1_000_000);
        assertThat(Command.of("cat").input(input).run().out()).isEqualTo(input);
        assertThat(Command.of("cat").run().out()).isEmpty();
    }

    @Test
    void doesNotMindAProcessThatLeavesItsInput() {
        Command.of("true").input(new byte[1_000_000]).run().expect(0);
    }

    @Test
    void setsFolderAndEnvironment(@TempDir Path folder) {
        Command command = shell("pwd -P; echo $NAME; echo ${HOME-none}")
                .inDirectory(folder)
                .env("NAME", "value")
                .withoutEnv("HOME");
        assertThat(command.run().lines()).containsExactly(folder.toString(), "value", "none");
    }

    @Test
    void awaitsWholeLinesOnly() {
        try (ChildProcess process = shell("printf 'ready 1'; sleep 60").start()) {
            assertThatThrownBy(() -> process.awaitLine("ready", Duration.ofMillis(50)))
                    .isInstanceOf(AssertionError.class);
        }
        try (ChildProcess process =
                shell("printf 'ready 1'; sleep 0.1; echo 2; sleep 60").start()) {
            MatchResult line = process.awaitLine("^ready (\\d+)$");
            assertThat(line.group(1)).isEqualTo("12");
        }
    }

    @Test
    void awaitsSeveralLinesOnEitherOutput() {
        try (ChildProcess process =
                shell("echo served a; echo served b; echo oops >&2; sleep 60").start()) {
            assertThat(process.awaitLines(2, "served (.)", Deadline.PATIENCE))
                    .extracting(line -> line.group(1))
                    .containsExactly("a", "b");
            process.awaitErrLine("^oops$");
        }
    }

    @Test
    void stopsAwaitingALineWhenTheOutputHasEnded() {
        try (ChildProcess process = shell("echo wrong; echo why >&2").start()) {
            assertThatThrownBy(() -> process.awaitLine("ready", Duration.ofHours(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("standard output ended before 1 lines held 'ready'", "wrong", "why");
        }
    }

    @Test
    void failsWithOutputsAndSleepingThreadsWhenTheEndDoesNotCome() {
        try (ChildProcess process = shell("echo so far; exec sleep 60").start()) {
            process.awaitLine("so far");
            process.proc().awaitAsleepIn(Syscall.CLOCK_NANOSLEEP);
            assertThatThrownBy(() -> process.exit(Duration.ofMillis(10)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("Still runs after", "so far", "sleep S in CLOCK_NANOSLEEP");
        }
    }

    @Test
    void returnsInTimeWhenChildrenKeepTheOutputOpen() {
        try (ChildProcess process = shell("echo parent; sleep 60 & exit 0").start()) {
            assertThat(process.exit().lines()).containsExactly("parent");
        }
    }

    @Test
    void hasStoppedItWhenTheSignalWasSent() {
        try (ChildProcess process = shell("while :; do :; done").start()) {
            process.signal("STOP");
            assertThat(process.proc().tasks()).allMatch(task -> task.state() == 'T');
        }
    }

    @Test
    void sendsSignals() {
        try (ChildProcess process = shell("trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 0.01; done")
                .start()) {
            process.awaitLine("ready");
            process.signal("TERM");
            assertThat(process.exit().expect(7).lines()).containsExactly("ready", "asked");
        }
        try (ChildProcess process = Command.of("sleep", "60").start()) {
            process.kill();
            assertThat(process.exit().status()).isEqualTo(128 + 9);
        }
    }

    @Test
    void ignoresNoSignalAlsoWhereTheTestsThemselvesIgnoreSome() {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "trap '' HUP INT QUIT; exec \"$@\"", "sh"));
        words.addAll(JavaProcess.running(Starts.class).command().words());
        assertThat(Command.of(words).run().expect(0).lines())
                .containsExactly("ignores signals: false", "no-such-program cannot be started");
    }

    static final class Starts {
        public static void main(String[] none) {
            try (ChildProcess child =
                    Command.of("cat").env("PATH", "/nowhere").openInput().start()) {
                // Its answer comes from the program that is to be looked at, and not from one that becomes it.
                child.writeLine("started");
                child.awaitLine("started");
                System.out.println("ignores signals: " + child.proc().ignoresSignals());
            }
            try {
                System.out.println(Command.of("no-such-program").run().expect(0).text());
            } catch (UncheckedIOException absent) {
                System.out.println("no-such-program cannot be started");
            }
        }
    }

    @Test
    void closeKillsChildrenAlsoThoseWhoseParentHasEnded() {
        String orphan = "setsid sh -c 'sleep 60 & echo orphan $!' & wait";
        long child;
        long orphaned;
        try (ChildProcess process =
                shell("sleep 60 & echo child $!; " + orphan + "; sleep 60").start()) {
            child = Long.parseLong(process.awaitLine("child (\\d+)").group(1));
            orphaned = Long.parseLong(process.awaitLine("orphan (\\d+)").group(1));
            assertThat(new Proc(child).isAlive()).isTrue();
            assertThat(new Proc(orphaned).isAlive()).isTrue();
        }
        assertThat(new Proc(child).isAlive()).isFalse();
        assertThat(new Proc(orphaned).isAlive()).isFalse();
    }

    @Test
    void closeKillsWhatOutlivesAKilledProcess() {
        long child;
        try (ChildProcess process = shell("sleep 60 & echo child $!; sleep 60").start()) {
            child = Long.parseLong(process.awaitLine("child (\\d+)").group(1));
            process.kill();
            process.exit();
            assertThat(new Proc(child).isAlive()).isTrue();
        }
        assertThat(new Proc(child).isAlive()).isFalse();
    }

    @Test
    void closeWorksInAnInterruptedThread() {
        ChildProcess process = Command.of("sleep", "60").start();
        Thread.currentThread().interrupt();
        process.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void closeEndsAProcessThatForksAllTheTime() {
        try (ChildProcess process = shell(
                        "f() { setsid sh -c 'sleep 60' & }; echo go; while :; do f; sleep 0.002; done")
                .start()) {
            process.awaitLine("go");
            Await.until("some run", () -> process.proc().children().size() > 5);
        }
        assertThat(Proc.startedWith(ChildProcess.MARK, ChildProcess.markOfThisJvm()))
                .isEmpty();
    }

    @Test
    void runsAsAnotherUser() {
        assertThat(shell("id -u; id -g; id -G").asUser(Privileges.NOBODY).run().lines())
                .containsExactly("65534", "65534", "65534");
        assertThat(shell("id -u; id -g").asUser(1234, 5678).run().lines()).containsExactly("1234", "5678");
    }

    @Test
    void killsAnotherUsersProcessesToo() {
        long child;
        try (ChildProcess process =
                shell("sleep 60 & echo child $!").asUser(Privileges.NOBODY).start()) {
            child = Long.parseLong(process.awaitLine("child (\\d+)").group(1));
            process.exit();
        }
        assertThat(new Proc(child).isAlive()).isFalse();
    }

    @Test
    void saysWhatCouldNotBeStarted() {
        assertThatThrownBy(() -> Command.of("no-such-program").start()).hasMessageContaining("no-such-program");
    }

    @Test
    void leavesNoDescriptor() {
        Command.of("true").run().expect(0);
        int before = Proc.self().descriptorCount();
        for (int i = 0; i < 20; i++) {
            Command.of("true").run().expect(0);
        }
        Await.value("all pipes are closed", Proc.self()::descriptorCount, now -> now <= before + 2);
    }
}
