package dev.letterbox.rabbitmq;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a broker is, and which servers' queues are meant there: {@code amqp://user@host:port/vhost?name=NAME}.
 *
 * @param tls whether the scheme is {@code amqps}
 * @param user the user's name; empty if a certificate tells it, or the broker's default user is meant
 * @param password a password in the address, which only an address from the environment may hold
 * @param hosts the nodes to try, in this order; more than one is separated by commas
 * @param vhost the virtual host; {@code /} where the address has none
 * @param name whose queues: each name is a server's well-known queue, as each key is on the kernel's queues
 * @param kind how the request queue is made
 * @param heartbeat how often both sides say that they are alive; a side that is silent for two of them is taken for dead
 * @param external whether a client certificate proves who the user is
 * @param caCertificate the file with the certificates that vouch for the broker, in PEM; the JDK's own where empty
 * @param certificate the file with the client's certificate, in PEM
 * @param key the file with the client's private key, PKCS #8 in PEM
 */
public record BrokerAddress(
        boolean tls,
        Optional<String> user,
        Optional<String> password,
        List<Node> hosts,
        String vhost,
        String name,
        QueueKind kind,
        Duration heartbeat,
        boolean external,
        Optional<Path> caCertificate,
        Optional<Path> certificate,
        Optional<Path> key) {

    /** The name of the queues where an address has none. */
    public static final String DEFAULT_NAME = "letterbox";

    private static final int LONGEST_NAME = 255;
    private static final int LAST_PORT = 65_535;
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final List<String> SETTINGS =
            List.of("name", "queue", "heartbeat", "auth_mechanism", "cacertfile", "certfile", "keyfile");

    /**
     * A host and a port.
     *
     * @param host its name or number
     * @param port its port
     */
    public record Node(String host, int port) {
        /** Returns it as it stands in an address. */
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** How the request queue is made. */
    public enum QueueKind {
        /** On one node: quick, its bound is exact, and it waits for its node when that is down. */
        CLASSIC,
        /** On most nodes of a cluster: goes on when one is down, and each request takes longer. */
        QUORUM;

        /** Returns its name in an address. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads an address.
     *
     * @param text such as {@code amqps://files@rabbit1,rabbit2/production?queue=quorum}
     * @return the address
     * @throws IllegalArgumentException if it is none; the message says why, and holds no password
     */
    public static BrokerAddress parse(String text) {
        int authority = text.indexOf("://");
        String scheme = authority < 0 ? "" : text.substring(0, authority);
        if (!scheme.equals("amqp") && !scheme.equals("amqps")) {
            throw new IllegalArgumentException("An address must begin with amqp:// or amqps://.");
        }
        boolean tls = scheme.equals("amqps");
        String rest = text.substring(authority + 3);
        int question = rest.indexOf('?');
        Map<String, String> settings =
                question < 0 || question == rest.length() - 1 ? Map.of() : settings(rest.substring(question + 1));
        String place = question < 0 ? rest : rest.substring(0, question);
        int slash = place.indexOf('/');
        String vhost = slash < 0 || slash == place.length() - 1 ? "/" : decoded(place.substring(slash + 1));
        String login = slash < 0 ? place : place.substring(0, slash);
        int at = login.lastIndexOf('@');
        String user = at < 0 ? "" : login.substring(0, at);
        int colon = user.indexOf(':');
        List<Node> hosts = new ArrayList<>();
        for (String each : login.substring(at + 1).split(",", -1)) {
            hosts.add(node(each, tls));
        }
        String name = settings.getOrDefault("name", DEFAULT_NAME);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "The name of a server's queues has 1 to 64 letters, digits, '-' and '_', unlike '" + name + "'.");
        }
        boolean external = switch (settings.getOrDefault("auth_mechanism", "plain")) {
            case "plain" -> false;
            case "external" -> true;
            default -> throw new IllegalArgumentException("auth_mechanism is plain or external.");
        };
        BrokerAddress address = new BrokerAddress(
                tls,
                Optional.of(decoded(colon < 0 ? user : user.substring(0, colon)))
                        .filter(given -> !given.isEmpty()),
                colon < 0 ? Optional.empty() : Optional.of(decoded(user.substring(colon + 1))),
                List.copyOf(hosts),
                vhost,
                name,
                kind(settings.getOrDefault("queue", "classic")),
                heartbeat(settings),
                external,
                Optional.ofNullable(settings.get("cacertfile")).map(Path::of),
                Optional.ofNullable(settings.get("certfile")).map(Path::of),
                Optional.ofNullable(settings.get("keyfile")).map(Path::of));
        address.check();
        return address;
    }

    private void check() {
        if (!tls && (external || caCertificate.isPresent() || certificate.isPresent() || key.isPresent())) {
            throw new IllegalArgumentException("Certificates need TLS: the address must begin with amqps://.");
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("certfile and keyfile must be given together.");
        }
        if (vhost.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new IllegalArgumentException("The name of a vhost has at most " + LONGEST_NAME + " bytes.");
        }
        if (external && certificate.isEmpty()) {
            throw new IllegalArgumentException("auth_mechanism=external needs certfile and keyfile.");
        }
    }

    private static Map<String, String> settings(String query) {
        Map<String, String> settings = new TreeMap<>();
        for (String each : query.split("&", -1)) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            if (!SETTINGS.contains(name)) {
                throw new IllegalArgumentException("An address has no setting '" + name + "'. Its settings are "
                        + String.join(", ", SETTINGS) + ".");
            }
            String value = equals < 0 ? "" : decoded(each.substring(equals + 1));
            if (value.isEmpty()) {
                throw new IllegalArgumentException("The setting '" + name + "' of an address has no value.");
            }
            settings.put(name, value);
        }
        return settings;
    }

    private static Node node(String text, boolean tls) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("An address must name a host after amqp://, and after each comma.");
        }
        try {
            // URI knows brackets around IPv6, and what a host may be.
            URI uri = new URI("amqp://" + text).parseServerAuthority();
            String host = uri.getHost();
            int port = uri.getPort() < 0 ? (tls ? 5671 : 5672) : uri.getPort();
            if (host == null) {
                throw new IllegalArgumentException("'" + text + "' is not a host with a port.");
            }
            if (port < 1 || port > LAST_PORT) {
                throw new IllegalArgumentException("A port must be 1 to " + LAST_PORT + ", not " + port + ".");
            }
            return new Node(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a host with a port. An IPv6 address stands in brackets: [::1].", wrong);
        }
    }

    private static QueueKind kind(String text) {
        return switch (text) {
            case "classic" -> QueueKind.CLASSIC;
            case "quorum" -> QueueKind.QUORUM;
            default -> throw new IllegalArgumentException("queue must be classic or quorum, not '" + text + "'.");
        };
    }

    private static Duration heartbeat(Map<String, String> settings) {
        String text = settings.get("heartbeat");
        if (text == null) {
            return HEARTBEAT;
        }
        try {
            int seconds = Integer.parseInt(text);
            if (seconds >= 1 && seconds <= 3_600) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("heartbeat must be a number of seconds, not '" + text + "'.", wrong);
        }
        throw new IllegalArgumentException("heartbeat must be 1 to 3600 seconds, not " + text + ".");
    }

    private static String decoded(String text) {
        // A plus is a plus in an address: it stands for a blank in forms alone.
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            // Without the text: it may be a password.
            throw new IllegalArgumentException("A % in an address must be followed by two hexadecimal digits.", wrong);
        }
    }

    /** Returns the address as it may be shown: without password and settings. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(tls ? "amqps://" : "amqp://");
        user.ifPresent(each -> text.append(each).append('@'));
        text.append(String.join(",", hosts.stream().map(Node::toString).toList()));
        return text.append(vhost.equals("/") ? "/" : "/" + vhost).toString();
    }
}
