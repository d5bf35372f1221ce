package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyTest {
    @Test
    void aKeyOf0NamesNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(0))
                .withMessageContainingAll("IPC_PRIVATE", "without a key");
    }

    @ParameterizedTest
    @CsvSource({
        "0x1aaaaaa1, 0x1aaaaaa1",
        "0X1AAAAAA1, 0x1aaaaaa1",
        "447392417, 0x1aaaaaa1",
        "1, 0x00000001",
        "-1, 0xffffffff",
        "4294967295, 0xffffffff",
        "0xffffffff, 0xffffffff",
        "-2147483648, 0x80000000",
        "0x80000000, 0x80000000",
        "017, 0x0000000f"
    })
    void aKeyIsReadAsPeopleWriteIt(String text, String key) {
        assertThat(Key.parse(text)).hasToString(key);
        assertThat(Key.parse(key)).isEqualTo(Key.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "0x",
                "12 ",
                "1.5",
                "4294967296",
                "0x100000000",
                "0x1aaaaaa100000000",
                "-2147483649",
                "99999999999999999999",
                "ftok",
                "ftok:",
                "ftok:/etc/passwd",
                "ftok:/etc/passwd:",
                "ftok:/etc/passwd:xy",
                "ftok:/etc/passwd:\u00e9",
                "key:",
                "key:key:1",
                "ftok::1"
            })
    void whatIsNoKeyIsNamedAndRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.parse(text))
                .withMessageStartingWith("'" + text + "' is not a key: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0x0", "-0", "00"})
    void aTextThatMeans0IsRefusedAsPrivate(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Key.parse(text)).withMessageContaining("IPC_PRIVATE");
    }

    @Test
    void aKeyMadeOfAFileHasProjectDeviceAndInode(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("a file with : and blanks"));
        long inode = (Long) Files.getAttribute(file, "unix:ino");
        long device = (Long) Files.getAttribute(file, "unix:dev");
        for (int project : new int[] {1, 'a', 128, 255}) {
            int expected = (int) (((long) project << 24) | ((device & 0xff) << 16) | (inode & 0xffff));
            assertThat(Key.ftok(file, project)).isEqualTo(Key.of(expected));
            assertThat(Key.parse("ftok:" + file + ":" + project)).isEqualTo(Key.of(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 256, 0x100_0001})
    void aProjectOutOfRangeIsRefused(int project) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.ftok(Path.of("/"), project))
                .withMessage("The project id of ftok must be 1 to 255, not " + project + ".");
    }

    @Test
    void aFileThatIsNotThereGivesNoKey() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.ftok(Path.of("/no/such/file"), 1))
                .withMessage("ftok finds no key for '/no/such/file': No such file or directory (ENOENT). The file must"
                        + " exist.");
        assertThatIllegalArgumentException().isThrownBy(() -> Key.parse("ftok:/no/such/file:1"));
        assertThatIllegalArgumentException().isThrownBy(() -> Key.parse("ftok:/a\0b:1"));
    }

    @Test
    void aFreeKeyIsNobodys() {
        Key key = Key.free();
        assertThatExceptionOfType(NoSuchQueueException.class).isThrownBy(() -> MessageQueue.open(key));
    }

    @Test
    void aKeyThatIsTakenIsNotFree() {
        AtomicInteger asked = new AtomicInteger();
        Linux crowded = new ForwardingLinux() {
            @Override
            public long msgget(int key, int flags) {
                return asked.incrementAndGet() < 5 ? 0 : super.msgget(key, flags);
            }
        };
        assertThat(Key.free(crowded)).isNotNull();
        assertThat(asked).hasValue(5);
    }

    @Test
    void aProjectIdMayBeWrittenAsACharacterAsInC() {
        Path file = Path.of("/etc/passwd");
        assertThat(Key.parse("ftok:/etc/passwd:a"))
                .isEqualTo(Key.ftok(file, 97))
                .isEqualTo(Key.ftok(file, 'a'));
        assertThat(Key.parse("ftok:/etc/passwd:1")).isEqualTo(Key.ftok(file, 1));
        assertThat(Key.ftok(file, '1')).isEqualTo(Key.ftok(file, 49));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.ftok(file, '\u20ac'))
                .withMessageContaining("must be ASCII");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.parse("ftok:/etc/passwd:xy"))
                .withMessage(
                        "'ftok:/etc/passwd:xy' is not a key: the project id 'xy' is not a number from 1 to 255, and"
                                + " not one ASCII character.");
    }

    @Test
    void aKeyMayBeMarkedAsOne() {
        assertThat(Key.parse("key:447392417")).isEqualTo(Key.of(0x1aaaaaa1));
        assertThat(Key.parse("key:0x1aaaaaa1")).isEqualTo(Key.of(0x1aaaaaa1));
        assertThat(Key.parse("key:ftok:/etc/passwd:a")).isEqualTo(Key.ftok(Path.of("/etc/passwd"), 'a'));
    }
}
