package dev.letterbox.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The languages and machines that the classic client and server under {@code peers} are written in or compiled for. A
 * test that uses one is skipped, with the names of the Debian packages, where it is not installed.
 */
public enum PeerLanguage {
    /** C for this machine. */
    C("gcc libc6-dev", "cc --version"),
    /** C of 32 bits for this machine. */
    C_32_BITS(
            "libc6-dev-i386 and lib32gcc-N-dev, with N as gcc -dumpversion says",
            "echo 'int main(void){return 0;}' | cc -m32 -x c -o /dev/null -"),
    /** C with the library musl, static. */
    C_MUSL("musl-tools", "musl-gcc --version"),
    /** C for ARM of 32 bits, in an emulator. */
    C_ARM(
            "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user",
            "arm-linux-gnueabihf-gcc --version && qemu-arm --version"),
    /** C for ARM of 64 bits, in an emulator. */
    C_AARCH64(
            "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
            "aarch64-linux-gnu-gcc --version && qemu-aarch64 --version"),
    /** Python with sysv_ipc. */
    PYTHON("python3-sysv-ipc", "/usr/bin/python3 -c 'import sysv_ipc'"),
    /** Perl. */
    PERL("perl", "perl -MIPC::SysV -e 1"),
    /** PHP with sysvmsg, pcntl and FFI. */
    PHP(
            "php-cli",
            "php -r 'exit((int) !(function_exists(\"msg_send\") && function_exists(\"pcntl_fork\") && class_exists(\"FFI\")));'"),
    /** GnuCOBOL. */
    COBOL("gnucobol3", "cobc --version"),
    /** Free Pascal. */
    PASCAL("fp-compiler fp-units-base", "fpc -iV");

    private final String packages;
    private final String probe;

    PeerLanguage(String packages, String probe) {
        this.packages = packages;
        this.probe = probe;
    }

    /** Skips the test where this is not installed. */
    public void assumeInstalled() {
        Assumptions.assumeTrue(isInstalled(), () -> this + " is not installed: " + packages);
    }

    /** Returns whether this is installed. */
    public boolean isInstalled() {
        return Command.of("sh", "-c", probe).run().status() == 0;
    }

    /** Makes the command that fetches a file and writes it to standard output: {@code tlpi} or {@code compact}. */
    public Command client(String dialect, String key, String name) {
        return command(dialect, "client", key, name);
    }

    /** Makes the command that serves its working directory, and says {@code ready} when it does. */
    public Command server(String dialect, String key) {
        return command(dialect, "server", key);
    }

    /** Makes the command that runs a program of this language with any arguments after the dialect and the key. */
    public Command command(String dialect, String program, String key, String... arguments) {
        if (isC()) {
            List<String> words = new ArrayList<>(List.of("-k", key));
            words.addAll(List.of(arguments));
            return program(dialect + "-" + program, words.toArray(String[]::new));
        }
        List<String> words = new ArrayList<>(
                switch (this) {
                    case PYTHON -> List.of("/usr/bin/python3", source("python/" + program + ".py"));
                    case PERL -> List.of("perl", source("perl/" + program + ".pl"));
                    case PHP -> List.of("php", source("php/" + program + ".php"));
                    case COBOL -> List.of(cobol(program));
                    case PASCAL -> List.of(pascal(program));
                    case C, C_32_BITS, C_MUSL, C_ARM, C_AARCH64 -> throw new AssertionError("is C");
                });
        words.add(dialect);
        words.add(key);
        words.addAll(List.of(arguments));
        return Command.of(words);
    }

    /** Makes the command that runs a program under {@code peers/src}, compiled for this. Only for those that are C. */
    public Command program(String name, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(
                switch (this) {
                    case C -> compiled(name, "cc");
                    // Where gcc-multilib, which the compilers for ARM exclude, would link the kernel's headers to.
                    case C_32_BITS -> compiled(name, "cc", "-m32", "-isystem", "/usr/include/x86_64-linux-gnu");
                    case C_MUSL -> compiled(name, "musl-gcc", "-static");
                    case C_ARM -> compiled(name, "arm-linux-gnueabihf-gcc", "-static");
                    case C_AARCH64 -> compiled(name, "aarch64-linux-gnu-gcc", "-static");
                    case PYTHON, PERL, PHP, COBOL, PASCAL -> throw new IllegalArgumentException(this + " is not C");
                });
        if (this == C_ARM) {
            words.addFirst("qemu-arm");
        } else if (this == C_AARCH64) {
            words.addFirst("qemu-aarch64");
        }
        words.addAll(List.of(arguments));
        return Command.of(words);
    }

    /** Returns whether the programs are those under {@code peers/src}. */
    public boolean isC() {
        return switch (this) {
            case C, C_32_BITS, C_MUSL, C_ARM, C_AARCH64 -> true;
            case PYTHON, PERL, PHP, COBOL, PASCAL -> false;
        };
    }

    /** Returns whether its {@code long}, and so a message's type, has 32 bits. */
    public boolean has32Bits() {
        return this == C_32_BITS || this == C_ARM;
    }

    private static String compiled(String name, String... compiler) {
        return Peers.ofThisTree().compiled(name, List.of(compiler)).toString();
    }

    private static String source(String name) {
        return Peers.ofThisTree().source(name).toString();
    }

    private static String cobol(String program) {
        return Peers.ofThisTree()
                .built("cobol/" + program, "cobol/" + program + ".cob", List.of("cobc", "-x", "-free"))
                .toString();
    }

    private static String pascal(String program) {
        Path objects = OpenFolder.ofThisJvm().path();
        return Peers.ofThisTree()
                .built("pascal/" + program, "pascal/" + program + ".pas", List.of("fpc", "-O2", "-v0", "-FU" + objects))
                .toString();
    }
}
