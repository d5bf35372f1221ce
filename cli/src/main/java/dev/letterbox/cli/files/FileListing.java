package dev.letterbox.cli.files;

import dev.letterbox.cli.output.Amounts;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.files.FileEntry;
import dev.letterbox.files.FileNames;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Writes the entries of a server's directories, and holds the option that says how. */
final class FileListing {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());

    @Option(names = "--json", description = "Write JSON; docs/schemas/entries.schema.json describes it.")
    private boolean json;

    /** What is written of each entry, unless JSON is asked for. */
    record Look(boolean details, boolean human, boolean marks) {
        static final Look DETAILS = new Look(true, false, false);
    }

    void write(List<FileEntry> entries, Look look, PrintWriter out) {
        if (json) {
            out.println(json(entries));
        } else {
            List<String> lines = text(entries, look, Terminal.isTerminal(1));
            out.flush();
            // A name in a pipe is bytes, which a writer of text would change.
            lines.forEach(line -> System.out.writeBytes(FileNames.bytes(line + "\n")));
            System.out.flush();
        }
        out.flush();
    }

    /** Returns a line for each entry. Control characters in names are escaped on a terminal and kept in a pipe. */
    private static List<String> text(List<FileEntry> entries, Look look, boolean terminal) {
        int width = entries.stream()
                .mapToInt(entry -> size(entry, look.human()).length())
                .max()
                .orElse(0);
        return entries.stream()
                .map(entry -> {
                    String name = (terminal ? Printable.escaped(FileNames.bytes(entry.name())) : entry.name())
                            + mark(entry, look);
                    if (!look.details()) {
                        return name;
                    }
                    String size = size(entry, look.human());
                    return "%s%s  %s  %s  %s"
                            .formatted(
                                    letter(entry),
                                    permissions(entry.permissions()),
                                    " ".repeat(width - size.length()) + size,
                                    TIME.format(entry.modified()),
                                    name);
                })
                .toList();
    }

    /** Returns the sign of its kind, as {@code ls -F} has it. A directory has one in a list of names in any case. */
    private static String mark(FileEntry entry, Look look) {
        char kind = letter(entry);
        if (kind == 'd' && !look.details()) {
            return "/";
        }
        return !look.marks()
                ? ""
                : switch (kind) {
                    case 'd' -> "/";
                    case 'l' -> "@";
                    case 'p' -> "|";
                    case 's' -> "=";
                    case '-' -> (entry.permissions() & 0_111) != 0 ? "*" : "";
                    default -> "";
                };
    }

    private static String size(FileEntry entry, boolean human) {
        return human ? Amounts.bytes((double) entry.size()) : Long.toString(entry.size());
    }

    /** The letters of ls(1), by the type in {@code st_mode}. */
    private static char letter(FileEntry entry) {
        return switch (entry.mode() >> 12) {
            case 1 -> 'p';
            case 2 -> 'c';
            case 4 -> 'd';
            case 6 -> 'b';
            case 8 -> '-';
            case 10 -> 'l';
            case 12 -> 's';
            default -> '?';
        };
    }

    /** Returns the permissions of owner, group and others, without the special bits. */
    static Set<PosixFilePermission> permissionSet(FileEntry entry) {
        return PosixFilePermissions.fromString(permissions(entry.permissions()));
    }

    private static String permissions(int bits) {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int bit = 0; bit < 9; bit++) {
            if ((bits & 0_400 >> bit) == 0) {
                text.setCharAt(bit, '-');
            }
        }
        return text.toString();
    }

    private static String json(List<FileEntry> entries) {
        return entries.stream()
                .map(entry -> new JsonObject()
                        .put("name", new String(FileNames.bytes(entry.name()), StandardCharsets.UTF_8))
                        .put("nameHex", HexFormat.of().formatHex(FileNames.bytes(entry.name())))
                        .put("kind", entry.kind().name().toLowerCase(Locale.ROOT))
                        .put("mode", "%04o".formatted(entry.permissions()))
                        .put("size", entry.size())
                        .put("modified", entry.modified().toString())
                        .inOneLine())
                .collect(Collectors.joining(",\n  ", "[\n  ", "\n]"));
    }
}
