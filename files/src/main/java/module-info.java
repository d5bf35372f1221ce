/** The file service and its client, over message queues. */
module dev.letterbox.files {
    requires transitive dev.letterbox;
    requires dev.letterbox.sysv;
    requires static org.jspecify;

    exports dev.letterbox.files;
}
