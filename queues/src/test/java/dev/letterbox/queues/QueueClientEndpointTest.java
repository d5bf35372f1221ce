package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.QueueException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client leaves that cannot have a private queue. */
final class QueueClientEndpointTest {
    private static final int NOBODY = -1;

    @Test
    void aQueueThatCannotBeGivenToTheServersUserIsNotLeft() {
        List<Integer> before = queues();
        assertThatExceptionOfType(QueueException.class)
                .isThrownBy(() -> QueueClientEndpoint.makeUncertified(NOBODY, NOBODY));
        assertThat(queues()).isEqualTo(before);
    }

    private static List<Integer> queues() {
        return MessageQueues.list().stream().map(QueueStatus::id).toList();
    }
}
