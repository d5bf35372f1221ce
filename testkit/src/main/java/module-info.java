import dev.letterbox.testkit.LeakGuard;
import org.junit.jupiter.api.extension.Extension;

/** Helps tests with child processes, other users, namespaces, waiting and leaks. For tests alone. */
module dev.letterbox.testkit {
    requires transitive org.junit.jupiter.api;
    requires java.logging;
    requires static transitive org.jspecify;

    exports dev.letterbox.testkit;

    provides Extension with
            LeakGuard;
}
