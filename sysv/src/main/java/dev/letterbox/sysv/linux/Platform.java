package dev.letterbox.sysv.linux;

import dev.letterbox.sysv.error.NativeAccessDeniedException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Set;

/** Checks that {@link NativeLinux} works here, without touching it: its class links native functions as it loads. */
final class Platform {
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

    private Platform() {}

    static boolean isAarch64() {
        return System.getProperty("os.arch", "").equals("aarch64");
    }

    static void check() {
        check(
                System.getProperty("os.name", "unknown"),
                System.getProperty("os.arch", "unknown"),
                ByteOrder.nativeOrder());
        checkNativeAccess();
    }

    static void check(String system, String architecture, ByteOrder order) {
        if (!system.equals("Linux") || !ARCHITECTURES.contains(architecture) || order != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedKernelException("Letterbox needs 64-bit Linux on x86-64 or aarch64. This is " + system
                    + " on " + architecture + ".");
        }
    }

    private static void checkNativeAccess() {
        try {
            // A restricted method without effect.
            MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException denied) {
            Module module = Platform.class.getModule();
            throw new NativeAccessDeniedException(module.isNamed() ? module.getName() : "ALL-UNNAMED", denied);
        }
    }
}
