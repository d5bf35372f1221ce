package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ClientPrograms;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.PeerLanguage;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The complete clients that {@code docs/interoperability.md} prints, run as they stand there. */
final class InteroperabilityPageIT {
    private static final long SIZE = 1_000_003;

    @TempDir
    private static Path folder;

    private static RunningServer ours;

    enum Listing {
        PHP(PeerLanguage.PHP, "client.php", "php client.php"),
        COBOL(PeerLanguage.COBOL, "client.cob", "./client");

        private final PeerLanguage language;
        private final String file;
        private final String command;

        Listing(PeerLanguage language, String file, String command) {
            this.language = language;
            this.file = file;
            this.command = command;
        }

        /** Writes the page's only listing in this language into a folder, and compiles it if it has to be. */
        private void writeInto(Path where) throws IOException {
            language.assumeInstalled();
            List<String> listings = Pattern.compile(
                            "```" + name().toLowerCase(Locale.ROOT) + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(ClientPrograms.text("docs/interoperability.md"))
                    .results()
                    .map(match -> match.group(1))
                    .toList();
            assertThat(listings).hasSize(1);
            Files.writeString(where.resolve(file), listings.getFirst());
            if (this == COBOL) {
                Command.of("cobc", "-x", "-free", file).inDirectory(where).run().expect(0);
            }
        }

        private Command with(String... arguments) {
            List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
            words.addAll(List.of(arguments));
            return Command.of(words);
        }
    }

    @BeforeAll
    static void startServer() {
        TempFiles.file(folder, SIZE);
        TempFiles.file(folder, 0);
        ours = RunningServer.start(folder);
    }

    @AfterAll
    static void stopServer() {
        ours.close();
    }

    @ParameterizedTest
    @EnumSource
    void theListingFetchesFiles(Listing listing, @TempDir Path place) throws IOException {
        listing.writeInto(place);
        for (String name : List.of(SIZE + ".bin", "0.bin")) {
            Path copy = place.resolve("copy");
            listing.with(key(), name).inDirectory(place).outTo(copy).run().expect(0);
            assertThat(copy).hasSameBinaryContentAs(folder.resolve(name));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theListingSaysOnStandardErrorAloneWhatFailed(Listing listing, @TempDir Path place) throws IOException {
        listing.writeInto(place);
        Finished refused =
                listing.with(key(), "missing").inDirectory(place).run().expect(1);
        assertThat(refused.err()).isEqualTo("Cannot open 'missing': No such file or directory\n");
        assertThat(refused.out()).isEmpty();
        for (String noServer : List.of(Key.free().toString(), "notes.txt")) {
            Finished failed =
                    listing.with(noServer, "missing").inDirectory(place).run().expect(2);
            assertThat(failed.err()).isNotEmpty();
            assertThat(failed.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theListingLeavesNoQueueWhenItsReaderLeaves(Listing listing, @TempDir Path place) throws IOException {
        listing.writeInto(place);
        String pipe = listing.command + " " + key() + " " + SIZE + ".bin | head -c 10 | wc -c";
        Finished head = Command.of("sh", "-c", pipe).inDirectory(place).run().expect(0);
        assertThat(head.text().strip()).isEqualTo("10");
    }

    private static String key() {
        return ours.key().toString();
    }
}
