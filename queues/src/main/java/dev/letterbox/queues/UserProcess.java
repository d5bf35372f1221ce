package dev.letterbox.queues;

import dev.letterbox.engine.Sender;
import dev.letterbox.sysv.linux.ProcessStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A process or a thread that used a queue last, as {@code msg_lspid} and {@code msg_lrpid} have it. Its id may be another
 * process's by now: this is for texts alone.
 *
 * @param pid its id; 0 if it belongs to a pid namespace that is invisible from here
 */
record UserProcess(int pid) implements Sender {
    /** Returns its effective user; empty if it has exited or is hidden. */
    OptionalInt uid() {
        try {
            return ProcessStatus.in(directory()).uid();
        } catch (IOException exitedOrHidden) {
            return OptionalInt.empty();
        }
    }

    /** Returns whether it runs as that user; a zombie does not. */
    boolean isRunningAs(int user) {
        try {
            ProcessStatus status = ProcessStatus.in(directory());
            return pid != 0 && !status.hasExited() && status.uid().equals(OptionalInt.of(user));
        } catch (IOException exitedOrHidden) {
            return false;
        }
    }

    @Override
    public String describe() {
        if (pid == 0) {
            return "a process in another pid namespace";
        }
        OptionalInt user = uid();
        try {
            String name = Files.readString(directory().resolve("comm"), StandardCharsets.ISO_8859_1)
                    .strip()
                    .replaceAll("[^ -~]", "?");
            return "process %d, %s%s"
                    .formatted(
                            pid, name, user.isPresent() ? ", of uid " + Integer.toUnsignedString(user.getAsInt()) : "");
        } catch (IOException exitedOrHidden) {
            return "process " + pid + ", which has exited or is hidden";
        }
    }

    private Path directory() {
        return Path.of("/proc", Integer.toString(pid));
    }
}
