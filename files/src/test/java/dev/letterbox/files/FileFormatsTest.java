package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.ServiceException;
import dev.letterbox.files.FileRequest.Operation;
import dev.letterbox.sysv.file.Descriptor.FileStatus;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients ask for, and what lists look like, byte for byte as docs/protocol.md has it. */
final class FileFormatsTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] payload(int operation, int flags, int checksum, long offset, long length, String name) {
        return ByteBuffer.allocate(24 + name.length())
                .order(ByteOrder.nativeOrder())
                .put((byte) operation)
                .put((byte) flags)
                .putShort((short) 0)
                .putInt(checksum)
                .putLong(offset)
                .putLong(length)
                .put(bytes(name))
                .array();
    }

    @ParameterizedTest
    @CsvSource({"GET, 0", "LIST, 1", "STAT, 2"})
    void everyOperationIsWrittenAndRead(Operation operation, int code) throws ServiceException {
        byte[] written = payload(code, 0, 0, 5, 6, "a/b");
        FileRequest read = FileRequest.decode(written);
        assertThat(read.operation()).isEqualTo(operation);
        assertThat(read.name()).isEqualTo(bytes("a/b"));
        assertThat(read.offset()).isEqualTo(5);
        assertThat(read.length()).isEqualTo(6);
        assertThat(read.prefixChecksum()).isNull();
        assertThat(read.encode()).isEqualTo(written);
    }

    @Test
    void aChecksumOfThePrefixIsThereIfItsFlagIs() throws ServiceException {
        byte[] written = payload(0, 1, 0x1234_5678, 5, 6, "a");
        assertThat(FileRequest.decode(written).prefixChecksum()).isEqualTo(0x1234_5678);
        assertThat(FileRequest.decode(written).encode()).isEqualTo(written);
        assertThat(FileRequest.decode(payload(0, 1, 0, 5, 6, "a")).prefixChecksum())
                .isZero();
        assertThat(FileRequest.decode(payload(0, 2, 7, 5, 6, "a")).prefixChecksum())
                .as("another flag")
                .isNull();
        assertThat(FileRequest.decode(payload(0, 3, 7, 5, 6, "a")).prefixChecksum())
                .as("beside another flag")
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 9223372036854775807, true",
        "0, 1, 9223372036854775807, false",
        "0, 0, 9223372036854775806, false",
        "1, 0, 9223372036854775807, false",
        "2, 0, 9223372036854775807, false"
    })
    void aWholeFileIsAllOfItFromItsBeginning(int operation, long offset, long length, boolean whole)
            throws ServiceException {
        assertThat(FileRequest.decode(payload(operation, 0, 0, offset, length, "a"))
                        .isWholeFile())
                .isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 0, there is no such operation",
        "-1, 0, 0, there is no such operation",
        "0, -1, 0, its range is negative",
        "0, 0, -1, its range is negative"
    })
    void whatIsOutOfRangeIsRefused(int operation, long offset, long length, String why) {
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> FileRequest.decode(payload(operation, 0, 0, offset, length, "a")))
                .withMessage("Malformed file request: " + why);
    }

    @Test
    void aRangeMayBeginAndEndAtNothing() throws ServiceException {
        FileRequest read = FileRequest.decode(payload(0, 0, 0, 0, 0, ""));
        assertThat(read.offset()).isZero();
        assertThat(read.length()).isZero();
        assertThat(read.name()).isEmpty();
    }

    @Test
    void whatIsTooShortOrHasANulIsRefused() {
        byte[] whole = payload(0, 0, 0, 0, 0, "");
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> FileRequest.decode(Arrays.copyOf(whole, 23)))
                .withMessage("Malformed file request: it has 23 bytes");
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> FileRequest.decode(payload(0, 0, 0, 0, 0, "a\0b")))
                .withMessage("Malformed file request: there is a NUL in its name");
    }

    @Test
    void aListIsReadWithAllThatItTellsOfEachFile() {
        Instant changed = Instant.ofEpochSecond(1_700_000_000, 999_999_999);
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.writeBytes(FileEntry.encode(bytes("notes"), new FileStatus(0_100640, 5_000, changed, 0)));
        list.writeBytes(FileEntry.encode(bytes("sub"), new FileStatus(0_041777, 4_096, changed, 0)));
        list.writeBytes(FileEntry.encode(bytes("link"), new FileStatus(0_120777, 3, Instant.EPOCH, 0)));
        list.writeBytes(FileEntry.encode(bytes("pipe"), new FileStatus(0_010600, 0, Instant.EPOCH, 0)));

        List<FileEntry> entries = FileEntry.decode(list.toByteArray());
        assertThat(entries)
                .containsExactly(
                        new FileEntry("notes", 0_100640, 5_000, changed),
                        new FileEntry("sub", 0_041777, 4_096, changed),
                        new FileEntry("link", 0_120777, 3, Instant.EPOCH),
                        new FileEntry("pipe", 0_010600, 0, Instant.EPOCH));
        assertThat(entries)
                .extracting(FileEntry::kind)
                .containsExactly(
                        FileEntry.Kind.FILE, FileEntry.Kind.DIRECTORY, FileEntry.Kind.LINK, FileEntry.Kind.OTHER);
        assertThat(entries).extracting(FileEntry::permissions).containsExactly(0_640, 0_1777, 0_777, 0_600);
    }

    @Test
    void aFileMayHaveBeenChangedBefore1970() {
        Instant before = Instant.ofEpochSecond(-2, 500_000_000);
        byte[] list = FileEntry.encode(bytes("old"), new FileStatus(0_100640, 1, before, 0));
        assertThat(FileEntry.decode(list)).extracting(FileEntry::modified).containsExactly(before);
    }

    @Test
    void theLengthOfANameHasNoSign() {
        String longest = "n".repeat(65_535);
        byte[] list = FileEntry.encode(bytes(longest), new FileStatus(0_100640, 1, Instant.EPOCH, 0));
        assertThat(FileEntry.decode(list)).extracting(FileEntry::name).containsExactly(longest);
    }

    @Test
    void aListThatEndsInTheMiddleOfAnEntryIsNone() {
        byte[] entry = FileEntry.encode(bytes("a"), new FileStatus(0_100644, 1, Instant.EPOCH, 0));
        assertThat(FileEntry.decode(new byte[0])).isEmpty();
        for (int length = 1; length < entry.length; length++) {
            byte[] cut = Arrays.copyOf(entry, length);
            assertThatExceptionOfType(BufferUnderflowException.class).isThrownBy(() -> FileEntry.decode(cut));
        }
    }
}
