package dev.letterbox.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Runs one call on a platform thread of its own, so that a test can watch it sleep, and interrupt it.
 *
 * <p>Closing it interrupts the call and fails when it then does not end.
 *
 * @param <T> what the call returns
 */
public final class Background<T> implements AutoCloseable {
    private final CompletableFuture<Long> tid = new CompletableFuture<>();
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Background(String name, Callable<T> call) {
        // A daemon: a call that never ends fails its own test and does not keep the JVM.
        thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> run(call));
    }

    /** Starts the call. */
    public static <T> Background<T> start(String name, Callable<T> call) {
        Background<T> background = new Background<>(name, call);
        background.thread.start();
        return background;
    }

    /** Returns its thread. */
    public Thread thread() {
        return thread;
    }

    /** Returns the kernel's id of its thread. */
    public long tid() {
        return tid.join();
    }

    /** Waits up to {@link Deadline#PATIENCE} until it sleeps in that system call; returns itself. */
    public Background<T> awaitAsleepIn(Syscall call) {
        Proc.self().awaitAsleepIn(tid(), call);
        return this;
    }

    /** Interrupts it. */
    public void interrupt() {
        thread.interrupt();
    }

    /** Returns whether the call has ended. */
    public boolean isDone() {
        return result.isDone();
    }

    /** Waits up to {@link Deadline#PATIENCE} for what the call returns. */
    public T result() {
        return result(Deadline.PATIENCE);
    }

    /** Waits for what the call returns; fails when it throws, or does not end in time. */
    public T result(Duration within) {
        awaitEnd(within);
        if (result.isCompletedExceptionally()) {
            throw new AssertionError(thread.getName() + " failed: " + result.exceptionNow(), result.exceptionNow());
        }
        return result.resultNow();
    }

    /** Waits up to {@link Deadline#PATIENCE} for what the call throws. */
    public Throwable failure() {
        return failure(Deadline.PATIENCE);
    }

    /** Waits for what the call throws; fails when it returns, or does not end in time. */
    public Throwable failure(Duration within) {
        awaitEnd(within);
        if (!result.isCompletedExceptionally()) {
            throw new AssertionError(thread.getName() + " did not fail but returned " + result.resultNow());
        }
        return result.exceptionNow();
    }

    /** Interrupts the call if it still runs, and waits until its thread has ended. */
    @Override
    public void close() {
        if (!isDone()) {
            interrupt();
        }
        Await.despiteInterrupts(() -> awaitEnd(Deadline.PATIENCE));
    }

    private void awaitEnd(Duration within) {
        Await.value(
                thread.getName() + " has ended",
                within,
                () -> Stream.of(thread.getStackTrace()).limit(8).toList(),
                frames -> !thread.isAlive());
    }

    private void run(Callable<T> call) {
        tid.complete(Proc.currentThreadId());
        try {
            result.complete(call.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }
}
