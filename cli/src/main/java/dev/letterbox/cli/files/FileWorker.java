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

/** Is the program of a worker process of {@code serve}: the file service, for requests that the server hands to it. */
final class FileWorker {
    private static final String AS_CALLER = "as-caller";
    private static final String AS_SERVER = "as-server";

    private FileWorker() {}

    /** Makes the command that runs it. Its heap is small, and grows when it must; an end is better than a worker without memory. */
    static List<String> command(ServedRoot root, boolean asCaller) {
        return OwnProgram.command(
                List.of(
                        "-Xms8m",
                        "-Xmn4m",
                        "-Xmx256m",
                        "-Xss512k",
                        "-XX:+ExitOnOutOfMemoryError",
                        // Standard output is the server's, whatever the JVM has to say.
                        "-XX:+DisplayVMOutputToStderr"),
                FileWorker.class,
                root.link().toString(),
                asCaller ? AS_CALLER : AS_SERVER);
    }

    /**
     * Serves until the server ends.
     *
     * @param arguments the directory, and with whose rights files are opened
     */
    public static void main(String[] arguments) throws IOException {
        try {
            serve(Path.of(arguments[0]), arguments[1].equals(AS_CALLER) ? Rights.ofCaller() : Rights.ofServer());
        } catch (FileSystemException unopened) {
            // Such as after a server that ended while this process started. The JVM ends with 1, and one line.
            Thread.currentThread()
                    .setUncaughtExceptionHandler((_, _) -> Failures.say(
                            new PrintWriter(System.err, true, System.err.charset()),
                            "A worker cannot open what is served: "
                                    + Failures.describe(unopened, String.valueOf(unopened))));
            throw unopened;
        }
    }

    private static void serve(Path directory, Rights rights) throws IOException {
        try (ServedRoot root = ServedRoot.open(directory)) {
            ServiceProcess.run(Map.of(FileService.NAME, new FileService(root, rights)));
        }
    }
}
