package dev.letterbox.cli.doctor;

import dev.letterbox.cli.broker.Rabbitmqctl;
import dev.letterbox.cli.command.BrokerOption;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.doctor.Finding.Weight;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.BrokerExamination;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code doctor}. */
@Command(
        name = "doctor",
        description = "Find problems with message queues here, and the commands that fix them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Checks the kernel, limits, IPC namespace, capabilities, logind's RemoveIPC, the default key, and all queues: full"
                    + " ones with their readers, leaked ones, and those of killed servers. The worst findings come first. It"
                    + " changes nothing, apart from creating a private queue for a moment.",
            "",
            "With --on it checks a broker: whether it is there and lets this user in, rights, alarms, heartbeat, the request"
                    + " queue, its kind and its servers; on the broker's machine, as a user who may run rabbitmqctl, also whether a"
                    + " policy mirrors that queue.",
            "",
            "Exit status: 0 no problems (notes do not count), 1 problems now or soon.",
            "",
            "Examples:",
            "  letterbox doctor                   problems first, then what is fine",
            "  letterbox doctor --json            for scripts",
            "  letterbox doctor --on amqp://me@host/prod   a RabbitMQ broker",
            "  letterbox doctor > /dev/null || echo 'message queues need a look'"
        })
public final class Doctor implements Callable<Integer> {
    private static final String MARGIN = " ".repeat(9);

    @Mixin
    private JsonOption json = new JsonOption();

    @Mixin
    private BrokerOption on = new BrokerOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<BrokerAddress> broker = on.broker();
        List<Finding> findings = broker.isPresent()
                ? Finding.ofBroker(BrokerExamination.examine(broker.get(), on.login(broker.get()), Rabbitmqctl::ask))
                : Examination.findings();
        boolean bad = findings.stream().anyMatch(Finding::isBad);
        PrintWriter out = spec.commandLine().getOut();
        if (json.isGiven()) {
            out.println(new JsonObject()
                    .put("fine", !bad)
                    .put("findings", findings.stream().map(Finding::json).toList()));
        } else {
            Terminal terminal = Terminal.ofStdout();
            findings.forEach(finding -> lines(finding, terminal).forEach(out::println));
        }
        out.flush();
        return bad ? 1 : 0;
    }

    /** Returns the lines that show a finding. */
    static List<String> lines(Finding finding, Terminal terminal) {
        Weight weight = finding.weight();
        String word = weight == Weight.WRONG ? weight.name() : weight.word();
        String label = weight.style().paint(word, terminal.colours()) + MARGIN.substring(word.length());
        List<String> lines = new ArrayList<>(terminal.labelled(label, finding.says()));
        finding.remedy().ifPresent(remedy -> lines.addAll(terminal.labelled(MARGIN + "-> ", remedy)));
        return lines;
    }
}
