package dev.letterbox.cli;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs the command line as its users do: as a program, or, where a process makes no difference, within this one. */
public final class Letterbox {
    private Letterbox() {}

    /** Makes the command that runs it as a program. */
    public static Command program(String... arguments) {
        return java().command(arguments);
    }

    /** Makes the command that runs it as a program that every user may run. */
    public static Command programForAll(String... arguments) {
        return java().readableByAll().command(arguments);
    }

    /** Makes the command that runs it as a program whose temporary files are in that folder. */
    public static Command programWithTemporaryFilesIn(Path folder, String... arguments) {
        return java().options("-Djava.io.tmpdir=" + folder).command(arguments);
    }

    /** A short life needs neither the second compiler nor many threads; a test that counts threads is glad of that. */
    private static JavaProcess java() {
        return JavaProcess.running(Main.class)
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UseDynamicNumberOfCompilerThreads");
    }

    /** What a run within this process came to. */
    public record Ended(int status, String out, String err) {}

    /** Runs it within this process. For commands that write to standard output as a stream of bytes, it is no good. */
    public static Ended run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            int status = Main.run(arguments);
            return new Ended(status, written.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
