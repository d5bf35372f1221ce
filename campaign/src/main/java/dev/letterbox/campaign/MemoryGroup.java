package dev.letterbox.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A control group that limits the memory of one program, by version 1 of the kernel's interface. */
final class MemoryGroup implements AutoCloseable {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");

    private final Path group;

    /** Returns whether such groups can be made here. */
    static boolean canBeMade() {
        return Files.isWritable(GROUPS);
    }

    /** Creates a group that may use that many bytes. */
    MemoryGroup(long bytes) throws IOException {
        group = Files.createTempDirectory(GROUPS, "letterbox-");
        Files.writeString(group.resolve("memory.limit_in_bytes"), "" + bytes);
    }

    /** Returns a command that runs the program in this group. */
    List<String> command(List<String> program) {
        List<String> words =
                new ArrayList<>(List.of("sh", "-c", "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"", group.toString()));
        words.addAll(program);
        return words;
    }

    /** Removes the group, whose program has ended. */
    @Override
    public void close() {
        try {
            Files.delete(group);
        } catch (IOException inUse) {
            throw new UncheckedIOException(inUse);
        }
    }
}
