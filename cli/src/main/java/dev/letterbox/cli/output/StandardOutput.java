package dev.letterbox.cli.output;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Is the program's standard output, which knows why something could not be written: a {@link PrintStream} forgets it. */
public final class StandardOutput extends OutputStream {
    private static volatile String whyNot = "";

    private final FileOutputStream descriptor = new FileOutputStream(FileDescriptor.out);

    private StandardOutput() {}

    /** Makes it {@link System#out}. */
    public static void install() {
        PrintStream before = System.out;
        System.setOut(new PrintStream(new BufferedOutputStream(new StandardOutput(), 8192), true, before.charset()));
    }

    /** Why something could not be written, in a word; empty where it could, or nobody knows. */
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
