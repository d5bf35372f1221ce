package dev.letterbox.cli.host;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** A process chooses its name, which stands in the middle of /proc/PID/stat. */
final class ProcessesFuzzTest {
    static Stream<String> names() {
        return Stream.of("java", "a) Z 1", "(sd-pam)", "x\n4 (y) S 1");
    }

    @MethodSource("names")
    @FuzzTest
    void noNameOfAProcessChangesWhatIsReadOfIt(String name) {
        if (name == null) {
            return;
        }
        String[] fields = Processes.fields("4711 (" + name
                + ") S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 12 0 987600 100 200 18446744073709551615");
        Check.that(fields[0].equals("S") && fields[1].equals("1") && !Processes.isOver(fields), "its state");
        Check.that(Processes.begun(fields, Instant.EPOCH).equals(Instant.ofEpochSecond(9_876)), "its start");
    }
}
