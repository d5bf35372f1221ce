package dev.letterbox.sysv.error;

/**
 * Thrown when Java was started so that this library may not call native code. The message names the option that is
 * missing: {@code --enable-native-access=dev.letterbox.sysv} on the module path,
 * {@code --enable-native-access=ALL-UNNAMED} on the class path.
 *
 * <p>Every call that needs the kernel can throw it. Nothing else in the process can grant access after the start.
 */
public final class NativeAccessDeniedException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param module the module that needs access; {@code ALL-UNNAMED} for code on the class path
     * @param cause what the JDK threw
     */
    public NativeAccessDeniedException(String module, Throwable cause) {
        super(
                "Access to native code is denied to Letterbox. Start Java with --enable-native-access=" + module + ".",
                cause);
    }
}
