/** The command line. */
module dev.letterbox.cli {
    requires dev.letterbox.files;
    requires dev.letterbox.metrics;
    requires dev.letterbox.lab;
    requires info.picocli;
    requires org.jline.terminal;
    requires org.jline.terminal.ffm;
    requires static org.jspecify;

    provides java.lang.System.LoggerFinder with
            dev.letterbox.cli.ServerLog;

    opens dev.letterbox.cli to
            info.picocli;
}
