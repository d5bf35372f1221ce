/**
 * Servers and clients in the per-client-queue design: one well-known queue for requests, a private queue for each
 * client's responses.
 */
module dev.letterbox {
    requires jdk.jfr;
    requires transitive dev.letterbox.sysv;
    requires static org.jspecify;

    exports dev.letterbox;
}
