/**
 * The engine on the kernel's own message queues: a server and its clients on one machine, with nothing to install.
 */
@SuppressWarnings("module") // the rooms above are not there yet when this one compiles
module dev.letterbox.queues {
    requires transitive dev.letterbox;
    requires transitive dev.letterbox.sysv;
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.letterbox.queues;
    exports dev.letterbox.queues.reaper to
            dev.letterbox.cli;
}
