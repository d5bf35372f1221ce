package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests leave a queue that has room for few of them, and come to their turn in their order. */
final class WaitingRoomTest {
    /** As long as a request in the book's dialect: three fill a queue. */
    private static final int REQUEST_BYTES = 4_100;

    private final WaitingRoom room = new WaitingRoom();
    private final QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);

    /** Sends requests numbered by their type, from one number on, as many as find room; returns the next number. */
    private static int send(OwnedQueue queue, int from) {
        MessageBuffer request = MessageBuffer.allocate().size(REQUEST_BYTES);
        int number = from;
        while (queue.trySend(request.type(number))) {
            number++;
        }
        return number;
    }

    private List<Integer> all() {
        List<Integer> numbers = new ArrayList<>();
        while (room.next(message)) {
            assertThat(message.size()).isEqualTo(REQUEST_BYTES);
            numbers.add((int) message.type());
        }
        return numbers;
    }

    @Test
    void whoWaitsInAFullQueueComesInAndMakesRoomForOthers() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            int next = 1;
            for (int i = 0; i < 3; i++) {
                next = send(queue, next);
                room.fill(queue);
                assertThat(queue.status().messages()).isZero();
            }
            assertThat(next).isEqualTo(10);
            assertThat(all()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(room.next(message)).isFalse();
        }
    }

    @Test
    void itsPlacesAreFewSinceWhatIsInItIsLostWithTheServer() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            for (int i = 0; i < 100; i++) {
                send(queue, 1);
                room.fill(queue);
            }
            assertThat(queue.status().messages()).isEqualTo(3);
            assertThat(all()).hasSize(16);
        }
    }

    @Test
    void whereNobodyElseWaitsItIsLookedSeldom() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            for (int i = 0; i < 100; i++) {
                room.fill(queue);
            }
            send(queue, 1);
            int looks = 0;
            while (!room.next(message)) {
                room.fill(queue);
                looks++;
            }
            assertThat(looks).isBetween(2, 32);
            assertThat(message.type()).isEqualTo(1);
            // From here on it is likely that somebody does.
            assertThat(all()).containsExactly(2, 3);
            send(queue, 4);
            room.fill(queue);
            assertThat(all()).containsExactly(4, 5, 6);
        }
    }

    @Test
    void aQueueThatIsGoneIsLeftToWhoeverReceivesNext() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            send(queue, 1);
            room.fill(queue);
            queue.remove();
            room.fill(queue);
            assertThat(all()).containsExactly(1, 2, 3);
        }
    }
}
