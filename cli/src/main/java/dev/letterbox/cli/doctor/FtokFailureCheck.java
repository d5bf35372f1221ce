package dev.letterbox.cli.doctor;

import java.util.List;

/** Checks for a queue with the key -1, which is what {@code ftok} returns when it fails. */
final class FtokFailureCheck implements Check {
    private static final int FAILED = -1;

    @Override
    public List<Finding> findings(Scene scene) {
        return scene.queues().stream()
                .filter(queue -> queue.status().keyValue() == FAILED)
                .map(queue -> Finding.warning(
                        "key",
                        ("Queue %d (creator %s) has the key 0xffffffff: a program did not check that ftok failed. All"
                                        + " programs with this mistake share the queue.")
                                .formatted(queue.status().id(), queue.creator().user()),
                        "correct the path that is given to ftok, and check its result"))
                .toList();
    }
}
