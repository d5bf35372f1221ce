package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;

/** Greets whoever it is told to greet. */
public final class Greeting implements Service {
    @Override
    public Content open(Request request) throws ServiceException {
        String name = new String(request.payload(), UTF_8).strip();
        if (name.isEmpty()) {
            throw new ServiceException("Whom? Send a name.");
        }
        return Content.of("hello, " + name);
    }
}
