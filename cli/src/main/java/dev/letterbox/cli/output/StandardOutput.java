package dev.letterbox.cli.output;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** The program's standard output, which keeps the reason of a failed write: a {@link PrintStream} does not. */
public final class StandardOutput extends OutputStream {
    private static volatile String whyNot = "";

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
