package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.ServiceException;
import dev.letterbox.cli.Letterbox;
import dev.letterbox.files.FileService;
import dev.letterbox.metrics.Metrics;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that means ill says what would act on the terminal of its clients: it gets one harmless line. */
final class HostileServerTest {
    private static final String ILL = "\u001b[2J\u009b31m\u202egone\nletterbox: forged\r\u0007";
    private static final String SHOWN = "\\u001b[2J\\u009b31m\\u202egone\\u000aletterbox: forged\\u000d\\u0007";

    @ParameterizedTest
    @ValueSource(strings = {"get a", "get a b", "ls", "stat a", "stat a b --json", "metrics", "get a --verbose"})
    void itsTextIsShownWithoutControlCharacters(String line) {
        Key key = Key.free();
        try (Server _ = Server.on(new QueueTransport(key))
                .service(FileService.NAME, _ -> {
                    throw new ServiceException(ILL);
                })
                .service(Metrics.SERVICE, _ -> {
                    throw new ServiceException(ILL);
                })
                .start()) {
            Letterbox.Ended ended = Letterbox.run((line + " --key " + key).split(" ", -1));
            assertThat(ended.status()).isEqualTo(1);
            // Beside it stands what the server logs, which is in this process too.
            assertThat(ended.err().lines()).contains("letterbox: " + SHOWN);
            assertThat(ended.err().replace("\n", "")).matches("\\P{Cntrl}*");
            assertThat(ended.err().lines()).noneMatch(said -> said.equals("letterbox: forged"));
        }
    }
}
