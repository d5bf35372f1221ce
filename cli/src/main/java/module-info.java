/** The command line. */
module dev.letterbox.cli {
    requires dev.letterbox.files;
    requires dev.letterbox.queues;
    requires dev.letterbox.metrics;
    requires dev.letterbox.lab;
    requires dev.letterbox.rabbitmq;
    requires info.picocli;
    requires org.jline.terminal;
    requires org.jline.terminal.ffm;
    // For the signals that stop a server, which JLine registers.
    requires jdk.unsupported;
    requires static org.jspecify;

    provides java.lang.System.LoggerFinder with
            dev.letterbox.cli.files.ServerLog;

    opens dev.letterbox.cli to
            info.picocli;
    opens dev.letterbox.cli.broker to
            info.picocli;
    opens dev.letterbox.cli.command to
            info.picocli;
    opens dev.letterbox.cli.doctor to
            info.picocli;
    opens dev.letterbox.cli.files to
            info.picocli;
    opens dev.letterbox.cli.host to
            info.picocli;
    opens dev.letterbox.cli.lab to
            info.picocli;
    opens dev.letterbox.cli.output to
            info.picocli;
    opens dev.letterbox.cli.queues to
            info.picocli;
    opens dev.letterbox.cli.top to
            info.picocli;
}
