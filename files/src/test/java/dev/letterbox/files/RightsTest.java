package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.JavaProcess;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may not take the rights of others is told at the start, and not each of its clients. */
final class RightsTest {
    @ParameterizedTest
    @ValueSource(strings = {"setuid", "setgid"})
    void eachOfTheTwoCapabilitiesIsNeeded(String missing) {
        assertThat(JavaProcess.running(Taker.class)
                        .command()
                        .withoutCapability(missing)
                        .run()
                        .expect(0)
                        .text())
                .startsWith("Cannot serve with the callers' rights: this takes root, or CAP_SETUID and CAP_SETGID");
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
