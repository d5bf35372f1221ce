package dev.letterbox.queues;

import dev.letterbox.engine.Message;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueException;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Holds requests that were taken from a queue which has room for few of them, until it is their turn: so that their
 * senders do not sleep for room. Where no more than one at a time waits, it costs a look at the queue now and then.
 *
 * <p>One thread at a time receives; another one may once that has ended.
 */
final class WaitingRoom {
    /** What is in here is lost with a server that is killed, and what is in the queue is not. */
    private static final int PLACES = 16;

    /** After so many looks in vain the queue is looked at once in so many requests. */
    private static final int SELDOM = 32;

    private final Queue<QueueMessage> waiting = new ArrayDeque<>(PLACES);
    private final Queue<QueueMessage> spare = new ArrayDeque<>(PLACES);
    private int looksInVain;
    private int passed;

    /** Has the next one in, if there is one. */
    synchronized boolean next(Message into) {
        QueueMessage first = waiting.poll();
        if (first == null) {
            return false;
        }
        into.put(first);
        spare.add(first);
        return true;
    }

    /** Lets those in who wait in the queue, if it is likely that somebody does. */
    synchronized void fill(MessageQueue from) {
        if (looksInVain >= SELDOM && ++passed < SELDOM) {
            return;
        }
        passed = 0;
        looksInVain++;
        try {
            while (waiting.size() < PLACES && take(from)) {
                looksInVain = 0;
            }
        } catch (QueueException | OutOfMemoryError gone) {
            // Whoever receives next is told; and where there is no memory for another place, there are enough.
            looksInVain = SELDOM;
        }
    }

    private boolean take(MessageQueue from) {
        QueueMessage place = spare.poll();
        QueueMessage into = place == null ? new QueueMessage(QueueTransport.LONGEST_MESSAGE) : place;
        boolean came = from.tryReceive(QueueMessage.toReceive(into), Selector.any());
        if (came) {
            QueueMessage.received(into);
        }
        (came ? waiting : spare).add(into);
        return came;
    }
}
