package dev.letterbox.cli.command;

import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.process.WorkersFailedException;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueFullException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Prints failures, each in one line unless stderr is a terminal. */
public final class Failures {
    private Failures() {}

    /** Returns what a failure says to a user of the command line. */
    public static String describe(Exception failure) {
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": No such file or directory";
            case AccessDeniedException denied -> denied.getFile() + ": Permission denied";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            case QueueException refused -> describe(refused);
            case TransportException passedOn
            when passedOn.getCause() instanceof QueueException refused && text.equals(refused.getMessage()) ->
                describe(refused);
            default -> text;
        };
    }

    private static String describe(QueueException refused) {
        return refused.problem()
                + refused.advice().map(advice -> " " + advice(refused, advice)).orElse("");
    }

    /** Returns advice for the command line, in place of the library's, which names library calls. */
    private static String advice(QueueException refused, String ofLibrary) {
        return switch (refused) {
            // This names no calls.
            case QueueAccessException byLayer -> ofLibrary;
            case QueueExistsException exists -> "If no program uses it, remove it with letterbox rm.";
            case QueueFullException full -> "See letterbox queues: it shows when a message was last received.";
            case MessageTooLargeException large -> "Its owner can raise it with letterbox set --capacity.";
            default -> "See letterbox queues.";
        };
    }

    /**
     * Prints a message in one line, which a terminal shows wrapped at words. Names and servers' texts in it may contain control
     * characters: these are escaped.
     */
    public static void say(PrintWriter err, String text) {
        Terminal.ofStderr().say(err, "letterbox: " + Printable.harmless(text));
    }

    /** Prints which calls are refused here that read queues and limits, and what is read instead. */
    public static void sayWhatIsRefused(PrintWriter err) {
        MessageQueues.refusals()
                .forEach(refusal -> say(
                        err,
                        "%s is refused here (%s), by a security module or a system call filter; %s is read instead. See: letterbox doctor"
                                .formatted(refusal.call(), refusal.errno(), refusal.instead())));
    }

    /** Prints the stack trace. */
    public static void trace(PrintWriter err, Exception failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        String text = trace.toString().replace("\t", "    ");
        for (Throwable each = failure; each != null; each = each.getCause()) {
            text = text.replace(each.toString(), Printable.harmless(each.toString()));
        }
        text.lines().map(Printable::harmless).forEach(err::println);
    }

    /** Returns whether a failure is a defect of this program, so that its stack trace is useful. */
    public static boolean isDefect(Exception failure) {
        return switch (failure) {
            case QueueException expected -> false;
            case RequestException expected -> false;
            case TransportException expected -> false;
            case WorkersFailedException expected -> false;
            case IOException expected -> false;
            case CommandFailure expected -> false;
            case InterruptedException expected -> false;
            default -> true;
        };
    }
}
