package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jars that the launcher runs, as the build left them. */
final class ClassFilesIT {
    private static final Path PROGRAM = Path.of(System.getProperty("letterbox.root", ".."), "cli/target/letterbox");

    /** The first format with stack maps. */
    private static final int JAVA_6 = 50;

    @Test
    void everyClassIsInAFormatThatTheCacheOfClassesKeeps() throws IOException {
        Map<String, Integer> formats = new LinkedHashMap<>();
        try (Stream<Path> jars = Files.list(PROGRAM.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                formats.putAll(formats(jar));
            }
        }
        assertThat(formats).containsKeys("picocli/CommandLine.class", "dev/letterbox/cli/files/Get.class");
        assertThat(formats).allSatisfy((name, format) -> assertThat(format).isGreaterThanOrEqualTo(JAVA_6));
    }

    @Test
    void theCacheOfClassesIsThere() {
        assertThat(PROGRAM.resolve("letterbox.aot")).isNotEmptyFile();
    }

    /** As where an image of a container was made on a newer machine. */
    @Test
    void theCacheOfClassesWorksOnProcessorsThatCanDoLess() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "another processor");
        assumeTrue(
                Command.of("sh", "-c", "command -v qemu-x86_64").run().status() == 0,
                "qemu-x86_64 is not installed: qemu-user");
        Finished version = Command.of(
                        "qemu-x86_64",
                        "-cpu",
                        "Nehalem",
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:AOTMode=on",
                        "-XX:AOTCache=" + PROGRAM.resolve("letterbox.aot"),
                        "--module-path=" + PROGRAM.resolve("lib"),
                        "--enable-native-access=dev.letterbox.sysv,org.jline.terminal.ffm",
                        "--module=dev.letterbox.cli/dev.letterbox.cli.Main",
                        "--version")
                .run(Duration.ofMinutes(5))
                .expect(0);
        assertThat(version.text()).startsWith("letterbox ");
    }

    private static Map<String, Integer> formats(Path path) throws IOException {
        Map<String, Integer> formats = new LinkedHashMap<>();
        try (JarFile jar = new JarFile(path.toFile())) {
            List<JarEntry> classes = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .toList();
            for (JarEntry entry : classes) {
                try (DataInputStream content = new DataInputStream(jar.getInputStream(entry))) {
                    content.skipNBytes(6); // the magic number and the minor version
                    formats.put(entry.getName(), content.readUnsignedShort());
                }
            }
        }
        return formats;
    }
}
