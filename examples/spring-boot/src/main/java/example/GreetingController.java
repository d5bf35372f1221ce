package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import java.time.Duration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Asks by the client bean. */
@RestController
class GreetingController {
    private final Client client;

    GreetingController(Client client) {
        this.client = client;
    }

    @GetMapping("/greeting/{name}")
    String greet(@PathVariable String name) throws RequestException, InterruptedException {
        byte[] answer =
                client.collect("greeting", name.getBytes(UTF_8), 1_000, Timeout.ofTotal(Duration.ofSeconds(30)));
        return new String(answer, UTF_8);
    }
}
