package dev.letterbox.queues;

import dev.letterbox.engine.Sender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process or a thread that used a queue last, as {@code msg_lspid} and {@code msg_lrpid} have it. Its id may be another
 * process's by now: this is for texts alone.
 *
 * @param pid its id; 0 if it belongs to a pid namespace that is invisible from here
 */
record UserProcess(int pid) implements Sender {
    private static final Pattern EFFECTIVE_USER = Pattern.compile("(?m)^Uid:\\s*\\d+\\s+(\\d+)");

    private static final Pattern ENDED = Pattern.compile("(?m)^State:\\s*[ZX]");

    /** Returns its effective user; empty if it has exited or is hidden. */
    OptionalInt uid() {
        try {
            Matcher user = EFFECTIVE_USER.matcher(read("status"));
            return user.find() ? OptionalInt.of(Integer.parseUnsignedInt(user.group(1))) : OptionalInt.empty();
        } catch (IOException exitedOrHidden) {
            return OptionalInt.empty();
        }
    }

    /** Returns whether it runs as that user; a zombie does not. */
    boolean isRunningAs(int user) {
        try {
            return pid != 0 && !ENDED.matcher(read("status")).find() && uid().equals(OptionalInt.of(user));
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
            String name = read("comm").strip().replaceAll("[^ -~]", "?");
            return "process %d, %s%s"
                    .formatted(
                            pid, name, user.isPresent() ? ", of uid " + Integer.toUnsignedString(user.getAsInt()) : "");
        } catch (IOException exitedOrHidden) {
            return "process " + pid + ", which has exited or is hidden";
        }
    }

    /** A process may give itself a name in any bytes. */
    private String read(String file) throws IOException {
        return Files.readString(Path.of("/proc", Integer.toString(pid), file), StandardCharsets.ISO_8859_1);
    }
}
