package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.LeftoverSearch;
import dev.letterbox.cli.host.OrphanSearch.Row;
import dev.letterbox.cli.output.Ages;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Style;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Table.Column;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.sysv.QueueStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Shows the private queues that {@code reap} examined, as a table and as JSON. */
final class ReapView {
    /** Queues that need a decision come first. */
    static final Comparator<Row> ORDER = Comparator.comparing(Row::fate, Comparator.comparingInt(ReapView::rank))
            .thenComparing(Row::verdict)
            .thenComparingInt(Row::id);

    private ReapView() {}

    /** Returns whether only {@code --all} shows it: there may be thousands of private queues of programs that nothing is known of. */
    static boolean isSpared(Row row) {
        return row.verdict().equals("alive")
                || (row.verdict().equals("unknown") && row.opinion().isPresent());
    }

    private static int rank(Fate fate) {
        return switch (fate) {
            case CONDEMNED -> 0;
            case HELD -> 1;
            case SUSPECTED -> 2;
            default -> 3;
        };
    }

    static Table table(List<Row> rows) {
        Table table = new Table(List.of(
                        new Column("VERDICT", false, false, -1),
                        new Column("FATE", false, false, 0),
                        new Column("ID", true, false, 0),
                        new Column("SERVER", false, false, 3),
                        new Column("PROCESS", true, false, 2),
                        new Column("CREATOR", false, true, 1),
                        new Column("OWNER", false, true, 6),
                        new Column("MESSAGES", true, false, 5),
                        new Column("IDLE", false, false, 4),
                        new Column("EVIDENCE", false, true, 0)))
                .wrappingLast();
        for (Row row : rows) {
            Optional<BirthCertificate> certificate = row.certificate();
            table.add(List.of(
                    new Cell(row.verdict(), style(row)),
                    Cell.of(Words.word(row.fate())),
                    Cell.of(row.id()),
                    Cell.of(certificate.map(each -> each.server().toString()).orElse("-")),
                    Cell.of(certificate
                            .map(each -> Integer.toString(each.process().pid()))
                            .orElse("-")),
                    Cell.of(row.queue().creator().user()),
                    Cell.of(row.queue().owner().user()),
                    Cell.of(row.queue().status().messages()),
                    Cell.of(Ages.words(row.queue().idle())),
                    Cell.of(row.evidence())));
        }
        return table;
    }

    /** Shows what is left beside queues. */
    static Table leftovers(List<LeftoverSearch.Row> rows) {
        Accounts accounts = new Accounts();
        Table table = new Table(List.of(
                        new Column("LEFT", false, false, -1),
                        new Column("FATE", false, false, 0),
                        new Column("ID", true, false, 0),
                        new Column("KEY", false, false, 2),
                        new Column("OWNER", false, true, 1),
                        new Column("EVIDENCE", false, true, 0)))
                .wrappingLast();
        for (LeftoverSearch.Row row : rows) {
            table.add(List.of(
                    new Cell(row.kind(), Style.BAD),
                    Cell.of(Words.word(row.fate())),
                    Cell.of(row.left().id()),
                    Cell.of(row.left().key().map(Object::toString).orElse("-")),
                    Cell.of(accounts.user(row.left().uid())),
                    Cell.of(row.left().evidence())));
        }
        return table;
    }

    private static Style style(Row row) {
        return switch (row.verdict()) {
            case "dead", "embryo" -> Style.BAD;
            case "abandoned", "unknown" -> Style.WARNING;
            default -> Style.PLAIN;
        };
    }

    static JsonObject json(List<Row> rows, List<LeftoverSearch.Row> leftovers, boolean dryRun) {
        Accounts accounts = new Accounts();
        return new JsonObject()
                .put("dryRun", dryRun)
                .put("condemned", count(rows, Fate.CONDEMNED))
                .put("suspected", count(rows, Fate.SUSPECTED))
                .put("held", count(rows, Fate.HELD))
                .put("removed", count(rows, Fate.REMOVED))
                .put("refused", count(rows, Fate.REFUSED))
                .put("queues", rows.stream().map(ReapView::json).toList())
                .put(
                        "leftovers",
                        leftovers.stream().map(row -> row.json(accounts)).toList());
    }

    private static JsonObject json(Row row) {
        QueueStatus status = row.queue().status();
        return new JsonObject()
                .put("id", status.id())
                .put("verdict", row.verdict())
                .put("evidence", row.evidence())
                .put("fate", Words.word(row.fate()))
                .put("server", row.certificate().map(each -> each.server().toString()))
                .put("pid", row.certificate().map(each -> each.process().pid()))
                .put("owner", row.queue().owner().json())
                .put("creator", row.queue().creator().json())
                .put("mode", status.mode().toString())
                .put("messages", status.messages())
                .put("bytes", status.bytes())
                .put("idleSeconds", row.queue().idle().toSeconds());
    }

    static long count(List<Row> rows, Fate fate) {
        return rows.stream().filter(row -> row.fate() == fate).count();
    }
}
