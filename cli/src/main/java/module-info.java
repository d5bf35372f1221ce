/** The command line. */
module dev.letterbox.cli {
    requires dev.letterbox.files;
    requires info.picocli;
    requires java.logging;
    requires static org.jspecify;

    opens dev.letterbox.cli to
            info.picocli;
}
