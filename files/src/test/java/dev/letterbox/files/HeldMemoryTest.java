package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.files.FileRequest.Operation;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much memory an answer holds that its client has stopped to read: a user may have thousands of them. */
final class HeldMemoryTest {
    private static final int MESSAGE = 8128;
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    private final List<Content> open = new ArrayList<>();
    private final MemorySegment message = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(MESSAGE));
    private ServedRoot root;
    private FileService service;

    @BeforeEach
    void serve() throws IOException {
        root = ServedRoot.open(folder);
        service = new FileService(root);
    }

    @AfterEach
    void close() {
        open.forEach(Content::close);
        root.close();
    }

    private Content open(Operation operation, String name) throws ServiceException {
        byte[] payload = new FileRequest(
                        operation, name.getBytes(StandardCharsets.UTF_8), 0, FileRequest.TO_THE_END, null)
                .encode();
        Content content = service.open(Request.of(Caller.ofUser(0, 0), payload));
        open.add(content);
        return content;
    }

    private byte[] rest(Content content) throws ServiceException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int length = content.read(message, MESSAGE); length >= 0; length = content.read(message, MESSAGE)) {
            bytes.writeBytes(message.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("SystemGc") // what is left after it is what is held
    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aListOfALargeDirectoryIsNotHeldWhole() throws Exception {
        int files = 5_000;
        for (int i = 0; i < files; i++) {
            Files.createFile(folder.resolve("a file with a name of some length " + i));
        }
        long before = heapBytes();
        for (int i = 0; i < 200; i++) {
            assertThat(open(Operation.LIST, ".").read(message, MESSAGE)).isPositive();
        }

        assertThat(heapBytes() - before).isLessThan(10 * MIB);

        List<FileEntry> entries = FileEntry.decode(rest(open(Operation.LIST, ".")));
        assertThat(entries).hasSize(files).doesNotHaveDuplicates();
        assertThat(entries).allMatch(entry -> entry.kind() == FileEntry.Kind.FILE);
    }

    @Test
    void filesThatAreReadHalfwayHoldNoMoreBlocksThanThereAre() throws Exception {
        int size = (int) MIB;
        byte[] content = Files.readAllBytes(TempFiles.file(folder, "large", size));
        long before = Proc.self().residentBytes();
        for (int i = 0; i < 1_500; i++) {
            Content each = open(Operation.GET, "large");
            for (int done = 0; done < size / 2; ) {
                done += each.read(message, MESSAGE);
            }
        }

        assertThat(Proc.self().residentBytes() - before).isLessThan(60 * MIB);

        // Those without a block get the same.
        assertThat(rest(open(Operation.GET, "large"))).isEqualTo(content);
        open.forEach(Content::close);
        open.clear();
        assertThat(rest(open(Operation.GET, "large"))).isEqualTo(content);
    }
}
