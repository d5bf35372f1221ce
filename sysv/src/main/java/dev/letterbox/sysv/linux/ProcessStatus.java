package dev.letterbox.sysv.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the kernel tells of a process in {@code /proc/PID/status}; see {@code proc_pid_status(5)}. What it does not tell is
 * empty.
 */
public final class ProcessStatus {
    private static final Path SELF = Path.of("/proc/self");

    /** The fields of Uid and Gid: real, effective, saved, file system. */
    private static final int EFFECTIVE = 1;

    private final String text;

    private ProcessStatus(String text) {
        this.text = text;
    }

    /**
     * Reads the status of this process.
     *
     * @return the status; nothing is known if {@code /proc} is not there
     */
    public static ProcessStatus ofThisProcess() {
        try {
            return in(SELF);
        } catch (IOException hidden) {
            return of("");
        }
    }

    /**
     * Reads the status of a process or a thread.
     *
     * @param directory its directory in {@code /proc}
     * @return the status
     * @throws IOException if it has exited, or is hidden
     */
    public static ProcessStatus in(Path directory) throws IOException {
        // A process may give itself a name in any bytes.
        return of(Files.readString(directory.resolve("status"), StandardCharsets.ISO_8859_1));
    }

    /**
     * Returns a status that was read before.
     *
     * @param text the text of the file
     * @return the status
     */
    public static ProcessStatus of(String text) {
        return new ProcessStatus(text);
    }

    private Optional<String> field(String name) {
        String start = name + ":";
        return text.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst();
    }

    private static Stream<String> words(String value) {
        return Stream.of(value.split("\\s+", -1)).filter(word -> !word.isEmpty());
    }

    /**
     * Returns the effective user.
     *
     * @return the user's id
     */
    public OptionalInt uid() {
        return field("Uid").stream()
                .flatMap(value -> words(value).skip(EFFECTIVE).limit(1))
                .mapToInt(Integer::parseUnsignedInt)
                .findFirst();
    }

    /**
     * Returns the supplementary groups.
     *
     * @return the groups' ids
     */
    public Set<Long> groups() {
        return field("Groups").stream()
                .flatMap(ProcessStatus::words)
                .map(Long::valueOf)
                .collect(Collectors.toSet());
    }

    /**
     * Returns the effective capabilities.
     *
     * @return a bit for each
     */
    public OptionalLong capabilities() {
        return field("CapEff").stream()
                .mapToLong(value -> Long.parseUnsignedLong(value, 16))
                .findFirst();
    }

    /**
     * Returns whether it has a capability in its user namespace.
     *
     * @param capability the capability's number, as in {@code capabilities(7)}
     * @return false also if that is unknown
     */
    public boolean has(int capability) {
        return (capabilities().orElse(0) >>> capability & 1) != 0;
    }

    /**
     * Returns whether a system call filter (seccomp) is in force.
     *
     * @return false also if that is unknown
     */
    public boolean isFiltered() {
        return field("Seccomp").filter("2"::equals).isPresent();
    }

    /**
     * Returns whether it has exited, and its parent has not heard of that yet.
     *
     * @return true for a zombie
     */
    public boolean hasExited() {
        return field("State")
                .filter(state -> state.startsWith("Z") || state.startsWith("X"))
                .isPresent();
    }
}
