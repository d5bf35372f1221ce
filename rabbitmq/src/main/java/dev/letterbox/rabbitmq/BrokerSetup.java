package dev.letterbox.rabbitmq;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker's administrator does once, so that servers and clients of one name can meet in a vhost: the vhost, the
 * rights of each user, and a bound on private queues that no client can lift.
 *
 * @param address the broker, the vhost and the name
 * @param servers the users that may serve
 * @param clients the users that may ask
 */
public record BrokerSetup(BrokerAddress address, List<String> servers, List<String> clients) {
    private static final String POLICY = "letterbox-clients";

    /**
     * One step, as a call of {@code rabbitmqctl}.
     *
     * @param purpose what it is for, in a few words
     * @param arguments the words after {@code rabbitmqctl}
     */
    public record Step(String purpose, List<String> arguments) {
        /** Returns the step as a line for a shell. */
        @Override
        public String toString() {
            return "rabbitmqctl "
                    + String.join(" ", arguments.stream().map(Step::quoted).toList());
        }

        private static String quoted(String word) {
            return word.matches("[A-Za-z0-9_./:@%+=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
        }
    }

    /**
     * What a user may do in a vhost, as the broker's three regular expressions. With these, only servers can write to private
     * queues, so nobody can forge an answer; and only its own user can make a private queue, so nobody can ask in the name of
     * another.
     *
     * @param configure what may be declared and deleted
     * @param write what may be published to, and bound from
     * @param read what may be consumed, and bound to
     */
    record Rights(String configure, String write, String read) {
        static Rights server(Names names) {
            String all = quoted(names.name());
            return new Rights(
                    "^" + all + "(\\..*)?$", "^(" + all + "(\\..*)?|amq\\.default)$", "^" + all + "(\\..*)?$");
        }

        static Rights client(Names names, String user) {
            String own = quoted(names.clientsOf(user)) + "[0-9a-f]+";
            return new Rights(
                    "^" + own + "$",
                    "^(" + quoted(names.exchange()) + "|" + own + ")$",
                    "^(" + quoted(names.farewell()) + "|" + own + ")$");
        }

        private static final Pattern SPECIAL = Pattern.compile("[^A-Za-z0-9_%-]");

        static String quoted(String name) {
            return SPECIAL.matcher(name).replaceAll(found -> Matcher.quoteReplacement("\\" + found.group()));
        }
    }

    /** Copies the lists. */
    public BrokerSetup {
        servers = List.copyOf(servers);
        clients = List.copyOf(clients);
    }

    /**
     * Returns the steps, in order. Each may be taken again. The users themselves are not made: they have passwords, or
     * certificates.
     *
     * @return the steps
     */
    public List<Step> steps() {
        Names names = new Names(address.name());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("the vhost", List.of("add_vhost", address.vhost())));
        for (String user : servers) {
            steps.add(permissions("server " + user, user, Rights.server(names)));
        }
        for (String user : clients) {
            steps.add(permissions("client " + user, user, Rights.client(names, user)));
        }
        steps.add(new Step(
                "a bound on private queues",
                List.of(
                        "set_operator_policy",
                        "--vhost",
                        address.vhost(),
                        "--apply-to",
                        "queues",
                        POLICY,
                        "^" + Rights.quoted(names.name()) + "\\.client\\.",
                        "{\"max-length-bytes\": " + Topology.MOST_RESPONSE_BYTES + "}")));
        return steps;
    }

    private Step permissions(String purpose, String user, Rights rights) {
        return new Step(
                "the rights of " + purpose,
                List.of(
                        "set_permissions",
                        "--vhost",
                        address.vhost(),
                        user,
                        rights.configure(),
                        rights.write(),
                        rights.read()));
    }

    /**
     * Declares the exchanges and the request queue, as each server does when it starts.
     *
     * @param login a user with the rights of a server
     * @throws BrokerException if the broker is not there, or refuses, or they are there and made otherwise
     */
    public void declare(Login login) {
        try (Link link = Link.open(address, login, "letterbox setup")) {
            Topology.declareShared(link, new Names(address.name()), address.kind());
        }
    }
}
