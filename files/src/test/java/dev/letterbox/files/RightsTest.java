package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Caller;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may not take the rights of others is told at the start, and not each of its clients. */
final class RightsTest {
    private static final int USER = 64_124;

    @ParameterizedTest
    @ValueSource(strings = {"setuid", "setgid"})
    void eachOfTheTwoCapabilitiesIsNeeded(String missing) {
        assertThat(JavaProcess.running(Taker.class)
                        .command()
                        .withoutCapability(missing)
                        .run()
                        .expect(0)
                        .text())
                .startsWith("Cannot serve with the callers' rights: this requires root, or CAP_SETUID and CAP_SETGID");
    }

    /** From root the kernel takes these with its user id, and from nobody else. */
    @ParameterizedTest
    @ValueSource(strings = {"dac_override", "dac_read_search"})
    void whoKeepsTheRightToReadAllFilesWhoeverAsksIsRefused(String kept) {
        Privileges.assumeRoot();
        String capabilities = "+setuid,+setgid,+" + kept;
        List<String> words = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + USER,
                "--regid=" + USER,
                "--clear-groups",
                "--inh-caps=" + capabilities,
                "--ambient-caps=" + capabilities));
        words.addAll(JavaProcess.running(Taker.class).readableByAll().command().words());

        assertThat(Command.of(words).run().expect(0).text())
                .startsWith("Cannot serve with the callers' rights: ")
                .contains("CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH");
    }

    /** Who loses a group must not keep its files for long, and the user database must not be asked for each file. */
    @Test
    void theGroupsOfAUserAreLookedUpAgainAfterHalfAMinute() throws ErrnoException {
        AtomicLong clock = new AtomicLong();
        List<String> asked = new ArrayList<>();
        Rights rights = new Rights(
                true,
                (uid, gid) -> {
                    asked.add(uid + ":" + gid);
                    return new int[] {asked.size()};
                },
                clock::get);
        Caller one = Caller.ofUser(5, 6);

        assertThat(rights.groupsOf(one)).containsExactly(1);
        clock.addAndGet(Duration.ofMillis(29_999).toNanos());
        assertThat(rights.groupsOf(one)).containsExactly(1);
        assertThat(rights.groupsOf(Caller.ofUser(7, 6))).containsExactly(2);
        clock.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(rights.groupsOf(one)).containsExactly(3);
        assertThat(rights.groupsOf(one)).containsExactly(3);
        assertThat(asked).containsExactly("5:6", "7:6", "5:6");
    }

    /** Says whether it may take the rights of others. */
    static final class Taker {
        private Taker() {}

        public static void main(String[] none) {
            try {
                System.out.print("may: " + !Rights.ofCaller().areOfServer());
            } catch (IOException refused) {
                System.out.print(refused.getMessage());
            }
        }
    }
}
