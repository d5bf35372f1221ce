package dev.letterbox.lab.report;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LargeResult.Transfer;
import java.util.List;

/** How fast a large file comes to several clients at once. A run that was not made has no bar. */
final class ThroughputPlot {
    private static final double LEFT = 76;
    private static final double RIGHT = 116;
    private static final int TOP = 30;
    private static final int BAR = 24;
    private static final int GAP = 16;

    private ThroughputPlot() {}

    static Svg of(LargeResult result, int width) {
        List<Integer> counts = result.transfers().stream()
                .map(Transfer::clients)
                .distinct()
                .sorted()
                .toList();
        double most = result.transfers().stream()
                .mapToDouble(Transfer::megabytesPerSecond)
                .reduce(1, Math::max);
        Svg svg = new Svg(width, TOP + result.transfers().size() * BAR + counts.size() * GAP, caption(result));
        svg.text(4, 16, "start", "soft", "MB/s, all clients together");
        double y = TOP;
        for (int clients : counts) {
            svg.text(4, y + 16, "start", "", clients + (clients == 1 ? " client" : " clients"));
            for (Design design : Design.values()) {
                Transfer transfer = result.transfer(design, clients).orElse(null);
                if (transfer != null) {
                    double wide = (width - LEFT - RIGHT) * transfer.megabytesPerSecond() / most;
                    svg.rectangle(LEFT, y + 2, wide, BAR - 4, Report.colour(design));
                    svg.text(
                            LEFT + wide + 6,
                            y + 16,
                            "start",
                            "",
                            "%,.0f %s"
                                    .formatted(
                                            transfer.megabytesPerSecond(),
                                            design == Design.SHARED ? "one queue" : "private"));
                    y += BAR;
                }
            }
            y += GAP;
        }
        return svg;
    }

    /** Returns the caption of the plot. */
    static String caption(LargeResult result) {
        String caption = "A file of %,d bytes, fetched by several clients at once: the median of %d rounds."
                .formatted(result.fileBytes(), result.rounds());
        int shared = result.mostClients(Design.SHARED);
        return shared < result.mostClients(Design.PRIVATE)
                ? caption + " One queue was run with at most %d clients.".formatted(shared)
                : caption;
    }
}
