package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The service: a bean as any other. It greets; and says goodbye when the program stops, to who asked for that before. */
@Component
class Greeting implements Service {
    private final CountDownLatch stopping = new CountDownLatch(1);

    @EventListener(ContextClosedEvent.class)
    void stop() {
        stopping.countDown();
    }

    @Override
    public Content open(Request request) throws ServiceException {
        String name = new String(request.payload(), UTF_8);
        if (!name.equals("goodbye")) {
            return Content.of("hello, " + name);
        }
        try {
            stopping.await();
            return Content.of("goodbye");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("Nobody waits for it any more");
        }
    }
}
