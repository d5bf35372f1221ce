package dev.letterbox.cli.files;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.OwnProgram;
import dev.letterbox.cli.output.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The demo on a broker: two server processes on one request queue, of which one is killed while it sends. */
final class BrokerDemo {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long BETWEEN_LOOKS_MILLIS = 2;

    private final Starter starter;
    private final PrintWriter out;

    /** Starts a process, and ends it with the demo. */
    @FunctionalInterface
    interface Starter {
        Process start(List<String> command) throws IOException;
    }

    BrokerDemo(Starter starter, PrintWriter out) {
        this.starter = starter;
        this.out = out;
    }

    int show(Path scratch, Path source, List<String> where) throws IOException, InterruptedException, CommandFailure {
        List<Process> servers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            servers.add(serve(source, where));
        }
        Path received = scratch.resolve("received");
        long started = System.nanoTime();
        Process client = starter.start(command("get", where, "-o", received.toString(), "--", name(source)));
        Process killed = killWhoSends(servers, scratch, source, client);
        out.println("killed   process " + killed.pid() + " during the transfer");
        out.flush();
        int status = client.waitFor();
        double seconds = (System.nanoTime() - started) / 1e9;
        if (status != 0) {
            throw new CommandFailure("The client process failed: exit status " + status);
        }
        Terminal terminal = Terminal.ofStdout();
        terminal.labelled(
                        "client   ",
                        "process %d: %,d bytes in %.2f s, the second part from the other server"
                                .formatted(client.pid(), Files.size(received), seconds))
                .forEach(out::println);
        String sent = Demo.sha256(source);
        String got = Demo.sha256(received);
        out.println("sent     SHA-256 " + sent);
        out.println("received SHA-256 " + got);
        if (!sent.equals(got)) {
            throw new CommandFailure("The received file differs from the one that was sent.");
        }
        terminal.say(
                out,
                "identical; the demo has removed its processes and files; its request queue is kept for the next server");
        out.flush();
        return 0;
    }

    private static String name(Path source) {
        return String.valueOf(source.getFileName());
    }

    private static List<String> command(String command, List<String> where, String... rest) {
        List<String> words = new ArrayList<>();
        words.add(command);
        words.addAll(where);
        words.addAll(List.of(rest));
        return OwnProgram.command(words.toArray(String[]::new));
    }

    private Process serve(Path source, List<String> where) throws IOException, InterruptedException, CommandFailure {
        Process server = starter.start(
                command("serve", where, "--quiet", source.resolveSibling("").toString()));
        // Not closed: that would close the server's standard output.
        String ready = server.inputReader().readLine();
        if (ready == null) {
            throw new CommandFailure("A server process did not start: exit status " + server.waitFor());
        }
        Terminal.ofStdout()
                .labelled("server   ", "process " + server.pid() + ": " + ready.replace(" Stop with Ctrl-C.", ""))
                .forEach(out::println);
        out.flush();
        return server;
    }

    /** As soon as an eighth of the file has come, in whatever file the client collects it. */
    private static Process killWhoSends(List<Process> servers, Path scratch, Path source, Process client)
            throws IOException, InterruptedException, CommandFailure {
        long eighth = Files.size(source) / 8;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until && !client.waitFor(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS)) {
            for (Process server : servers) {
                if (hasOpen(server, source) && cameSoFar(scratch, source) >= eighth) {
                    server.destroyForcibly().waitFor();
                    return server;
                }
            }
        }
        throw new CommandFailure("The transfer finished before a server could be killed: use a larger FILE.");
    }

    private static long cameSoFar(Path scratch, Path source) throws IOException {
        try (Stream<Path> files = Files.list(scratch)) {
            return files.filter(each -> !each.equals(source))
                    .mapToLong(each -> each.toFile().length())
                    .max()
                    .orElse(0);
        }
    }

    private static boolean hasOpen(Process server, Path source) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return descriptors.anyMatch(each -> pointsTo(each, source));
        } catch (IOException ended) {
            return false;
        }
    }

    private static boolean pointsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
