/**
 * Servers and clients in the per-client-queue design: one well-known queue for requests, a private queue for each
 * client's responses. What carries the messages is an engine, in a module of its own.
 */
@SuppressWarnings("module") // the rooms above are not there yet when this one compiles
module dev.letterbox {
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.letterbox;
    exports dev.letterbox.client;
    exports dev.letterbox.dialect;
    exports dev.letterbox.engine;
    exports dev.letterbox.error;
    exports dev.letterbox.process;
    exports dev.letterbox.server;
    exports dev.letterbox.share.threads to
            dev.letterbox.cli;
    exports dev.letterbox.wire to
            dev.letterbox.queues,
            dev.letterbox.rabbitmq;
}
