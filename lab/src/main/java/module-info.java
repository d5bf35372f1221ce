/** Why private queues: both designs, in experiments on the real kernel. */
@SuppressWarnings("module") // the room above is not there yet when this one compiles
module dev.letterbox.lab {
    requires dev.letterbox.files;
    requires dev.letterbox.queues;
    requires static org.jspecify;

    exports dev.letterbox.lab to
            dev.letterbox.cli;
    exports dev.letterbox.lab.report to
            dev.letterbox.cli;
    exports dev.letterbox.lab.result to
            dev.letterbox.cli;
}
