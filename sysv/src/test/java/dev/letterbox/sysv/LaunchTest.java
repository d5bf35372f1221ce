package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that uses the module starts with the options that security asks for, and with no word of warning. */
final class LaunchTest {
    private static final Path JDK = Path.of(System.getProperty("java.home"));
    private static final Duration TOOLS = Duration.ofMinutes(2);

    /** Waits with a deadline on both kinds of threads: so it loads and links everything there is. */
    private static final String PROGRAM = """
            package probe;

            import dev.letterbox.sysv.*;
            import dev.letterbox.sysv.error.NativeAccessDeniedException;
            import java.time.Duration;

            public class Main {
                public static void main(String[] none) throws Exception {
                    try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                        queue.send(new Message(7, "over".getBytes()));
                        System.out.println(new String(queue.receive(Selector.any()).body()));
                        System.out.println(queue.receive(Selector.any(), Duration.ofMillis(5)));
                        Thread.ofVirtual().start(() -> {
                            try {
                                System.out.println(queue.receive(Selector.any(), Duration.ofMillis(5)));
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        }).join();
                        System.out.println(MessageQueues.list().size() > 0);
                    } catch (NativeAccessDeniedException refused) {
                        System.out.println(refused.getMessage());
                    }
                }
            }
            """;

    private static final String EXPECTED = "over\nOptional.empty\nOptional.empty\ntrue\n";

    @TempDir
    private static Path folder;

    private static Path probe = Path.of("");
    private static Path library = Path.of("");

    @BeforeAll
    static void compile() throws IOException, URISyntaxException {
        library = Path.of(MessageQueue.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(library).as("the module as it was built").exists();
        Path sources = Files.createDirectories(folder.resolve("src/probe"));
        Path program = Files.writeString(sources.resolve("Main.java"), PROGRAM);
        Path module = Files.writeString(
                folder.resolve("src/module-info.java"), "module probe { requires dev.letterbox.sysv; }");
        probe = folder.resolve("probe");
        tool(
                "javac",
                "-d",
                probe.toString(),
                "--module-path",
                library.toString(),
                module.toString(),
                program.toString());
    }

    private static void tool(String name, String... arguments) {
        clean(Command.of(JDK.resolve("bin").resolve(name), arguments))
                .run(TOOLS)
                .expect(0);
    }

    /** Options in the environment are announced on standard error by every JVM. */
    private static Command clean(Command command) {
        return command.withoutEnv("JAVA_TOOL_OPTIONS").withoutEnv("JDK_JAVA_OPTIONS");
    }

    @Test
    void itRunsInAnImageOfItsOwn() {
        Finished help =
                Command.of(JDK.resolve("bin/jlink"), "--help").run(TOOLS).expect(0);
        assumeTrue(
                Files.isDirectory(JDK.resolve("jmods")) || help.text().contains("Linking from run-time image enabled"),
                "This JDK has no jmods and cannot link from its own run-time image");
        Path image = folder.resolve("image");
        tool(
                "jlink",
                "--module-path",
                library + ":" + probe,
                "--add-modules",
                "probe",
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                image.toString());

        // Maven gives modules a version: name@version.
        assertThat(Command.of(image.resolve("bin/java"), "--list-modules").run().expect(0).lines().stream()
                        .map(module -> module.replaceFirst("@.*", "")))
                .as("the module needs the JDK's base alone")
                .containsExactlyInAnyOrder("java.base", "dev.letterbox.sysv", "probe");
        assertRunsWithoutAWord(
                image,
                "--enable-native-access=dev.letterbox.sysv",
                "--illegal-native-access=deny",
                "-m",
                "probe/probe.Main");
    }

    @Test
    void itRunsAsAModule() {
        assertRunsWithoutAWord(
                JDK,
                "--enable-native-access=dev.letterbox.sysv",
                "--illegal-native-access=deny",
                "-p",
                library + ":" + probe,
                "-m",
                "probe/probe.Main");
    }

    @Test
    void itRunsOnTheClassPath() {
        assertRunsWithoutAWord(
                JDK,
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-cp",
                library + ":" + probe,
                "probe.Main");
    }

    private static void assertRunsWithoutAWord(Path java, String... arguments) {
        Finished done = run(java, arguments);
        assertThat(done.text()).isEqualTo(EXPECTED);
        assertThat(done.err()).isEmpty();
    }

    private static Finished run(Path java, String... arguments) {
        return clean(Command.of(java.resolve("bin/java"), arguments)).run().expect(0);
    }

    @Test
    void aModuleWithoutNativeAccessIsToldTheOptionThatIsMissing() {
        assertThat(run(JDK, "--illegal-native-access=deny", "-p", library + ":" + probe, "-m", "probe/probe.Main")
                        .text())
                .isEqualTo("Access to native code is denied to Letterbox. Start Java with"
                        + " --enable-native-access=dev.letterbox.sysv.\n");
    }

    @Test
    void aClassPathWithoutNativeAccessIsToldTheOptionThatIsMissing() {
        assertThat(run(JDK, "--illegal-native-access=deny", "-cp", library + ":" + probe, "probe.Main")
                        .text())
                .isEqualTo("Access to native code is denied to Letterbox. Start Java with"
                        + " --enable-native-access=ALL-UNNAMED.\n");
    }

    @Test
    void theModuleExportsTheLibraryToAllAndTheCallsToFew() {
        List<String> lines = new ArrayList<>(
                clean(Command.of(JDK.resolve("bin/java"), "-p", library.toString(), "-d", "dev.letterbox.sysv"))
                        .run()
                        .expect(0)
                        .lines());
        assertThat(lines)
                .contains(
                        "exports dev.letterbox.sysv",
                        "exports dev.letterbox.sysv.error",
                        "exports dev.letterbox.sysv.waiters",
                        "requires java.base mandated")
                .anyMatch(line -> line.startsWith("qualified exports dev.letterbox.sysv.linux to "))
                .filteredOn(line -> line.startsWith("exports "))
                .hasSize(3);
        assertThat(lines)
                .noneMatch(line -> line.startsWith("requires ")
                        && !line.startsWith("requires java.base ")
                        && !line.contains(" static"));
    }
}
