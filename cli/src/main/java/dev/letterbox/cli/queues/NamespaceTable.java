package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.IpcNamespaces;
import dev.letterbox.cli.host.IpcNamespaces.Namespace;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Table.Column;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.Mode;
import java.util.ArrayList;
import java.util.List;

/** Shows the queues of all IPC namespaces, each with a process through which one can enter it. */
final class NamespaceTable {
    private static final List<Column> COLUMNS = List.of(
            new Column("KEY", false, false, -2),
            new Column("ID", true, false, 0),
            new Column("OWNER", false, true, -3),
            new Column("MODE", false, false, 1),
            new Column("MESSAGES", true, false, -1),
            new Column("BYTES", true, false, 0));

    private NamespaceTable() {}

    static List<String> lines(IpcNamespaces found, Terminal terminal) {
        Accounts accounts = new Accounts();
        List<String> lines = new ArrayList<>();
        for (Namespace namespace : found.namespaces()) {
            add(heading(namespace), terminal, lines);
            if (namespace.queues().isEmpty()) {
                add("Cannot be entered: " + namespace.refusal().orElse("?"), terminal, lines);
            } else if (namespace.queues().get().isEmpty()) {
                lines.add("No queues.");
            } else {
                lines.addAll(table(namespace, accounts).lines(terminal, true));
            }
            lines.add("");
        }
        add(missing(found), terminal, lines);
        return lines;
    }

    private static void add(String sentence, Terminal terminal, List<String> lines) {
        lines.addAll(terminal.labelled("", sentence));
    }

    private static String heading(Namespace namespace) {
        String where = namespace.name() + (namespace.own() ? " (this one)" : "");
        if (namespace.pid().isEmpty()) {
            return "%s: mounted at %s, with no visible process".formatted(where, namespace.entrance());
        }
        return "%s: process %d (%s)%s%s"
                .formatted(
                        where,
                        namespace.pid().getAsLong(),
                        namespace.program().orElse("?"),
                        namespace.processes() > 1 ? " and %d more".formatted(namespace.processes() - 1) : "",
                        namespace.mappedUsers() ? "; owners are shown as numbers in its user namespace" : "");
    }

    private static String missing(IpcNamespaces found) {
        if (found.hiddenProcesses() > 0) {
            boolean one = found.hiddenProcesses() == 1;
            String whose = FoundQueues.isRoot()
                    ? one
                            ? "process hides its namespace, even from root."
                            : "processes hide their namespaces, even from root."
                    : one
                            ? "process of another user hides its namespace. Root sees more."
                            : "processes of other users hide their namespaces. Root sees more.";
            return found.hiddenProcesses() + " " + whose;
        }
        return found.complete()
                ? "All processes of the machine were examined."
                : "Processes outside this pid namespace, or hidden by the mount option hidepid of /proc, are invisible, and"
                        + " so are the queues of their namespaces.";
    }

    private static Table table(Namespace namespace, Accounts accounts) {
        Table table = new Table(COLUMNS);
        namespace
                .queues()
                .orElseThrow()
                .forEach(queue -> table.add(List.of(
                        Cell.of(queue.key() == 0 ? "-" : "0x%08x".formatted(queue.key())),
                        Cell.of(queue.id()),
                        Cell.of(namespace.owner(queue, accounts)),
                        Cell.of(Mode.of(queue.mode()).toString()),
                        Cell.of(queue.messages()),
                        Cell.of(queue.bytes()))));
        return table;
    }
}
