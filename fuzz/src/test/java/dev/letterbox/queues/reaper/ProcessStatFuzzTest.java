package dev.letterbox.queues.reaper;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** A process chooses its name, which stands in the middle of /proc/PID/stat. */
final class ProcessStatFuzzTest {
    static Stream<String> names() {
        return Stream.of("java", "a) Z 1", "(sd-pam)", "x\n4 (y) S 1");
    }

    @MethodSource("names")
    @FuzzTest
    void noNameOfAProcessChangesWhatIsReadOfIt(String name) {
        if (name == null) {
            return;
        }
        ProcessMark.Stat stat = ProcessMark.Stat.parse("4711 (" + name
                + ") S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 12 0 987654 100 200 18446744073709551615");
        Check.that(stat.pid() == 4711 && !stat.isOver() && stat.began() == 987_654, "it is read as " + stat);
    }
}
