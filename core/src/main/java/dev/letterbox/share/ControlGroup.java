package dev.letterbox.share;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The control groups of this process, as far as they limit its memory. Both versions of the interface are read. */
public final class ControlGroup {
    /** Version 1 says so much, or nearly, if there is no limit. */
    private static final long UNLIMITED = 1L << 60;

    private final Path root;

    /** Creates one for this process. */
    public ControlGroup() {
        this(Path.of("/"));
    }

    /**
     * Creates one that reads other files.
     *
     * @param root where {@code proc} and {@code sys} are
     */
    ControlGroup(Path root) {
        this.root = root;
    }

    /**
     * Reads how much memory the group of this process may use: the lowest limit of it and of the groups around it.
     *
     * @return bytes; empty if there is no limit, or none can be read
     */
    public OptionalLong memoryLimit() {
        long lowest = UNLIMITED;
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            // hierarchy:controllers:path, with hierarchy 0 and no controllers for version 2
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            if (parts[0].equals("0")) {
                lowest = Math.min(lowest, lowest("sys/fs/cgroup", parts[2], "memory.max"));
            } else if (List.of(parts[1].split(",", -1)).contains("memory")) {
                lowest = Math.min(lowest, lowest("sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"));
            }
        }
        return lowest < UNLIMITED ? OptionalLong.of(lowest) : OptionalLong.empty();
    }

    /** From the group up to the root: in a container the path may be that outside, of which only the root is there. */
    private long lowest(String mount, String group, String file) {
        Path top = root.resolve(mount);
        Path at = top.resolve(group.substring(group.startsWith("/") ? 1 : 0)).normalize();
        long lowest = UNLIMITED;
        while (at != null && at.startsWith(top)) {
            for (String line : lines(at.resolve(file))) {
                if (!line.equals("max")) {
                    lowest = Math.min(lowest, number(line));
                }
            }
            at = at.getParent();
        }
        return lowest;
    }

    private static long number(String line) {
        try {
            return Long.parseLong(line.strip());
        } catch (NumberFormatException newer) {
            return UNLIMITED;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException absent) {
            return List.of();
        }
    }
}
