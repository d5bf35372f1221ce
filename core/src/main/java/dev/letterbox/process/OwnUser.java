package dev.letterbox.process;

import dev.letterbox.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The user that this process acts for, as {@code proc_pid_status(5)} says. */
final class OwnUser {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** The fields of Uid and Gid: real, effective, saved, file system. */
    private static final int EFFECTIVE = 2;

    private OwnUser() {}

    /** Returns the effective user; empty if {@code /proc} does not tell. */
    static Optional<Caller> find() {
        int uid = -1;
        int gid = -1;
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split("\\s+", -1);
                switch (fields[0]) {
                    case "Uid:" -> uid = Integer.parseUnsignedInt(fields[EFFECTIVE]);
                    case "Gid:" -> gid = Integer.parseUnsignedInt(fields[EFFECTIVE]);
                    default -> {}
                }
            }
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException hidden) {
            return Optional.empty();
        }
        return uid == -1 ? Optional.empty() : Optional.of(Caller.ofUser(uid, gid));
    }
}
