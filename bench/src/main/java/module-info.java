/** Measures Letterbox. */
module dev.letterbox.bench {
    requires static org.jspecify;
    requires dev.letterbox.sysv;
}
