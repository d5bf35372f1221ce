/** Meters of a server and of the machine's queues, for Micrometer. */
module dev.letterbox.micrometer {
    requires transitive dev.letterbox;
    requires transitive dev.letterbox.sysv;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports dev.letterbox.micrometer;
}
