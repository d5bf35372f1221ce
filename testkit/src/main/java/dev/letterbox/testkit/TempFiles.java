package dev.letterbox.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** Makes files that look random and are the same in every run, and compares files by SHA-256. */
public final class TempFiles {
    private static final int CHUNK = 64 * 1024;

    private TempFiles() {}

    /** Makes so many bytes; the same size always gives the same bytes. */
    public static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }

    /** Makes a file of that size in a folder, named after its size; the same size always gives the same bytes. */
    public static Path file(Path folder, long size) {
        return file(folder, size + ".bin", size);
    }

    /** Makes a file of that name and size in a folder. */
    public static Path file(Path folder, String name, long size) {
        Path file = folder.resolve(name);
        SplittableRandom random = new SplittableRandom(size);
        byte[] chunk = new byte[CHUNK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size; left > 0; left -= CHUNK) {
                random.nextBytes(chunk);
                out.write(chunk, 0, (int) Math.min(left, CHUNK));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Makes a named pipe in a folder: who opens it waits for the other end. */
    public static Path pipe(Path folder, String name) {
        Path pipe = folder.resolve(name);
        Command.of("mkfifo", pipe.toString()).run().expect(0);
        return pipe;
    }

    /** Returns the SHA-256 of a file, in lower-case hexadecimal, as {@code sha256sum} prints it. */
    public static String sha256(Path file) {
        MessageDigest digest = digest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                digest.update(chunk, 0, length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Returns the SHA-256 of bytes. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every JDK has SHA-256", e);
        }
    }
}
