package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ node of a test's own: on free loopback ports, in a folder of its own, without systemd and without a daemon
 * that outlives it. Needs Debian's package {@code rabbitmq-server}; {@link #assumeInstalled} skips tests without it.
 *
 * <p>Its Erlang shell is this object's way in: {@link #eval} takes milliseconds where {@code rabbitmqctl} takes a second.
 * Closing it kills it and deletes its folder.
 */
public final class Broker implements AutoCloseable {
    /** The user with all rights; its password is its name. */
    public static final String USER = "test";

    /** Where the programs are: another place for another version than the one installed. */
    private static final Path SCRIPTS =
            Path.of(System.getProperty("letterbox.rabbitmq.scripts", "/usr/lib/rabbitmq/bin"));

    private static final Duration START = Duration.ofMinutes(2);
    private static final byte[] PROTOCOL_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    private final Path home;
    private final int port;
    private final int epmdPort;
    private final @Nullable ChildProcess epmd;
    private volatile ChildProcess node;
    private final AtomicLong evaluations = new AtomicLong();
    private final AtomicLong vhosts = new AtomicLong();

    private Broker(Path home, int port, int epmdPort, @Nullable ChildProcess epmd, ChildProcess node) {
        this.home = home;
        this.port = port;
        this.epmdPort = epmdPort;
        this.epmd = epmd;
        this.node = node;
    }

    /** Returns whether RabbitMQ is installed here. */
    public static boolean isInstalled() {
        return Files.isExecutable(SCRIPTS.resolve("rabbitmq-server"));
    }

    /** Skips the test where RabbitMQ is not installed. */
    public static void assumeInstalled() {
        Privileges.assume(isInstalled(), "This test needs the Debian package rabbitmq-server");
    }

    /**
     * Starts a broker, and returns when it accepts connections.
     *
     * @param configuration lines of {@code rabbitmq.conf}, such as {@code consumer_timeout = 60000}
     */
    public static Broker start(String... configuration) {
        return start(List.of(), configuration);
    }

    /**
     * Starts a broker with plugins, and returns when it accepts connections.
     *
     * @param plugins their names, such as {@code rabbitmq_auth_mechanism_ssl}
     * @param configuration lines of {@code rabbitmq.conf}
     */
    public static Broker start(List<String> plugins, String... configuration) {
        return start(plugins, false, configuration);
    }

    /** Starts a broker that ends with the test run, not with the test class. */
    static Broker startLasting() {
        return start(List.of(), true);
    }

    private static Broker start(List<String> plugins, boolean lasting, String... configuration) {
        Path home = newHome(plugins, configuration);
        int epmdPort = LoopbackPort.find();
        ChildProcess epmd = start(epmd(epmdPort), lasting);
        int port = LoopbackPort.find();
        ChildProcess node = start(node(home, port, epmdPort), lasting);
        return new Broker(home, port, epmdPort, epmd, node).awaitReady();
    }

    /**
     * Starts so many nodes and joins them to a cluster. Close the first one last: the nodes find each other through it.
     *
     * @param configuration lines of each node's {@code rabbitmq.conf}
     */
    public static List<Broker> cluster(int size, String... configuration) {
        List<Broker> nodes = new ArrayList<>();
        boolean whole = false;
        try {
            nodes.add(start(configuration));
            Broker first = nodes.getFirst();
            for (int i = 1; i < size; i++) {
                nodes.add(first.startBeside(configuration));
            }
            for (Broker joining : nodes.subList(1, size)) {
                joining.join(first);
            }
            whole = true;
            return List.copyOf(nodes);
        } finally {
            if (!whole) {
                nodes.reversed().forEach(Broker::close);
            }
        }
    }

    /** As rabbitmqctl does, whose three starts of an Erlang take minutes on a machine that is busy. */
    private void join(Broker other) {
        String joined = eval("""
                begin rabbit:stop(), \
                {module, _} = code:ensure_loaded(rabbit_mnesia), _ = code:ensure_loaded(rabbit_db_cluster), \
                Joined = case erlang:function_exported(rabbit_db_cluster, join, 2) of \
                true -> rabbit_db_cluster:join('%1$s', disc); \
                false -> rabbit_mnesia:join_cluster('%1$s', disc) end, \
                rabbit:start(), Joined end""".formatted(other.nodeName()));
        if (!joined.equals("ok")) {
            throw new AssertionError(nodeName() + " did not join " + other.nodeName() + ": " + joined);
        }
        awaitReady();
    }

    /** Starts a node that knows the same cookie and the same epmd. */
    private Broker startBeside(String... configuration) {
        Path itsHome = newHome(List.of(), configuration);
        try {
            Files.copy(home.resolve(".erlang.cookie"), itsHome.resolve(".erlang.cookie"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int itsPort = LoopbackPort.find();
        ChildProcess itsNode = start(node(itsHome, itsPort, epmdPort), false);
        return new Broker(itsHome, itsPort, epmdPort, null, itsNode).awaitReady();
    }

    private static Path newHome(List<String> plugins, String... configuration) {
        try {
            Path home = Files.createTempDirectory("letterbox-broker-");
            Files.writeString(home.resolve("plugins"), "[" + String.join(",", plugins) + "].\n");
            Files.writeString(home.resolve("rabbitmq.conf"), """
                    default_user = %1$s
                    default_pass = %1$s
                    log.console.level = warning
                    %2$s
                    """.formatted(USER, String.join("\n", configuration)));
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChildProcess start(Command command, boolean lasting) {
        return lasting ? command.startLasting() : command.start();
    }

    /** Erlang's port mapper, as a child: started by the node, it would become a daemon. */
    private static Command epmd(int port) {
        return Command.of("epmd", "-port", "" + port, "-address", "127.0.0.1");
    }

    private static Command node(Path home, int port, int epmdPort) {
        return inHome(Command.of(SCRIPTS.resolve("rabbitmq-server")), home, port, epmdPort)
                .env("RABBITMQ_DIST_PORT", "" + LoopbackPort.find())
                .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
                .env("RABBITMQ_NODE_PORT", "" + port)
                .env("RABBITMQ_CONFIG_FILE", home.resolve("rabbitmq").toString())
                .env("RABBITMQ_ENABLED_PLUGINS_FILE", home.resolve("plugins").toString())
                .env("RABBITMQ_MNESIA_BASE", home.resolve("data").toString())
                .env("RABBITMQ_LOG_BASE", home.resolve("log").toString())
                .env("RABBITMQ_LOGS", "-")
                // With it the script becomes the node, and the node reads what eval() writes.
                .env("RABBITMQ_ALLOW_INPUT", "1")
                .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
                .openInput();
    }

    private static Command inHome(Command command, Path home, int port, int epmdPort) {
        return command.env("HOME", home.toString())
                .env("LANG", "C.UTF-8")
                .env("ERL_EPMD_ADDRESS", "127.0.0.1")
                .env("ERL_EPMD_PORT", "" + epmdPort)
                .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
                .env("RABBITMQ_NODENAME", nodeName(port));
    }

    private static String nodeName(int port) {
        return "lb" + port + "@localhost";
    }

    private Broker awaitReady() {
        boolean ready = false;
        try {
            Await.until("the broker on port " + port + " accepts connections", START, () -> {
                if (!node.isAlive()) {
                    throw new AssertionError("The broker ended: " + node.describe());
                }
                return accepts();
            });
            ready = true;
            return this;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    /** It listens before it is ready, and answers afterwards. */
    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(PROTOCOL_HEADER);
            return socket.getInputStream().read() == 1;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Returns the port for AMQP on loopback. */
    public int port() {
        return port;
    }

    /** Returns its folder, which goes with it. */
    public Path home() {
        return home;
    }

    /** Returns the name by which other nodes know it. */
    public String nodeName() {
        return nodeName(port);
    }

    /** Returns its process. */
    public ChildProcess process() {
        return node;
    }

    /** Makes a vhost in which {@link #USER} has all rights, and returns its name. */
    public String newVhost() {
        String name = "v" + vhosts.incrementAndGet();
        eval("rabbit_vhost:add(<<\"%s\">>, <<\"test\">>)".formatted(name));
        permit(USER, name, ".*", ".*", ".*");
        return name;
    }

    /** Makes a user whose password is its name, without any right. */
    public void addUser(String name) {
        eval("rabbit_auth_backend_internal:add_user(<<\"%1$s\">>, <<\"%1$s\">>, <<\"test\">>)".formatted(name));
    }

    /** Sets what a user may configure, write and read in a vhost, as regular expressions. */
    public void permit(String user, String vhost, String configure, String write, String read) {
        eval(
                "rabbit_auth_backend_internal:set_permissions(<<\"%s\">>, <<\"%s\">>, <<\"%s\">>, <<\"%s\">>, <<\"%s\">>, <<\"test\">>)"
                        .formatted(
                                user,
                                vhost,
                                configure.replace("\\", "\\\\"),
                                write.replace("\\", "\\\\"),
                                read.replace("\\", "\\\\")));
    }

    /** Evaluates an Erlang expression on the node, and returns its value as Erlang prints it. */
    public String eval(String expression) {
        long number = evaluations.incrementAndGet();
        node.writeLine("io:format(\"~nletterbox " + number + " ~0p~n\", [catch (" + expression + ")]).");
        return node.awaitLine("^letterbox " + number + " (.*)$").group(1);
    }

    /** Raises an alarm, as when the node is short of {@code memory} or {@code disk}: it reads no publisher. */
    public void raiseAlarm(String resource) {
        eval("rabbit_alarm:set_alarm({{resource_limit, %s, node()}, []})".formatted(resource));
    }

    /** Ends an alarm. */
    public void clearAlarm(String resource) {
        eval("rabbit_alarm:clear_alarm({resource_limit, %s, node()})".formatted(resource));
    }

    /** Runs {@code rabbitmqctl} for this node, and returns what it prints. */
    public String ctl(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(SCRIPTS.resolve("rabbitmqctl").toString());
        words.add("--quiet");
        words.addAll(List.of(arguments));
        return inHome(Command.of(words), home, port, epmdPort).run().expect(0).text();
    }

    /** Has a program that runs {@code rabbitmqctl} reach this node. */
    public Command reaching(Command program) {
        return inHome(program, home, port, epmdPort).env("PATH", SCRIPTS + ":" + System.getenv("PATH"));
    }

    /** Stops the node's process where it is, with SIGSTOP. */
    public void freeze() {
        node.signal("STOP");
    }

    /** Lets a frozen node go on. */
    public void thaw() {
        node.signal("CONT");
    }

    /** Kills the node, with SIGKILL. Closing is still due. */
    public void kill() {
        node.kill();
        node.exit();
    }

    /** Starts a node that was killed again: the same ports, the same data. */
    public void restart() {
        node.close();
        node = start(node(home, port, epmdPort), false);
        awaitReady();
    }

    /** Kills the node, and what it started, and deletes its folder. */
    @Override
    public void close() {
        node.close();
        if (epmd != null) {
            epmd.close();
        }
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(Broker::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows where it listens. */
    @Override
    public String toString() {
        return "broker on port " + port + " in " + home;
    }
}
