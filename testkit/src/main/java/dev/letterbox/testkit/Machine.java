package dev.letterbox.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A machine for which C programs can be compiled, and on which they can be run: this one, or one that is emulated. */
public enum Machine {
    /** This machine. */
    NATIVE("cc", ""),
    /** This machine, in programs of 32 bits. */
    BITS_32("cc -m32 -idirafter /usr/include/x86_64-linux-gnu", ""),
    /** 64-bit ARM, by qemu-user. */
    AARCH64("aarch64-linux-gnu-gcc -static", "qemu-aarch64"),
    /** 32-bit ARM, by qemu-user. */
    ARM("arm-linux-gnueabihf-gcc -static", "qemu-arm");

    private final String compiler;
    private final String emulator;

    Machine(String compiler, String emulator) {
        this.compiler = compiler;
        this.emulator = emulator;
    }

    /** Returns the words that begin a compilation for it. */
    public List<String> compiler() {
        return List.of(compiler.split(" "));
    }

    /** Returns the words that stand before a program of it; none where it runs by itself. */
    public List<String> emulator() {
        return emulator.isEmpty() ? List.of() : List.of(emulator);
    }

    /** Returns whether there is a compiler for it, and an emulator if it needs one. */
    public boolean isPresent() {
        return switch (this) {
            case NATIVE -> true;
            case BITS_32 -> System.getProperty("os.arch").equals("amd64") && Files.exists(Path.of("/usr/lib32/crt1.o"));
            case AARCH64, ARM -> isInstalled(compiler().getFirst()) && isInstalled(emulator);
        };
    }

    /** Skips the test where it is not present. This machine's own compiler has to be there. */
    public void assumePresent() {
        Assumptions.assumeTrue(
                isPresent(), this + " needs its compiler, C library and emulator: .ci/run installs them");
    }

    /** Returns whether a program of that name is in the path. */
    public static boolean isInstalled(String name) {
        return find(name).isPresent();
    }

    /** Returns where in the path a program of that name is. */
    static Optional<Path> find(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Skips the test where no program of that name is in the path. */
    public static void assumeInstalled(String name) {
        Assumptions.assumeTrue(isInstalled(name), name + " is not installed");
    }
}
