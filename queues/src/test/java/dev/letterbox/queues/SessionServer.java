package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.contract.TestServices;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;

/** A server in a process of its own, for every user: it echoes, says who asks, or never answers. */
final class SessionServer {
    private SessionServer() {}

    static JavaProcess program() {
        return JavaProcess.running(SessionServer.class).options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    static ChildProcess start(Key key) {
        ChildProcess process = program().command(key.toString()).start();
        process.awaitLine("ready");
        return process;
    }

    public static void main(String[] key) throws InterruptedException {
        try (Server server = Server.on(new QueueTransport(Key.parse(key[0])))
                .access(Access.ALL)
                .service("echo", TestServices.echo())
                .service("who", TestServices.whoAsks())
                .service("never", new TestServices.Gated())
                .start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            System.out.println(
                    "ready " + server.queueId() + " as " + Linux.host().geteuid());
            server.awaitClose();
        }
    }
}
