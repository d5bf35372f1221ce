package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;

/** Finds the kernel, or says in one sentence why there is none to use. */
final class Host {
    private Host() {}

    static Linux linux() {
        try {
            return Linux.host();
        } catch (UnsupportedOperationException refused) {
            throw new UnsupportedKernelException(String.valueOf(refused.getMessage()), refused);
        }
    }
}
