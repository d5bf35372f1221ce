package example;

import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestException;
import dev.letterbox.micrometer.QueueMeters;
import dev.letterbox.micrometer.ServerMeters;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The server, a client, and their meters. Spring closes what it made, in the right order: the client first. */
@Configuration
class LetterboxConfiguration {
    @Bean
    Transport transport(@Value("${letterbox.key}") String key) {
        return new QueueTransport(Key.parse(key));
    }

    /** Actuator binds every MeterBinder. */
    @Bean
    ServerMeters serverMeters() {
        return new ServerMeters();
    }

    @Bean
    QueueMeters queueMeters(@Value("${letterbox.key}") String key) {
        return new QueueMeters(Key.parse(key));
    }

    /** Closing it refuses what is new, answers what is at work for up to five seconds, and removes the queue. */
    @Bean(destroyMethod = "close")
    Server server(Transport transport, Greeting greeting, ServerMeters meters) {
        return Server.on(transport).service("greeting", greeting).observer(meters).start();
    }

    /**
     * For any number of threads. The server that it asks may as well be another program's; but when that one ends, all
     * requests fail with ServerGoneException from then on, and another client has to be connected.
     */
    @Bean(destroyMethod = "close")
    Client client(Transport transport, Server server) throws RequestException, InterruptedException {
        return Client.connect(transport);
    }
}
