package dev.letterbox.queues.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.life.LifeToken;
import dev.letterbox.sysv.life.LifeToken.Sight;
import dev.letterbox.sysv.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** For how long the clients of one process have a token, of which there is one for each server's user. */
final class SharedTokenTest {
    private static final int ME = (int) Linux.host().geteuid();

    /** No other test has a client of this user's. */
    private static final int READER = 54_321;

    private static Sight look(LifeToken token) {
        return LifeToken.look(token.id(), ME, token.created());
    }

    @Test
    void itIsThereUntilTheLastClientGivesItBackAndTheNextClientGetsANewOne() {
        LifeToken first = SharedToken.take(READER).orElseThrow();
        LifeToken second = SharedToken.take(READER).orElseThrow();
        LifeToken others = SharedToken.take(READER + 1).orElseThrow();
        assertThat(second).isSameAs(first);
        assertThat(others.id()).as("another user may look at it").isNotEqualTo(first.id());

        SharedToken.giveBack(READER);
        assertThat(look(first)).isEqualTo(Sight.HERE);
        SharedToken.giveBack(READER);
        assertThat(look(first)).isEqualTo(Sight.GONE);
        assertThat(look(others)).isEqualTo(Sight.HERE);

        LifeToken next = SharedToken.take(READER).orElseThrow();
        assertThat(look(next))
                .as("a client with a token that is gone would be taken for dead")
                .isEqualTo(Sight.HERE);
        SharedToken.giveBack(READER);
        SharedToken.giveBack(READER + 1);
        assertThat(look(next)).isEqualTo(Sight.GONE);
        assertThat(look(others)).isEqualTo(Sight.GONE);
    }

    /** Before Linux 4.17 a segment is shown to its owner alone. */
    @Test
    void itIsGivenToTheServersUser() throws IOException {
        LifeToken token = SharedToken.take(READER).orElseThrow();
        try (Stream<String> segments = Files.lines(Path.of("/proc/sysvipc/shm"))) {
            // key shmid perms size cpid lpid nattch uid
            assertThat(segments.map(line -> line.strip().split("\\s+", -1))
                            .filter(row -> row[1].equals(Integer.toString(token.id())))
                            .map(row -> row[7]))
                    .containsExactly(Integer.toString(READER));
        } finally {
            SharedToken.giveBack(READER);
        }
    }

    @Test
    void whatWasNotTakenCanBeGivenBackInVain() {
        SharedToken.giveBack(READER);
        LifeToken token = SharedToken.take(READER).orElseThrow();
        assertThat(look(token)).isEqualTo(Sight.HERE);
        SharedToken.giveBack(READER);
    }
}
