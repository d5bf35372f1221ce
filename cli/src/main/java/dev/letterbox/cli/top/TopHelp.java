package dev.letterbox.cli.top;

import dev.letterbox.cli.output.Terminal;
import java.util.List;

/** Explains the keys and the figures of the live screen. */
final class TopHelp {
    /** Where the explanations begin. */
    private static final int EXPLAINED = 16;

    private static final List<String> LINES = List.of(
            "Keys",
            "  up, down      move the cursor, as do page up, page down, home and end",
            "  Enter         show the queue at the cursor; Esc goes back",
            "  s, S          sort by the next column, or the previous one",
            "  r             reverse the order",
            "  / or f        filter: only queues with this text in key, id, kind, owner, sender or receiver; Esc shows all"
                    + " queues again",
            "  p or space    pause and resume",
            "  u             hide or show the users",
            "  ?             show the keys; Esc goes back",
            "  Ctrl-L        redraw the screen",
            "  Ctrl-Z        suspend; the shell's fg resumes",
            "  q or Ctrl-C   quit",
            "",
            "Server, from its own metrics, for the last interval",
            "  Requests      ended per second; content sent; in progress; stalled: requests whose client has read nothing"
                    + " for a second",
            "  Trouble       per second: failed: requests that did not end in END; refused: requests that were not"
                    + " admitted; new stalls; dropped messages",
            "  Latency       half of the requests took at most p50, 99 of 100 at most p99",
            "",
            "Queues",
            "  MSGS/S        how fast the backlog grows (+) or shrinks (-), in messages; the kernel does not count the"
                    + " messages that pass through",
            "  BYTES/S       the same in bytes",
            "  FULL IN       the time until the queue is full at this rate",
            "  WAITING       the threads that sleep in the queue; stopped: by a signal or a debugger",
            "  gone          the process has exited; gone?: it, or only its thread, has");

    private TopHelp() {}

    static List<String> lines(Terminal terminal) {
        return LINES.stream()
                .flatMap(line -> line.startsWith(" ")
                        ? terminal.labelled(line.substring(0, EXPLAINED), line.substring(EXPLAINED)).stream()
                        : terminal.labelled("", line).stream())
                .toList();
    }
}
