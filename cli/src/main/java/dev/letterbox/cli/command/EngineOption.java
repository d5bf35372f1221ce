package dev.letterbox.cli.command;

import dev.letterbox.engine.Transport;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.RabbitTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Waiting;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say where servers and clients meet: a key of this machine's queues, or a broker. */
public final class EngineOption {
    private static final String KEY = "--key";

    @Mixin
    private KeyOption key = new KeyOption();

    @Mixin
    private BrokerOption on = new BrokerOption();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** Makes the options without their annotations being read. */
    static EngineOption plain(CommandSpec spec, @Nullable Key key) {
        EngineOption plain = new EngineOption();
        plain.spec = spec;
        plain.on = BrokerOption.plain(spec);
        if (key != null) {
            plain.key = KeyOption.plain(key);
        }
        return plain;
    }

    public Key key() {
        return key.key();
    }

    /** Returns the broker that is meant; empty for this machine's queues. */
    public Optional<BrokerAddress> broker() {
        Optional<BrokerAddress> given = on.ofOption();
        if (given.isPresent() && isGiven(KEY)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--on and --key cannot be combined: the queues of a broker have names (?name=NAME).");
        }
        return isGiven(KEY) ? Optional.empty() : on.broker();
    }

    /** Returns the engine. */
    public Transport transport(Waiting waiting) {
        return transport(waiting, false);
    }

    /** Returns the engine of a server, which may ignore the modes of its clients' queues. */
    public Transport transport(Waiting waiting, boolean ignoringModes) {
        return broker().<Transport>map(address -> new RabbitTransport(address, on.login(address)))
                .orElseGet(() -> new QueueTransport(key.key(), waiting, ignoringModes));
    }

    /** Returns where the command reports what does not belong to its output. */
    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Returns the options with which another process of this program reaches the same servers. */
    public List<String> words() {
        return broker().isEmpty() ? List.of(KEY, key.key().toString()) : on.words();
    }

    /** Returns whether an option was given, rather than left at its default. */
    public boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }
}
