package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class FileNamesTest {
    @Example
    void textStaysAsItIs() {
        String name = "Grüße \ud83d\ude00.txt";
        assertThat(FileNames.bytes(name)).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
        assertThat(FileNames.text(FileNames.bytes(name))).isEqualTo(name);
    }

    @Example
    void aByteThatIsNotUtf8IsACharacterOfItsOwn() {
        assertThat(FileNames.text("caf\u00e9.txt".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("caf\udce9.txt");
    }

    @Property
    void anyBytesComeBack(@ForAll byte[] name) {
        assertThat(FileNames.bytes(FileNames.text(name))).isEqualTo(name);
    }

    @Property
    void anyTextComesBack(@ForAll String name) {
        String text = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(FileNames.text(FileNames.bytes(text))).isEqualTo(text);
    }
}
