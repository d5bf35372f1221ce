package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Somebody receives, whatever holds up the one who did. */
final class ReceptionTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** As where the system gives no more threads for a while. */
    private static final class FewThreads implements ThreadFactory {
        private final AtomicInteger begun = new AtomicInteger();

        /** The first, the one that waits beside it, and every fourth after that. */
        private static boolean mayBegin(int number) {
            return number == 1 || number % 4 == 2;
        }

        @Override
        public Thread newThread(Runnable work) {
            boolean may = mayBegin(begun.incrementAndGet());
            return new Thread(work) {
                @Override
                public synchronized void start() {
                    if (!may) {
                        throw new OutOfMemoryError("as if");
                    }
                    super.start();
                }
            };
        }
    }

    @Test
    void whereThereIsNoThreadForTheNextReceiverOneIsFoundLater() throws InterruptedException {
        FewThreads threads = new FewThreads();
        AtomicInteger receivers = new AtomicInteger();
        CountDownLatch heldUp = new CountDownLatch(2);
        CountDownLatch thirdReceives = new CountDownLatch(1);
        List<Boolean> relieved = new CopyOnWriteArrayList<>();
        ServerEndpoint endpoint = MemoryTransport.likeAKernel().bind(Access.OWNER);
        Reception reception = new Reception(
                endpoint,
                receiver -> {
                    if (receivers.incrementAndGet() == 3) {
                        thirdReceives.countDown();
                        return;
                    }
                    receiver.serving();
                    heldUp.countDown();
                    await(thirdReceives);
                    receiver.served();
                    relieved.add(receiver.isRelieved());
                },
                Runnable::run,
                threads);
        reception.begin();

        await(heldUp);
        await(thirdReceives);
        assertThat(reception.join(PATIENCE)).isTrue();
        reception.abandon();
        Await.until("both have served", () -> relieved.size() == 2);
        assertThat(relieved).containsOnly(true);
        assertThat(threads.begun)
                .as("two at once, and three in vain for the third")
                .hasValue(6);
    }

    /** It waits already when all ends, and is not needed, since the one that was held up has just gone on. */
    @Test
    void aReceiverThatBeganToWaitAtTheLastMomentEndsToo() {
        AtomicReference<Reception> reception = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        AtomicReference<Thread> late = new AtomicReference<>();
        AtomicInteger served = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        ServerEndpoint endpoint = MemoryTransport.likeAKernel().bind(Access.OWNER);
        reception.set(new Reception(
                endpoint,
                receiver -> {
                    receiver.serving();
                    await(over);
                    receiver.served();
                    served.incrementAndGet();
                },
                Runnable::run,
                work -> begun.incrementAndGet() < 3
                        ? new Thread(work)
                        : new Thread(work) {
                            @Override
                            public synchronized void start() {
                                super.start();
                                Await.until("it waits", () -> getState() == State.WAITING);
                                reception.get().abandon();
                                over.countDown();
                                Await.until("nobody is held up", () -> served.get() == 2);
                                late.set(this);
                            }
                        }));
        reception.get().begin();
        Await.until("there is a third one", () -> late.get() != null);
        Await.until("it has ended", () -> !late.get().isAlive());
        endpoint.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }
}
