package dev.letterbox.cli.files;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.OwnProgram;
import dev.letterbox.files.FileService;
import dev.letterbox.files.Rights;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.process.ServiceProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The program of a worker process of {@code serve}: the file service, for requests that the server hands over. */
final class FileWorker {
    private static final String AS_CALLER = "as-caller";
    private static final String AS_SERVER = "as-server";

    private FileWorker() {}

    /** Returns the command that runs it, with a small heap that can grow. A worker without memory exits. */
    static List<String> command(ServedRoot root, boolean asCaller) {
        return OwnProgram.command(
                List.of(
                        "-Xms8m",
                        "-Xmn4m",
                        "-Xmx256m",
                        "-Xss512k",
                        "-XX:+ExitOnOutOfMemoryError",
                        // Standard output belongs to the server; the JVM must not print there.
                        "-XX:+DisplayVMOutputToStderr"),
                FileWorker.class,
                root.link().toString(),
                asCaller ? AS_CALLER : AS_SERVER);
    }

    /**
     * Serves until the server exits.
     *
     * @param arguments the directory, and whose rights to use for opening files
     */
    public static void main(String[] arguments) throws IOException {
        try {
            serve(Path.of(arguments[0]), arguments[1].equals(AS_CALLER) ? Rights.ofCaller() : Rights.ofServer());
        } catch (FileSystemException unopened) {
            // Such as when the server exited while this process started. The JVM exits with status 1 and one line.
            Thread.currentThread()
                    .setUncaughtExceptionHandler((_, _) -> Failures.say(
                            new PrintWriter(System.err, true, System.err.charset()),
                            "A worker process cannot open the served directory: " + Failures.describe(unopened)));
            throw unopened;
        }
    }

    private static void serve(Path directory, Rights rights) throws IOException {
        try (ServedRoot root = ServedRoot.open(directory)) {
            ServiceProcess.run(Map.of(FileService.NAME, new FileService(root, rights)));
        }
    }
}
