package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, {@code ./letterbox}, in environments of many kinds. */
final class LauncherIT {
    private static final Path JDK = Path.of(System.getProperty("java.home"));

    @TempDir
    private Path folder;

    private static Command launcher(String... arguments) {
        return Command.of(Path.of(System.getProperty("letterbox.root"), "letterbox"), arguments)
                .env("JAVA_HOME", JDK.toString())
                .withoutEnv("JAVA_TOOL_OPTIONS")
                .withoutEnv("JDK_JAVA_OPTIONS");
    }

    @ParameterizedTest
    @CsvSource({
        "JAVA_TOOL_OPTIONS, -Xshare:auto",
        "JAVA_TOOL_OPTIONS, -Xshare:off",
        "JAVA_TOOL_OPTIONS, -Xmx64m -XX:+UseParallelGC",
        "JDK_JAVA_OPTIONS, -Xshare:off",
        "_JAVA_OPTIONS, -XX:SharedArchiveFile=/nonexistent",
        "JAVA_TOOL_OPTIONS, -XX:+UseStringDeduplication"
    })
    void javaOptionsInTheEnvironmentDoNotPreventTheStart(String variable, String options) {
        assertThat(launcher("--version").env(variable, options).run().expect(0).text())
                .startsWith("letterbox ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tlh_QO.UTF-8", "C", "", "C.UTF-8", "de_DE@euro"})
    void textIsUtf8WhateverTheLocaleIsCalled(String locale) throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            launcher("send", "" + queue.id(), "--text", "Grüße, 5 €")
                    .env("LC_ALL", locale)
                    .run()
                    .expect(0);
            assertThat(new String(queue.receive(Selector.any()).body(), StandardCharsets.UTF_8))
                    .isEqualTo("Grüße, 5 €");
        }
    }

    @Test
    void theCacheOfClassesIsUsedByTheJdkThatWroteIt() throws IOException {
        assertThat(optionsGivenTo(Files.readString(JDK.resolve("release")))).contains("-XX:AOTCache=");
    }

    /** Refused, it would cost more than none. */
    @ParameterizedTest
    @CsvSource({"'', BUILD=other", "OS_NAME=, OS_NAME=other", "(?s)OS_NAME=.*, ''"})
    void theCacheOfClassesIsUsedByNoOtherJdk(String part, String other) throws IOException {
        String own = Files.readString(JDK.resolve("release"));
        assertThat(optionsGivenTo(part.isEmpty() ? own + other + "\n" : own.replaceFirst(part, other)))
                .contains("-XX:+UseSerialGC")
                .doesNotContain("-XX:AOTCache=");
    }

    @Test
    void theStartNeedsNoProgramOfThePath() throws IOException {
        fakeJdk(Files.readString(JDK.resolve("release")));
        Finished ended = onFakeJdk().env("PATH", "").run().expect(0);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.text()).contains("-XX:AOTCache=");
    }

    @Test
    void aWorkingDirectoryThatWasRemovedIsToldInOneLine() {
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                "mkdir \"$0\" && cd \"$0\" && rmdir \"$0\" && exec \"$@\"",
                folder.resolve("gone").toString()));
        words.addAll(launcher("--version").words());
        Finished ended =
                Command.of(words).env("JAVA_HOME", JDK.toString()).run().expect(1);
        // Some shells add a line of their own before it.
        assertThat(ended.err()).endsWith("letterbox: the working directory was removed: change to another one.\n");
        assertThat(ended.err()).doesNotContain("Java", "java");
    }

    /** Runs on a JDK that tells how it was called. */
    private String optionsGivenTo(String release) throws IOException {
        fakeJdk(release);
        return onFakeJdk().run().expect(0).text();
    }

    private Command onFakeJdk() {
        return launcher("--version").env("JAVA_HOME", folder.toString());
    }

    private void fakeJdk(String release) throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        for (String name : new String[] {"java", "javac"}) {
            Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\necho \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(folder.resolve("release"), release);
    }
}
