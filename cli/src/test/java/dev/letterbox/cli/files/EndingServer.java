package dev.letterbox.cli.files;

import dev.letterbox.Access;
import dev.letterbox.files.FileService;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of files that ends, as if it was killed, when it is asked for more than it answers. */
final class EndingServer {
    private EndingServer() {}

    static ChildProcess start(Path folder, Key key, int answers) {
        ChildProcess process = JavaProcess.running(EndingServer.class)
                .command(folder.toString(), key.toString(), "" + answers)
                .start();
        process.awaitLine("ready");
        return process;
    }

    public static void main(String[] words) throws Exception {
        AtomicInteger left = new AtomicInteger(Integer.parseInt(words[2]));
        try (ServedRoot root = ServedRoot.open(Path.of(words[0]))) {
            FileService files = new FileService(root);
            try (Server server = Server.on(new QueueTransport(Key.parse(words[1])))
                    .access(Access.OWNER)
                    .service(FileService.NAME, request -> {
                        if (left.getAndDecrement() == 0) {
                            Runtime.getRuntime().halt(1);
                        }
                        return files.open(request);
                    })
                    .start()) {
                System.out.println("ready");
                server.awaitClose();
            }
        }
    }
}
