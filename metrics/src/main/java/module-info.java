/** What a server did, counted and timed: for a service that tells it, and for monitoring. */
@SuppressWarnings({
    "requires-automatic", // HdrHistogram is no module yet; nothing of it is in what this one exports
    "module" // the room above is not there yet when this one compiles
})
module dev.letterbox.metrics {
    requires transitive dev.letterbox;
    requires HdrHistogram;
    requires static org.jspecify;

    exports dev.letterbox.metrics;
    exports dev.letterbox.metrics.file to
            dev.letterbox.cli;
}
