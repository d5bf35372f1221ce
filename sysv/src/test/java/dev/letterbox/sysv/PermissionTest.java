package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.linux.Linux;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the modes of queues allow a user, and which groups count. */
final class PermissionTest {
    @Test
    void theEffectiveGroupIsOne() {
        assertThat(Permission.ofThisProcess().groups()).contains(Linux.host().getegid());
    }

    /** The first class that applies decides, also where a later one would allow more. */
    @ParameterizedTest
    @CsvSource({
        "10, 1, 0400, false, true",
        "10, 1, 0266, true, false",
        "1, 20, 0640, false, true",
        "1, 20, 0626, true, false",
        "1, 1, 0660, false, false",
        "1, 1, 0606, true, true"
    })
    void theModeDecides(int owner, int group, String mode, boolean send, boolean receive) {
        Permission permission = new Permission(10, Set.of(20L));
        QueueStatus queue = new QueueStatus(
                7,
                0,
                owner,
                group,
                1,
                1,
                Mode.of(Integer.parseInt(mode, 8)),
                0,
                0,
                OptionalLong.empty(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH);
        assertThat(permission.allowsToSend(queue)).isEqualTo(send);
        assertThat(permission.allowsToReceive(queue)).isEqualTo(receive);
    }
}
