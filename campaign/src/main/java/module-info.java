/** Kills, faults and floods, and what must hold all the same. */
module dev.letterbox.campaign {
    requires dev.letterbox.files;
    requires dev.letterbox.queues;
    requires dev.letterbox.testkit;
    requires info.picocli;
    requires static org.jspecify;

    opens dev.letterbox.campaign to
            info.picocli;
}
