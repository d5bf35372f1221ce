package dev.letterbox.files;

import dev.letterbox.FailureKind;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.Incoming;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.engine.Message;
import dev.letterbox.files.FileRequest.Operation;
import dev.letterbox.sysv.file.Descriptor.FileStatus;
import dev.letterbox.testkit.Fuzz;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of thousands of inputs for each format of the file service: each is read or refused, and nothing else. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class FilesFuzzTest {
    private static final int LONGEST = 8_192;

    private final Message message = new Message(8192);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<byte[]> classicMessages() {
        List<byte[]> valid = new ArrayList<>();
        for (ClassicDialect dialect : ClassicDialect.values()) {
            dialect.request(
                    message, 65_536, FileRequest.get(bytes("etc/passwd")).encode());
            valid.add(message.toByteArray());
            dialect.failure(message, FailureKind.REFUSED, "Cannot open 'x': No such file or directory");
            valid.add(message.toByteArray());
        }
        return valid;
    }

    private Message received(long type, byte[] body, int leftOver) {
        message.memory().fill((byte) leftOver);
        return message.put(type, body);
    }

    @Test
    void classicMessagesAreReadOrRefusedInWords() {
        Fuzz.bytes(200_000, LONGEST, classicMessages(), input -> {
            for (ClassicDialect dialect : ClassicDialect.values()) {
                if (dialect.speaks(received(1, input, 0x5a))) {
                    Incoming one = dialect.decode(message);
                    Incoming other = dialect.decode(received(1, input, -1));
                    check(sameAs(one, other), "it depends on what is behind its end");
                    if (one instanceof RawRequest(int returnAddress, byte[] payload)) {
                        check(returnAddress >= 0, "its return address");
                        check(FileRequest.decode(payload).isWholeFile(), "its payload");
                    }
                }
            }
        });
    }

    private static boolean sameAs(Incoming one, Incoming other) {
        return (one instanceof RawRequest(int address, byte[] payload)
                        && other instanceof RawRequest(int again, byte[] same))
                ? address == again && Arrays.equals(payload, same)
                : one.equals(other);
    }

    @Test
    void classicResponsesAreOfSomeKindAndTheirTextIsPrintable() {
        Fuzz.bytes(60_000, 5_000, classicMessages(), input -> {
            for (ClassicDialect dialect : ClassicDialect.values()) {
                received(1 + input.length % 4, input, 0x5a);
                check(dialect.responseKind(message) != null, "its kind");
                String text = dialect.failureText(message);
                check(text.equals(dialect.failureText(received(1, input, -1))), "its text is what is behind its end");
                check(text.chars().noneMatch(each -> each < ' '), "its text");
            }
        });
    }

    @Test
    void requestsForFilesAreReadOrRefusedInWords() {
        List<byte[]> valid = List.of(
                FileRequest.get(bytes("etc/passwd")).encode(),
                new FileRequest(Operation.GET, bytes("big.iso"), 4_096, 512, 0x1234_5678).encode(),
                new FileRequest(Operation.LIST, bytes("."), 0, FileRequest.TO_THE_END, null).encode(),
                new FileRequest(Operation.STAT, bytes("a"), 0, FileRequest.TO_THE_END, null).encode());
        Fuzz.bytes(250_000, LONGEST, valid, input -> {
            try {
                FileRequest read = FileRequest.decode(input);
                check(read.offset() >= 0 && read.length() >= 0, "its range");
                check(read.name().length <= input.length, "its name");
                for (byte each : read.name()) {
                    check(each != 0, "a NUL in its name");
                }
            } catch (ServiceException refused) {
                check(refused.getMessage().startsWith("Malformed file request: "), "what it says");
            }
        });
    }

    @Test
    void listsOfFilesAreReadOrRefused() {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        List<byte[]> valid = new ArrayList<>();
        for (String name : new String[] {"a", "notes.txt", "n".repeat(255)}) {
            byte[] entry = FileEntry.encode(
                    bytes(name), new FileStatus(0_100644, 5_000, Instant.ofEpochSecond(1_700_000_000, 999_999_999)));
            entries.writeBytes(entry);
            valid.add(entry);
            valid.add(entries.toByteArray());
        }
        Fuzz.bytes(150_000, 2_000, valid, input -> {
            try {
                for (FileEntry entry : FileEntry.decode(input)) {
                    check(entry.kind() != null && entry.permissions() >= 0, "its kind");
                }
            } catch (BufferUnderflowException | DateTimeException refused) {
                return; // what FileClient reports as a list that cannot be read
            }
        });
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
