package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class PrivilegesTest {
    @Test
    void skipsWithTheNeedUnlessItIsRequired() {
        String set = System.getProperty("letterbox.privileges", "");
        try {
            System.setProperty("letterbox.privileges", "");
            assertThatThrownBy(() -> Privileges.assume(false, "needs wings"))
                    .isInstanceOf(TestAbortedException.class)
                    .hasMessageContaining("needs wings");
            System.setProperty("letterbox.privileges", "required");
            assertThatThrownBy(() -> Privileges.assume(false, "needs wings"))
                    .isInstanceOf(AssertionFailedError.class)
                    .hasMessageContaining("needs wings");
            Privileges.assume(true, "needs nothing");
        } finally {
            System.setProperty("letterbox.privileges", set);
        }
    }
}
