package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/** Finds what the broker said, in what its client library threw. */
final class Reason {
    static final int ACCESS_REFUSED = AMQP.ACCESS_REFUSED;
    static final int NOT_FOUND = AMQP.NOT_FOUND;
    static final int LOCKED = AMQP.RESOURCE_LOCKED;
    static final int PRECONDITION_FAILED = AMQP.PRECONDITION_FAILED;

    private Reason() {}

    /** Returns whether the broker refused, and will again until somebody changes something there. */
    static boolean isRefusal(Throwable failed) {
        if (cause(failed, AuthenticationFailureException.class).isPresent()) {
            return true;
        }
        return switch (code(failed).orElse(0)) {
            case ACCESS_REFUSED, PRECONDITION_FAILED -> true;
            // Connections that were cut count for a while.
            case AMQP.NOT_ALLOWED -> !of(failed).contains("connection limit");
            default -> false;
        };
    }

    /** Returns whether nothing came for too long. */
    static boolean isTimeout(Throwable failed) {
        return cause(failed, TimeoutException.class).isPresent()
                || cause(failed, InterruptedIOException.class).isPresent();
    }

    /** Returns the first exception of a kind among the causes, or the exception itself. */
    static <T extends Throwable> Optional<T> cause(Throwable failed, Class<T> kind) {
        for (Throwable each = failed; each != null; each = each.getCause()) {
            if (kind.isInstance(each)) {
                return Optional.of(kind.cast(each));
            }
        }
        return Optional.empty();
    }

    /** Says in one line why something failed: the broker's own words where there are some. */
    static String of(Throwable failed) {
        Optional<ShutdownSignalException> signal = cause(failed, ShutdownSignalException.class);
        if (signal.isPresent()) {
            return words(signal.get());
        }
        Throwable last = failed;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        if (last instanceof EOFException) {
            return "the connection ended";
        }
        String text = last.getMessage();
        if (text != null) {
            return text;
        }
        return isTimeout(failed) ? "it did not answer in time" : last.getClass().getSimpleName();
    }

    private static String words(ShutdownSignalException signal) {
        if (signal.isInitiatedByApplication()) {
            return "this end closed it";
        }
        Method method = signal.getReason();
        return switch (method) {
            case AMQP.Channel.Close close -> close.getReplyText();
            case AMQP.Connection.Close close -> close.getReplyText();
            case null, default -> signal.getCause() == null ? "the connection ended" : of(signal.getCause());
        };
    }

    /** Returns the broker's code for why something failed; empty if the broker said nothing. */
    static OptionalInt code(Throwable failed) {
        Method said = cause(failed, ShutdownSignalException.class)
                .map(ShutdownSignalException::getReason)
                .orElse(null);
        return switch (said) {
            case AMQP.Channel.Close close -> OptionalInt.of(close.getReplyCode());
            case AMQP.Connection.Close close -> OptionalInt.of(close.getReplyCode());
            case null, default -> OptionalInt.empty();
        };
    }
}
