package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import dev.letterbox.rabbitmq.BrokerAddress.QueueKind;
import dev.letterbox.rabbitmq.Publisher.Fate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds what keeps a client from being served at a broker: the broker, its vhost, the user's rights, alarms, the request
 * queue and its servers. It changes nothing, save that it makes a private queue for a moment.
 */
public final class BrokerExamination {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration LONG_HEARTBEAT = Duration.ofSeconds(20);
    private static final String NOWHERE = "letterbox-doctor";

    private final BrokerAddress address;
    private final Login login;
    private final Administrator administrator;
    private final List<Finding> findings = new ArrayList<>();

    private BrokerExamination(BrokerAddress address, Login login, Administrator administrator) {
        this.address = address;
        this.login = login;
        this.administrator = administrator;
    }

    /** Runs {@code rabbitmqctl}, which tells what AMQP does not: policies. */
    @FunctionalInterface
    public interface Administrator {
        /**
         * Runs {@code rabbitmqctl --quiet} with these words.
         *
         * @param arguments the words
         * @return what it prints; empty if it cannot be run here, or fails
         */
        Optional<String> rabbitmqctl(List<String> arguments);
    }

    /** How bad a finding is. */
    public enum Weight {
        /** Requests fail. */
        WRONG,
        /** Requests will fail, or take long, when something else goes wrong. */
        SOON,
        /** All is well. */
        FINE
    }

    /**
     * One thing that was found.
     *
     * @param weight how bad it is
     * @param says what it is
     * @param remedy what to do
     */
    public record Finding(Weight weight, String says, Optional<String> remedy) {}

    /**
     * Examines a broker as a client would use it.
     *
     * @param address the broker
     * @param login who asks
     * @param administrator the way to {@code rabbitmqctl}; what it says counts only if it speaks of the same broker
     * @return what was found
     */
    public static List<Finding> examine(BrokerAddress address, Login login, Administrator administrator) {
        BrokerExamination examination = new BrokerExamination(address, login, administrator);
        try (Link link = Link.open(address, login, "letterbox doctor")) {
            examination.examine(link);
        } catch (BrokerException unreachable) {
            examination.unreachable(unreachable);
        }
        return List.copyOf(examination.findings);
    }

    private void wrong(String says, String remedy) {
        findings.add(new Finding(Weight.WRONG, says, Optional.of(remedy)));
    }

    private void soon(String says, String remedy) {
        findings.add(new Finding(Weight.SOON, says, Optional.of(remedy)));
    }

    private void fine(String says) {
        findings.add(new Finding(Weight.FINE, says, Optional.empty()));
    }

    private void unreachable(BrokerException failed) {
        String says = String.valueOf(failed.getMessage());
        if (says.contains("vhost")) {
            wrong(
                    says,
                    "See the vhosts and who may use them: rabbitmqctl list_vhosts; rabbitmqctl list_permissions -p "
                            + address.vhost());
        } else if (failed.getCause() instanceof AuthenticationFailureException) {
            wrong(
                    says,
                    login.user().equals("guest")
                            ? "Name another user in the address: a broker does not accept guest from another machine."
                            : "Check the password: rabbitmqctl authenticate_user " + login.user());
        } else {
            wrong(says, "Is it running, and listening there? On its machine: rabbitmq-diagnostics listeners");
        }
    }

    private void examine(Link link) {
        fine("The broker is RabbitMQ %s, and lets user '%s' into vhost %s."
                .formatted(link.brokerProperties().get("version"), login, address.vhost()));
        if (link.heartbeat().compareTo(LONG_HEARTBEAT) > 0 || link.heartbeat().isZero()) {
            soon(
                    "The heartbeat is %d s: a broken network is noticed after twice that time."
                            .formatted(link.heartbeat().toSeconds()),
                    "Remove heartbeat from the address: the default is 2 s.");
        } else {
            fine("The heartbeat is %d s.".formatted(link.heartbeat().toSeconds()));
        }
        Names names = new Names(address.name());
        try {
            lookForAlarms(link);
            lookForMirrors(link, names);
            if (lookAtRequestQueue(link, names)) {
                lookAtRights(link, names);
            }
        } catch (IOException | AlreadyClosedException | BrokerException failed) {
            wrong(
                    "The broker does not answer: " + Reason.of(failed),
                    "See its log, and: rabbitmq-diagnostics check_running");
        }
    }

    /**
     * A broker with an alarm reads nothing from those that publish, from the second message on: a message to nowhere is not even
     * returned.
     */
    private void lookForAlarms(Link link) throws IOException {
        // A user may have no right to publish there: that ends the channel, and not the examination.
        try (Publisher publisher = new Publisher(link.sendingChannel(), 1, _ -> {})) {
            boolean first = takes(publisher);
            if (first && takes(publisher)) {
                fine("It accepts messages from publishers: there is no alarm.");
                return;
            }
            String reason = publisher.blocked();
            wrong(
                    "The broker accepts nothing from publishers: it has an alarm%s."
                            .formatted(reason == null ? ", of memory or disk" : ": " + reason),
                    "See all: rabbitmq-diagnostics alarms. Give it memory or disk, or find the queue that fills it: rabbitmqctl"
                            + " list_queues -p " + address.vhost() + " name messages memory");
        } catch (ExecutionException | InterruptedException given) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean takes(Publisher publisher) throws ExecutionException, InterruptedException {
        CompletableFuture<Fate> fate = new CompletableFuture<>();
        publisher.offer("", NOWHERE, new BasicProperties(), new byte[0], fate::complete);
        try {
            fate.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException silent) {
            return false;
        }
    }

    /**
     * Policies are seen by administrators alone, with a tool that speaks to this machine's broker and starts Erlang's port mapper
     * where none runs. That broker may be another one.
     */
    private void lookForMirrors(Link link, Names names) {
        if (!link.isLocal()) {
            return;
        }
        String cluster = String.valueOf(link.brokerProperties().get("cluster_name"));
        Optional<String> here = administrator.rabbitmqctl(List.of("eval", "rabbit_nodes:cluster_name()."));
        if (here.filter(name -> name.contains("\"" + cluster + "\"")).isEmpty()) {
            return;
        }
        Set<String> mirroring = rows("list_policies")
                .filter(columns -> Arrays.stream(columns).anyMatch(each -> each.contains("\"ha-mode\"")))
                .map(columns -> columns[1])
                .collect(Collectors.toSet());
        rows("list_queues", "name", "policy")
                .filter(columns -> columns[0].equals(names.requests()) && mirroring.contains(columns[1]))
                .forEach(columns -> soon(
                        ("Queue %s is a classic queue that policy '%s' mirrors. RabbitMQ 4.0 and later do not mirror queues: there it"
                                        + " is on one node only.")
                                .formatted(names.requests(), columns[1]),
                        ("Use a quorum queue: stop the servers, delete the queue, and add queue=quorum to the address of each"
                                        + " server. Then: rabbitmqctl clear_policy --vhost %s %s")
                                .formatted(address.vhost(), columns[1])));
    }

    /** What a command of {@code rabbitmqctl} lists in this vhost: two columns at least. */
    private Stream<String[]> rows(String list, String... columns) {
        List<String> words = new ArrayList<>(List.of(list, "--vhost", address.vhost(), "--no-table-headers"));
        words.addAll(List.of(columns));
        return administrator.rabbitmqctl(words).stream()
                .flatMap(String::lines)
                .map(line -> line.split("\t", -1))
                .filter(row -> row.length >= 2);
    }

    private boolean lookAtRequestQueue(Link link, Names names) throws IOException {
        Channel channel = link.receivingChannel();
        try {
            AMQP.Queue.DeclareOk found = channel.queueDeclarePassive(names.requests());
            channel.abort();
            if (found.getConsumerCount() == 0) {
                wrong(
                        "No server is on queue %s. Requests waiting in it: %d."
                                .formatted(names.requests(), found.getMessageCount()),
                        "Start one: letterbox serve DIR --on " + address);
            } else {
                fine("Servers on queue %s: %d. Requests waiting in it: %d."
                        .formatted(names.requests(), found.getConsumerCount(), found.getMessageCount()));
            }
            if (found.getMessageCount() > Topology.MOST_REQUESTS / 2) {
                soon(
                        "Queue %s is more than half full: %d of at most %d requests wait in it."
                                .formatted(names.requests(), found.getMessageCount(), Topology.MOST_REQUESTS),
                        "Start more servers.");
            }
            lookAtKind(link, names);
            return true;
        } catch (IOException refused) {
            int code = Reason.code(refused).orElse(0);
            if (code == Reason.NOT_FOUND) {
                wrong(
                        "There is no queue %s in vhost %s: no server has ever run here under that name."
                                .formatted(names.requests(), address.vhost()),
                        "Start one: letterbox serve DIR --on " + address);
                return false;
            }
            if (code == Reason.ACCESS_REFUSED) {
                fine("User '%s' has no permission to inspect queue %s, and does not need it."
                        .formatted(login, names.requests()));
                return true;
            }
            throw refused;
        }
    }

    /** Declared as the other kind, the broker says which kind it is; a user without that right is told nothing. */
    private void lookAtKind(Link link, Names names) throws IOException {
        QueueKind other = address.kind() == QueueKind.CLASSIC ? QueueKind.QUORUM : QueueKind.CLASSIC;
        Channel channel = link.receivingChannel();
        try {
            channel.queueDeclare(
                    names.requests(), true, false, false, Topology.requestArguments(names, address.kind()));
            channel.abort();
            fine("It is a " + address.kind().word() + " queue.");
        } catch (IOException refused) {
            if (Reason.code(refused).orElse(0) == Reason.PRECONDITION_FAILED) {
                wrong(
                        "Queue %s is not a %s queue as the address says: %s"
                                .formatted(names.requests(), address.kind().word(), Reason.of(refused)),
                        "Add queue=%s to the address of each server, or delete the queue.".formatted(other.word()));
            } else if (Reason.code(refused).orElse(0) != Reason.ACCESS_REFUSED) {
                throw refused;
            }
        }
    }

    private void lookAtRights(Link link, Names names) {
        Channel channel = link.receivingChannel();
        try {
            String queue = names.newClient(login.user());
            channel.queueDeclare(queue, false, true, true, Topology.clientArguments());
            channel.queueBind(queue, names.farewell(), "");
            channel.abort();
            fine("User '%s' may create a private queue.".formatted(login));
        } catch (IOException | AlreadyClosedException | BrokerException refused) {
            wrong(
                    "User '%s' cannot ask: %s".formatted(login, Reason.of(refused)),
                    "Give it the rights of a client: letterbox rabbitmq setup --client %s --on %s --dry-run"
                            .formatted(login, address));
        }
    }
}
