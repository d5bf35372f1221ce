package dev.letterbox.sysv.examples;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.util.List;
import java.util.Map;

/** Runs the examples of docs/library.md as their reader would: each in a JVM of its own. */
final class ExampleRun {
    private ExampleRun() {}

    /** Returns what the example prints. */
    static List<String> output(String example) {
        return example.equals("AskCalculator")
                ? outputBesideTheCalculator()
                : finished(example).lines();
    }

    private static Finished finished(String example) {
        Command command = JavaProcess.running(ExampleRun.class.getPackageName() + "." + example)
                .command();
        // It shows all queues that there are.
        return (example.equals("AllQueues") ? command.inOwnIpcNamespace(Map.of()) : command)
                .run()
                .expect(0);
    }

    private static List<String> outputBesideTheCalculator() {
        String key = Key.free().toString();
        try (ChildProcess calculator =
                Command.of(Peers.program("calculator"), "-k", key).start()) {
            calculator.awaitLine("ready");
            List<String> answers = JavaProcess.running(AskCalculator.class)
                    .command(key)
                    .run()
                    .expect(0)
                    .lines();
            calculator.signal("TERM");
            calculator.exit().expect(0);
            return answers;
        }
    }
}
