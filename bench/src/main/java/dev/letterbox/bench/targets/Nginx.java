package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.LoopbackPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Is an nginx of the benchmark's own, that serves the ground's folder over a Unix socket and over the loopback interface, by
 * sendfile. It logs each request to a file, as it does by itself.
 *
 * @param server it
 * @param prefix the folder of its socket, settings and logs
 * @param port on the loopback interface
 */
record Nginx(FileServer server, Path prefix, int port) implements AutoCloseable {
    private static final String PROGRAM = "nginx";

    /** Skips the row where nginx is not installed. */
    static void require() {
        Row.require(Command.of(PROGRAM, "-v"), "nginx-light");
    }

    static Nginx start(Ground ground) throws IOException {
        Path prefix = Files.createDirectory(ground.folder().resolve("nginx"));
        Path socket = prefix.resolve("socket");
        int port = LoopbackPort.find();
        Path settings = Files.writeString(prefix.resolve("nginx.conf"), configuration(ground.folder(), prefix, port));
        ChildProcess process = Command.of(
                        PROGRAM, "-p", prefix.toString(), "-c", settings.toString(), "-e", "error.log")
                .start();
        try {
            int workers = Runtime.getRuntime().availableProcessors();
            Await.until(
                    "nginx has its socket and %d workers: %s".formatted(workers, process.describe()),
                    () -> Files.exists(socket) && process.proc().children().size() >= workers);
            return new Nginx(
                    new FileServer(
                            PROGRAM, socket.toString(), process, process.proc().children(), null),
                    prefix,
                    port);
        } catch (AssertionError failed) {
            process.close();
            throw failed;
        }
    }

    private static String configuration(Path root, Path prefix, int port) throws IOException {
        // The folder is for its owner alone, and the workers of a root would be somebody else.
        String user = Files.getOwner(root).getName().equals("root") ? "user root;" : "";
        return """
                daemon off;
                %s
                worker_processes auto;
                pid %2$s/pid;
                events { worker_connections 64; }
                http {
                  access_log %2$s/access.log;
                  sendfile on;
                  tcp_nopush on;
                  keepalive_requests 1000000000;
                  client_body_temp_path %2$s/body;
                  proxy_temp_path %2$s/proxy;
                  fastcgi_temp_path %2$s/fastcgi;
                  uwsgi_temp_path %2$s/uwsgi;
                  scgi_temp_path %2$s/scgi;
                  server {
                    listen unix:%2$s/socket;
                    listen 127.0.0.1:%3$d;
                    root %4$s;
                  }
                }
                """.formatted(user, prefix, port, root);
    }

    /** Makes the command by which curl fetches a file over the Unix socket to standard output, or elsewhere by more options. */
    Command curl(ServedFile file, String... options) {
        List<String> words =
                new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail", "--unix-socket", server.key()));
        words.addAll(List.of(options));
        words.add("http://localhost/" + file.name());
        return Command.of(words);
    }

    @Override
    public void close() throws IOException {
        server.close();
        Ground.remove(prefix);
    }
}
