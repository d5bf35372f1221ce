/**
 * System V message queues for the JVM: the kernel's calls, typed, with deadlines, interruption and errors that help.
 *
 * <p>The module stands alone. It needs 64-bit Linux and {@code --enable-native-access=dev.letterbox.sysv}.
 */
@SuppressWarnings("module") // the rooms above are not there yet when this one compiles
module dev.letterbox.sysv {
    requires static org.jspecify;

    exports dev.letterbox.sysv;
    exports dev.letterbox.sysv.error;
    exports dev.letterbox.sysv.waiters;
    exports dev.letterbox.sysv.linux to
            dev.letterbox.queues,
            dev.letterbox.files,
            dev.letterbox.cli;
    exports dev.letterbox.sysv.life to
            dev.letterbox.queues;
    exports dev.letterbox.sysv.memory to
            dev.letterbox.queues;
    exports dev.letterbox.sysv.waiting to
            dev.letterbox.queues;
    exports dev.letterbox.sysv.file to
            dev.letterbox.files,
            dev.letterbox.cli;
}
