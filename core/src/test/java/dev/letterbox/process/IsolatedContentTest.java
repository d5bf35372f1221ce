package dev.letterbox.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Caller;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much of what workers send is kept for clients that do not read. */
final class IsolatedContentTest {
    private static final int PIECE = WorkerWire.MOST_CONTENT;

    private final AtomicLong allAhead = new AtomicLong();
    private final MemorySegment target = Arena.ofAuto().allocate(PIECE);
    private final IsolatedContent content = content();

    private IsolatedContent content() {
        return new IsolatedContent(allAhead, Request.of(Caller.ofUser(0, 0), new byte[0]), Deadline.PATIENCE, () -> {});
    }

    private Background<Boolean> answering() {
        return Background.start("answers", () -> {
            content.add(new byte[PIECE]);
            content.complete();
            content.end();
            return true;
        });
    }

    private void awaitHeldUp() {
        Await.until("the worker waits for the client", () -> content.heldUp() > 0);
    }

    @AfterEach
    void nothingIsCountedThatIsNotThere() {
        content.close();
        assertThat(allAhead).hasValue(0);
    }

    @Test
    void aShortAnswerLetsItsWorkerGoBeforeItIsRead() throws ServiceException {
        try (Background<Boolean> answering = answering()) {
            assertThat(answering.result()).isTrue();
        }
        assertThat(allAhead).hasValue(PIECE);
        assertThat(content.read(target, PIECE)).isEqualTo(PIECE);
        assertThat(content.read(target, PIECE)).isEqualTo(-1);
    }

    @Test
    void whereMuchIsUnreadAnAnswerKeepsItsWorkerUntilItIsRead() throws ServiceException {
        allAhead.set(IsolatedContent.MOST_AHEAD);
        try (Background<Boolean> answering = answering()) {
            awaitHeldUp();
            assertThat(answering.isDone()).isFalse();

            assertThat(content.read(target, PIECE)).isEqualTo(PIECE);

            assertThat(answering.result()).isTrue();
        }
        assertThat(content.heldUp()).isZero();
        assertThat(content.read(target, PIECE)).isEqualTo(-1);
        allAhead.addAndGet(-IsolatedContent.MOST_AHEAD);
    }

    @Test
    void orUntilOthersHaveRead() {
        allAhead.set(IsolatedContent.MOST_AHEAD);
        try (Background<Boolean> answering = answering()) {
            awaitHeldUp();

            allAhead.addAndGet(-IsolatedContent.MOST_AHEAD);

            assertThat(answering.result()).isTrue();
        }
    }

    @Test
    void orUntilItIsTakenAwayThoughItIsComplete() {
        allAhead.set(IsolatedContent.MOST_AHEAD);
        try (Background<Boolean> answering = answering()) {
            awaitHeldUp();
            assertThat(content.fail(new ServiceException(FailureKind.LOST, "the worker ended after all was said")))
                    .isFalse();
            assertThat(answering.isDone()).isFalse();

            content.takeAway(new ServiceException(FailureKind.STALLED, "others wait"));

            assertThat(answering.result()).isTrue();
        }
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> content.read(target, PIECE))
                .withMessage("others wait");
        allAhead.addAndGet(-IsolatedContent.MOST_AHEAD);
    }
}
