package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.RandomCases;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    @Test
    void textStaysAsItIs() {
        String name = "Grüße \ud83d\ude00.txt";
        assertThat(FileNames.bytes(name)).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
        assertThat(FileNames.text(FileNames.bytes(name))).isEqualTo(name);
    }

    @Test
    void aByteThatIsNotUtf8IsACharacterOfItsOwn() {
        assertThat(FileNames.text("caf\u00e9.txt".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("caf\udce9.txt");
    }

    /** It goes into log lines and messages for people. */
    @Test
    void whatPeopleReadHasNoControlCharacters() {
        assertThat(FileNames.printable("Gr\u00fc\u00dfe.txt".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("Gr\u00fc\u00dfe.txt");
        assertThat(FileNames.printable("a\n\u001b[2Jb".getBytes(StandardCharsets.UTF_8)))
                .startsWith("a")
                .endsWith("b")
                .doesNotContain("\n", "\u001b");
    }

    @Test
    void anyBytesComeBack() {
        RandomCases.check(1_000, random -> {
            byte[] name = RandomCases.bytes(random, 100);
            assertThat(FileNames.bytes(FileNames.text(name))).isEqualTo(name);
        });
    }

    @Test
    void anyTextComesBack() {
        RandomCases.check(1_000, random -> {
            String text = RandomCases.text(random, 50);
            assertThat(FileNames.text(FileNames.bytes(text))).isEqualTo(text);
        });
    }
}
