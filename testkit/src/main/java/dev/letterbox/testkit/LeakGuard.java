package dev.letterbox.testkit;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails each test class, and the whole run, that leaves a message queue, a shared memory segment, a semaphore set, a
 * process or a thread behind.
 *
 * <p>It works by {@code @ExtendWith(LeakGuard.class)}, and by itself in every module that has the test kit, whose
 * {@code junit-platform.properties} turns the detection of extensions on. Threads count unless they are daemons.
 */
public final class LeakGuard implements BeforeAllCallback {
    /** The configuration parameter for the milliseconds that ending processes and threads get; 20000 when not set. */
    public static final String GRACE = "letterbox.leakguard.grace";

    /** What is left in the kernel when all of them have ended goes with no more than that. */
    private static final Duration LAST_GRACE = Duration.ofSeconds(2);

    private static final Namespace NAMESPACE = Namespace.create(LeakGuard.class);

    /** Made by JUnit. */
    public LeakGuard() {}

    /** Notes what there is; the notes are compared when JUnit closes the class's store, after all other extensions. */
    @Override
    public void beforeAll(ExtensionContext context) {
        watch(context.getRoot(), "The test run");
        if (context.getEnclosingTestClasses().isEmpty()) {
            watch(context, context.getRequiredTestClass().getSimpleName());
        }
    }

    private static void watch(ExtensionContext context, String who) {
        Duration grace = Duration.ofMillis(
                context.getConfigurationParameter(GRACE, Long::valueOf).orElse(20_000L));
        context.getStore(NAMESPACE).computeIfAbsent(who, _ -> new Watch(who, grace, Leftovers.now()), Watch.class);
    }

    private record Watch(String who, Duration grace, Leftovers before) implements AutoCloseable {
        @Override
        public void close() {
            List<String> running = Await.lastLook(
                    who + " has ended all", grace, () -> Leftovers.now().runningSince(before), List::isEmpty);
            List<String> left = Await.lastLook(
                    who + " has left nothing",
                    running.isEmpty() ? LAST_GRACE : Duration.ZERO,
                    () -> Leftovers.now().since(before),
                    List::isEmpty);
            if (!left.isEmpty()) {
                throw new AssertionError(left.stream()
                        .collect(Collectors.joining(
                                "%n  ".formatted(),
                                "%s left behind:%n  ".formatted(who),
                                "%n(Do other programs here use System V IPC? Then run the tests under: unshare --ipc)"
                                        .formatted())));
            }
        }
    }
}
