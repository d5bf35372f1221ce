package dev.letterbox.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The names of what the servers and clients of one name use in a vhost. Rights in the broker are given by these names, so
 * they are part of the protocol.
 *
 * @param name what all of them begin with
 */
record Names(String name) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PLAIN = "-_";

    /** How many bytes AMQP allows for a name. */
    private static final int LONGEST = 255;

    /** The exchange to which clients send: requests by {@link #REQUESTS}, all else by the id of a server. */
    String exchange() {
        return name;
    }

    /** The routing key of requests. */
    static final String REQUESTS = "requests";

    /** The routing key of what is for each server. */
    static final String SERVERS = "servers";

    /** The routing key of requests that were redelivered too often. */
    static final String DEAD = "dead";

    String requests() {
        return name + ".requests";
    }

    /** Where a quorum queue puts requests that killed one server after the other. */
    String dead() {
        return name + ".dead";
    }

    /** The exchange that tells every client that a server has ended. */
    String farewell() {
        return name + ".farewell";
    }

    String control(String server) {
        return name + ".server." + server;
    }

    String will(String server) {
        return name + ".will." + server;
    }

    /** What the private queues of a user begin with: only that user may declare them. */
    String clientsOf(String user) {
        return name + ".client." + escaped(user) + ".";
    }

    /**
     * Returns a name for a private queue of a user.
     *
     * @throws BrokerException if the user's name is too long for it
     */
    String newClient(String user) {
        String queue = clientsOf(user) + random();
        if (queue.length() > LONGEST) {
            throw new BrokerException(
                    "The name of user '%s' is too long: the name of a private queue with it in it has %d bytes, and the broker allows %d. Use a user with a shorter name."
                            .formatted(user, queue.length(), LONGEST));
        }
        return queue;
    }

    static String newServer() {
        return random();
    }

    private static String random() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /** A user's name may hold anything: escaped, it ends where it seems to end. */
    static String escaped(String user) {
        StringBuilder text = new StringBuilder();
        for (byte each : user.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) Byte.toUnsignedInt(each);
            if (character < 128 && (Character.isLetterOrDigit(character) || PLAIN.indexOf(character) >= 0)) {
                text.append(character);
            } else {
                text.append('%').append(HexFormat.of().toHexDigits(each));
            }
        }
        return text.toString();
    }
}
