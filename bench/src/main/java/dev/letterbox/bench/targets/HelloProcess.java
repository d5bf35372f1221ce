package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Runs {@link Hello}, from its start to its end, on the JVM that runs this, which is also {@code letterbox}'s. */
final class HelloProcess implements Contender {
    private final Command command;

    HelloProcess() {
        try {
            Path classes = Path.of(Hello.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            // As letterbox starts its short runs.
            command = Command.of(
                            Path.of(System.getProperty("java.home"), "bin", "java"),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classes.toString(),
                            Hello.class.getName())
                    .withoutEnv("JAVA_TOOL_OPTIONS")
                    .withoutEnv("JDK_JAVA_OPTIONS");
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public String name() {
        return "the JVM's hello";
    }

    @Override
    public Sample round(long operations) {
        return WholeProcess.timed(command, operations, () -> 0);
    }

    @Override
    public void check() {
        if (!command.run().expect(0).text().equals("Hello, world\n")) {
            throw new IllegalStateException("Hello did not greet.");
        }
    }

    @Override
    public void close() {}
}
