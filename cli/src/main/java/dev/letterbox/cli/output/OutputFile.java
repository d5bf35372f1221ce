package dev.letterbox.cli.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file that appears complete or not at all: a temporary file beside it is renamed at the end, and deleted after a
 * failure or signal. Anything but a regular file, such as {@code /dev/null} or a pipe, is written to directly.
 */
public final class OutputFile implements AutoCloseable {
    /** As the C library says EACCES, EPERM and EROFS. */
    private static final Set<String> NEEDS_DIRECTORY =
            Set.of("Permission denied", "Operation not permitted", "Read-only file system");

    private final FileChannel channel;
    private final Path target;
    private final @Nullable Path temporary;
    private final @Nullable Thread atExit;

    private OutputFile(FileChannel channel, Path target, @Nullable Path temporary) {
        this.channel = channel;
        this.target = target;
        this.temporary = temporary;
        this.atExit = temporary == null ? null : new Thread(() -> delete(temporary), "letterbox-temporary-removal");
        if (atExit != null) {
            Runtime.getRuntime().addShutdownHook(atExit);
        }
    }

    public static OutputFile create(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "Is a directory");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new OutputFile(FileChannel.open(file, StandardOpenOption.WRITE), file, null);
        }
        // A link is kept: its target is replaced.
        Path target = Files.isSymbolicLink(file) && Files.exists(file) ? file.toRealPath() : file;
        String suffix = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX);
        Path temporary = target.resolveSibling(".letterbox-" + suffix + ".part");
        try {
            FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissionsOf(target));
            return new OutputFile(channel, target, temporary);
        } catch (FileSystemException failed) {
            throw ofTarget(target, failed);
        }
    }

    /** Users who may not read the old file may not read the new one either, not even the temporary file. */
    private static FileAttribute<?>[] permissionsOf(Path target) throws IOException {
        return Files.exists(target)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(target))}
                : new FileAttribute<?>[0];
    }

    /**
     * Replaces the name of the temporary file, which the user does not know. Somebody who may write a file, but not its
     * directory, is told what the directory is needed for.
     */
    private static FileSystemException ofTarget(Path target, FileSystemException failed) {
        String reason = reason(failed);
        if (NEEDS_DIRECTORY.contains(reason) && Files.exists(target)) {
            Path directory = target.toAbsolutePath().normalize().getParent();
            reason =
                    "the directory %s cannot be written: %s. The file is written under another name and then renamed, so that it is replaced as a whole or not at all"
                            .formatted(directory, reason);
        }
        FileSystemException told = new FileSystemException(target.toString(), null, reason);
        told.initCause(failed);
        return told;
    }

    private static String reason(FileSystemException failed) {
        return switch (failed) {
            case java.nio.file.NoSuchFileException missing -> "No such directory";
            case java.nio.file.AccessDeniedException denied -> "Permission denied";
            default -> failed.getReason() == null ? failed.toString() : failed.getReason();
        };
    }

    public WritableByteChannel channel() {
        return channel;
    }

    /** Gives the file its name. */
    public void commit() throws IOException {
        channel.close();
        if (temporary == null) {
            return;
        }
        try {
            if (Files.exists(target)) {
                Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException failed) {
            throw ofTarget(target, failed);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (temporary != null) {
            delete(temporary);
            forgetAtExit();
        }
    }

    private void forgetAtExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // The hook is running, and finds nothing to delete.
            assert exiting != null;
        }
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException stays) {
            System.err.println("letterbox: cannot delete " + temporary + ": " + stays.getMessage());
        }
    }
}
