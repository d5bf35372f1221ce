package dev.letterbox.rabbitmq;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
        return new Rights("^" + all + "(\\..*)?$", "^(" + all + "(\\..*)?|amq\\.default)$", "^" + all + "(\\..*)?$");
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
