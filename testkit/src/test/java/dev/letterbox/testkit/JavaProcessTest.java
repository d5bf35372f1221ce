package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class JavaProcessTest {
    /** Runs in the child: needs a class of a library, and native access. */
    static final class Child {
        private Child() {}

        @SuppressWarnings("restricted") // Whether the child may do so is what is tested.
        public static void main(String[] args) throws Throwable {
            Assertions.assertThat(args).hasSize(1);
            Linker linker = Linker.nativeLinker();
            int pid = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("getpid"), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
            System.out.println(args[0] + " " + pid + " " + System.getProperty("name"));
        }
    }

    @Test
    void runsAClassOfTheTestsWithAllThatItNeeds() {
        try (ChildProcess process = JavaProcess.running(Child.class)
                .options("-Dname=value")
                .command("hello")
                .env("JAVA_TOOL_OPTIONS", "-Dname=other")
                .withoutEnv("JAVA_TOOL_OPTIONS")
                .start()) {
            Finished finished = process.exit().expect(0);
            assertThat(finished.lines()).containsExactly("hello " + process.pid() + " value");
            assertThat(finished.err()).isEmpty();
        }
    }

    @Test
    void runsAsAnotherUser() {
        Finished finished = JavaProcess.running(Child.class.getName())
                .readableByAll()
                .command("hello")
                .asUser(Privileges.NOBODY)
                .run()
                .expect(0);
        assertThat(finished.text()).startsWith("hello ");
        assertThat(finished.err()).isEmpty();
    }
}
