package dev.letterbox.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.ServiceException;
import dev.letterbox.files.FileRequest.Operation;
import dev.letterbox.fuzz.Check;
import dev.letterbox.sysv.file.Descriptor.FileStatus;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients ask the file service for, and the lists that it sends. */
final class FileFormatsFuzzTest {
    static Stream<byte[]> payloads() {
        return Stream.of(
                FileRequest.get(bytes("etc/passwd")).encode(),
                new FileRequest(Operation.GET, bytes("big.iso"), 4_096, 512, 0x1234_5678).encode(),
                new FileRequest(Operation.LIST, bytes("."), 0, FileRequest.TO_THE_END, null).encode(),
                new FileRequest(Operation.STAT, bytes("a"), 0, FileRequest.TO_THE_END, null).encode());
    }

    static Stream<byte[]> lists() {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        for (String name : new String[] {"a", "notes.txt", "n".repeat(255)}) {
            entries.writeBytes(FileEntry.encode(
                    bytes(name),
                    new FileStatus(0_100644, 5_000, Instant.ofEpochSecond(1_700_000_000, 999_999_999), 16)));
        }
        return Stream.of(new byte[0], Arrays.copyOf(entries.toByteArray(), 27), entries.toByteArray());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @MethodSource("payloads")
    @FuzzTest
    void requestsForFilesAreReadOrRefusedInWords(byte[] input) {
        try {
            FileRequest read = FileRequest.decode(input);
            Check.that(read.offset() >= 0 && read.length() >= 0, "its range");
            for (byte each : read.name()) {
                Check.that(each != 0, "there is a NUL in its name");
            }
            byte[] again = read.encode();
            // Without a checksum of the prefix, its field means nothing; nor do the flags that nobody has given a
            // meaning.
            Check.that(Arrays.equals(again, 8, again.length, input, 8, input.length), "written again, it is another");
        } catch (ServiceException refused) {
            Check.that(String.valueOf(refused.getMessage()).startsWith("Malformed file request: "), "what it says");
        }
    }

    @MethodSource("lists")
    @FuzzTest
    void listsOfFilesAreReadOrRefused(byte[] input) {
        try {
            for (FileEntry entry : FileEntry.decode(input)) {
                Check.that(entry.kind() != null && entry.permissions() >= 0, "its kind");
            }
        } catch (BufferUnderflowException | DateTimeException refused) {
            return; // what FileClient reports as a list that cannot be read
        }
    }

    static Stream<byte[]> names() {
        return Stream.of(
                bytes("Grüße \ud83d\ude00.txt"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1), bytes("\u202ea"));
    }

    @MethodSource("names")
    @FuzzTest
    void aNameComesBackAndIsPrintedInOneLine(byte[] name) {
        Check.that(Arrays.equals(FileNames.bytes(FileNames.text(name)), name), "other bytes come back");
        Check.that(
                FileNames.printable(name)
                        .codePoints()
                        .noneMatch(
                                point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT),
                "it can move the cursor");
    }
}
