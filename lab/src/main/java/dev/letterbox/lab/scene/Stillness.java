package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.Sleep;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What must stay the same while nothing moves: all sleep in the kernel, nobody is woken, and the queue's content stays.
 *
 * @param sleeps the call in which each sleeps
 * @param switches how often each went to sleep so far
 * @param bytes bytes in the queue
 * @param messages messages in the queue
 */
record Stillness(List<Sleep> sleeps, List<Long> switches, long bytes, long messages) {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    static Optional<List<Sleep>> await(
            Participant server, List<Participant> clients, int queue, Duration still, Duration longest)
            throws InterruptedException {
        List<Participant> all = new ArrayList<>(List.of(server));
        all.addAll(clients);
        long deadline = System.nanoTime() + longest.toNanos();
        Stillness seen = look(all, queue);
        long since = System.nanoTime();
        while (System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Stillness now = look(all, queue);
            if (!now.equals(seen) || now.sleeps().size() < all.size()) {
                seen = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since >= still.toNanos()) {
                return Optional.of(now.sleeps());
            }
        }
        return Optional.empty();
    }

    private static Stillness look(List<Participant> all, int queue) {
        Optional<QueueStatus> status = MessageQueues.find(queue);
        return new Stillness(
                all.stream().flatMap(each -> KernelView.sleep(each).stream()).toList(),
                all.stream().map(each -> each.switches().read()).toList(),
                status.map(QueueStatus::bytes).orElse(-1L),
                status.map(QueueStatus::messages).orElse(-1L));
    }
}
