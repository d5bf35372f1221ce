package dev.letterbox.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.ContentSink;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ClientPrograms;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A client, and how it is told what to do. */
enum ExchangePlayer {
    JAVA {
        @Override
        String play(Key key, WantedExchange wanted, Path folder) throws Exception {
            try (FileClient client = wanted.dialect().isPresent()
                    ? FileClient.connect(
                            new QueueTransport(key), wanted.dialect().get(), Deadline.PATIENCE)
                    : FileClient.connect(new QueueTransport(key), Deadline.PATIENCE)) {
                return switch (wanted.operation()) {
                    case 0 -> content(client, wanted);
                    case 1 ->
                        client.list(wanted.name()).stream()
                                .map(WantedExchange::line)
                                .collect(Collectors.joining());
                    default -> WantedExchange.line(client.stat(wanted.name()));
                };
            } catch (RequestRefusedException refused) {
                return refused.getMessage();
            }
        }

        private String content(FileClient client, WantedExchange wanted) throws Exception {
            StringBuilder content = new StringBuilder();
            ContentSink sink = piece -> content.append(UTF_8.decode(piece));
            if (wanted.dialect().isPresent()) {
                client.get(wanted.name(), sink);
            } else {
                client.get(wanted.name(), wanted.from(), wanted.count(), wanted.prefix(), sink);
            }
            return content.toString();
        }
    },
    C {
        @Override
        String play(Key key, WantedExchange wanted, Path folder) throws IOException {
            String option = List.of("-r" + range(wanted), "-l", "-s").get(wanted.operation());
            if (wanted.prefix().isEmpty()) {
                return said(
                        ClientPrograms.c(Machine.NATIVE, "letterbox-get", "-k", key.toString(), option, wanted.name()));
            }
            String prefix = Stream.of("Hello, ", "hello, ")
                    .filter(text ->
                            WantedExchange.checksum(text) == wanted.prefix().get())
                    .findFirst()
                    .orElseThrow();
            Path copy = Files.writeString(folder.resolve("copy"), prefix);
            String said = said(ClientPrograms.c(
                    Machine.NATIVE, "letterbox-get", "-k", key.toString(), "-C", "-o", copy.toString(), wanted.name()));
            return said.isEmpty() ? Files.readString(copy).substring(prefix.length()) : said;
        }
    },
    PYTHON {
        @Override
        String play(Key key, WantedExchange wanted, Path folder) {
            String verb = List.of("get", "ls", "stat").get(wanted.operation());
            return said(ClientPrograms.python("-k", key.toString(), "-r", range(wanted), verb, wanted.name()));
        }
    };

    abstract String play(Key key, WantedExchange wanted, Path folder) throws Exception;

    boolean plays(WantedExchange wanted) {
        return switch (this) {
            case JAVA -> true;
            case C -> wanted.dialect().isEmpty();
            case PYTHON -> wanted.dialect().isEmpty() && wanted.prefix().isEmpty() && Machine.isInstalled("python3");
        };
    }

    private static String range(WantedExchange wanted) {
        String to = wanted.count() == Long.MAX_VALUE ? "" : "" + (wanted.from() + wanted.count() - 1);
        return wanted.from() + "-" + to;
    }

    /**
     * What it wrote; of a failure, the text without who says it and of what. Of a part that begins at the end the server sends
     * nothing: the programs call that an error.
     */
    private static String said(Command command) {
        Finished finished = command.run();
        return finished.status() == 0
                ? finished.text()
                : finished.expect(1)
                        .err()
                        .strip()
                        .replaceFirst("^[^:]*: [^:]*: ", "")
                        .replace("it ends before the range begins", "");
    }
}
