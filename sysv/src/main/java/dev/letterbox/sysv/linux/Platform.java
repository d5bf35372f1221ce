package dev.letterbox.sysv.linux;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Set;

/** Knows where {@link NativeLinux} works, without touching it: its class links native functions as it loads. */
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
        Module module = Platform.class.getModule();
        if (nativeAccessIsDenied()) {
            throw new UnsupportedOperationException("Native access is denied to this library: start java with"
                    + " --enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED") + ".");
        }
    }

    static void check(String system, String architecture, ByteOrder order) {
        if (!system.equals("Linux") || !ARCHITECTURES.contains(architecture) || order != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("Letterbox needs 64-bit Linux on x86-64 or aarch64, and this is "
                    + system + " on " + architecture + ".");
        }
    }

    private static boolean nativeAccessIsDenied() {
        try {
            // A restricted method without effect.
            MemorySegment.NULL.reinterpret(0);
            return false;
        } catch (IllegalCallerException denied) {
            return true;
        }
    }
}
