package dev.letterbox.sysv.examples;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NativeAccessDeniedException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.QueueReplacedException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.error.UnexpectedErrnoException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.time.Duration;

/** The fourth example of docs/library.md: each condition has a type, or is a value. */
final class EveryCondition {
    private EveryCondition() {}

    // region exceptions
    static String whatToDo(QueueException failure) {
        return switch (failure) {
            case NoSuchQueueException _ -> "start the other program, and open the queue then";
            case QueueExistsException _ -> "open that queue, or take another key";
            case QueueReplacedException made -> "the other program was restarted: open its queue " + made.newId();
            case QueueRemovedException _ -> "the other program is gone: so are the answers";
            case QueueClosedException _ -> "we closed it ourselves: stop";
            case QueueFullException _ -> "the reader is slow: try again later";
            case MessageTooLargeException _ -> "send it in parts, or receive it with a buffer that grows";
            case QueueAccessException _ -> "run as another user, or ask the queue's owner";
            case TableFullException _ -> "tell the operator";
            case NativeAccessDeniedException _ -> "start Java with the option that the message names";
            case UnsupportedKernelException _ -> "run it on another system";
            case UnexpectedErrnoException _ -> "report it";
        };
    }
    // endregion

    // region outcomes
    static String answer(MessageQueue client, MessageBuffer message) {
        return switch (client.offer(message)) {
            case SENT -> "done";
            case FULL -> "keep it, and offer it again later";
            case GONE -> "forget this client";
            case DENIED -> "forget this client, and note who it was";
        };
    }
    // endregion

    public static void main(String[] args) throws InterruptedException {
        MessageBuffer message = MessageBuffer.fixed(100).size(100);
        Key key = Key.free();

        // region use
        attempt(() -> MessageQueue.open(key));
        try (OwnedQueue queue = OwnedQueue.create(key, Mode.OWNER)) {
            attempt(() -> OwnedQueue.create(key, Mode.OWNER));

            queue.setCapacity(150);
            System.out.println("First: " + answer(queue, message));
            System.out.println("Second: " + answer(queue, message));
            attempt(() -> queue.send(message, Duration.ofMillis(10)));
            attempt(() -> queue.send(MessageBuffer.fixed(151).size(151)));
            attempt(() -> queue.tryReceive(MessageBuffer.fixed(99), Selector.any()));

            queue.remove();
            System.out.println("Third: " + answer(queue, message));
            attempt(() -> queue.receive(Selector.any()));
        }
        // endregion
    }

    private interface Call {
        void make() throws InterruptedException;
    }

    private static void attempt(Call call) throws InterruptedException {
        try {
            call.make();
        } catch (QueueException failure) {
            System.out.println(failure.getMessage());
            System.out.println("    -> " + whatToDo(failure));
        }
    }
}
