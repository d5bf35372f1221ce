package dev.letterbox.cli.host;

import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.UserNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds names and ids of users and groups, by {@code getent}, which also knows those of directory servers. The JDK can only
 * look up names, and does not return the id.
 */
public final class Accounts {
    private static final String UNMAPPED = "unmapped";

    private final Map<Integer, String> users = new HashMap<>();
    private final Map<Integer, String> groups = new HashMap<>();

    /**
     * Returns a user's name, or the number if there is none; {@value #UNMAPPED} in a user namespace that does not know the
     * user, where the kernel shows the same number for all of these.
     */
    public String user(int uid) {
        return users.computeIfAbsent(uid, id -> UserNamespace.mayHideUser(id) ? UNMAPPED : name("passwd", id));
    }

    /** Returns a group's name, in the same way. */
    String group(int gid) {
        return groups.computeIfAbsent(gid, id -> UserNamespace.mayHideGroup(id) ? UNMAPPED : name("group", id));
    }

    /** Returns a queue's owner and group in the form of chown. */
    public String owner(QueueStatus queue) {
        return user(queue.ownerUid()) + ":" + group(queue.ownerGid());
    }

    /** Finds the id of a user by name or number. */
    public static OptionalInt uid(String text) {
        return id("passwd", text);
    }

    /** Finds the id of a group by name or number. */
    public static OptionalInt gid(String text) {
        return id("group", text);
    }

    /**
     * Says why {@link #uid} or {@link #gid} found nothing.
     *
     * @param what {@code user} or {@code group}
     * @param text what was looked for
     */
    public static String notFound(String what, String text) {
        try {
            getent("--version").destroy();
        } catch (IOException notInstalled) {
            return "cannot look up %s '%s': getent is not installed. Write the %s's number."
                    .formatted(what, text, what);
        }
        return "there is no %s '%s'.".formatted(what, text);
    }

    private static Process getent(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("getent"));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String name(String database, int id) {
        String number = Integer.toUnsignedString(id);
        return entry(database, number).map(fields -> fields[0]).orElse(number);
    }

    private static OptionalInt id(String database, String text) {
        if (text.matches("\\d{1,10}")) {
            long number = Long.parseLong(text);
            // The largest id means "no change" in system calls, and is never assigned.
            return number < 0xffff_ffffL ? OptionalInt.of((int) number) : OptionalInt.empty();
        }
        return text.startsWith("-")
                ? OptionalInt.empty()
                : entry(database, text)
                        .map(fields -> OptionalInt.of(Integer.parseUnsignedInt(fields[2])))
                        .orElse(OptionalInt.empty());
    }

    private static Optional<String[]> entry(String database, String key) {
        try {
            try (var out = getent(database, key).getInputStream()) {
                String[] fields = new String(out.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElse("")
                        .split(":", -1);
                return fields.length > 3 ? Optional.of(fields) : Optional.empty();
            }
        } catch (IOException notInstalled) {
            return Optional.empty();
        }
    }
}
