package example;

import dev.letterbox.engine.QueueFigures;
import dev.letterbox.server.Server;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up while the server's queue is there; with how full it is. */
@Component
class LetterboxHealthIndicator implements HealthIndicator {
    private final Server server;

    LetterboxHealthIndicator(Server server) {
        this.server = server;
    }

    @Override
    public Health health() {
        QueueFigures queue = server.queueFigures();
        return queue.depth()
                .map(depth -> Health.up()
                        .withDetail("waiting", depth.messages())
                        .withDetail("queues", queue.queues() + " of " + queue.maxQueues()))
                .orElseGet(Health::down)
                .withDetail("queue", server.queueName())
                .build();
    }
}
