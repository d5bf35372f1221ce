package dev.letterbox.cli.command;

import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.Login;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that names a broker. */
public final class BrokerOption {
    /** The variable that holds an address for commands that are given none. */
    public static final String ON = "LETTERBOX_ON";

    @Option(
            names = "--on",
            paramLabel = "ADDRESS",
            description =
                    "Use RabbitMQ instead of this machine's queues: amqp://USER@HOST/VHOST, or amqps:// with TLS. Default:"
                            + " $" + ON + ". The password is taken from $" + Login.PASSWORD
                            + ", or from the file that $"
                            + Login.PASSWORD_FILE + " names.")
    private @Nullable String on;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** Makes the option, not given, without its annotations being read. */
    static BrokerOption plain(CommandSpec spec) {
        BrokerOption plain = new BrokerOption();
        plain.spec = spec;
        return plain;
    }

    /** Returns the broker of the option, or else of the variable; empty for this machine's queues. */
    public Optional<BrokerAddress> broker() {
        return on == null ? ofVariable() : ofOption();
    }

    /** Returns the broker of the option alone. */
    Optional<BrokerAddress> ofOption() {
        Optional<BrokerAddress> address = parse(on, "--on");
        if (address.flatMap(BrokerAddress::password).isPresent()) {
            throw wrong(
                    "Every user of this machine can read a password on the command line. Put it in " + Login.PASSWORD
                            + ", or name a file that contains it in " + Login.PASSWORD_FILE + ".",
                    null);
        }
        return address;
    }

    private Optional<BrokerAddress> ofVariable() {
        String address = System.getenv(ON);
        return address == null || address.isEmpty() ? Optional.empty() : parse(address, ON);
    }

    private Optional<BrokerAddress> parse(@Nullable String text, String from) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BrokerAddress.parse(text));
        } catch (IllegalArgumentException unusable) {
            throw wrong(from + ": " + unusable.getMessage(), unusable);
        }
    }

    /** Returns who this process is to a broker. */
    public Login login(BrokerAddress address) {
        try {
            return Login.of(address, System.getenv());
        } catch (IllegalArgumentException unusable) {
            throw wrong(String.valueOf(unusable.getMessage()), unusable);
        }
    }

    /** Returns the words by which another process of this program comes to the same broker. */
    List<String> words() {
        return on == null ? List.of() : List.of("--on", on);
    }

    private ParameterException wrong(String text, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), text, cause);
    }
}
