package dev.letterbox.cli.output;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The program's standard output, which keeps the reason of a failed write: a {@link PrintStream} does not. */
public final class StandardOutput extends OutputStream {
    private static final Pattern READ_ONLY = Pattern.compile("(?m)^flags:\\s*[0-7]*[04]$");

    private static volatile String whyNot = "";
    private static volatile boolean told;

    private final FileOutputStream descriptor = new FileOutputStream(FileDescriptor.out);

    private StandardOutput() {}

    /** Installs it as {@link System#out}. */
    public static void install() {
        PrintStream before = System.out;
        System.setOut(new PrintStream(new BufferedOutputStream(new StandardOutput(), 8192), true, before.charset()));
    }

    /** Returns the reason of a failed write; empty if there is none or it is unknown. */
    public static String whyNot() {
        return whyNot;
    }

    /** Returns why nothing can be written, as the beginning of a message. */
    public static String problem() {
        return whyNot.equals("Broken pipe")
                ? "Standard output was closed by its reader"
                : "Cannot write to standard output" + (whyNot.isEmpty() ? "" : ": " + whyNot);
    }

    /** Records that the user has been told that a write failed, and what that means for the command's result. */
    public static void setTold() {
        told = true;
    }

    /** Returns whether the user has been told that a write failed. */
    public static boolean isTold() {
        return told;
    }

    /** Returns whether stdout was closed when this process started: then its number is that of a file that was opened for reading. */
    public static boolean isClosed() {
        try {
            return READ_ONLY
                    .matcher(Files.readString(Path.of("/proc/self/fdinfo/1")))
                    .find();
        } catch (NoSuchFileException closed) {
            return Files.exists(Path.of("/proc/self/fdinfo"));
        } catch (IOException unknown) {
            return false;
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            descriptor.write(bytes, offset, length);
        } catch (IOException failed) {
            whyNot = String.valueOf(failed.getMessage());
            throw failed;
        }
    }
}
