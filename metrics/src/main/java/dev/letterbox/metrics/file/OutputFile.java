package dev.letterbox.metrics.file;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file that appears complete or not at all: a temporary file beside it is renamed at the end, and deleted after a
 * failure or signal. Anything but a regular file, such as {@code /dev/null} or a pipe, is written to directly.
 *
 * <p>A symbolic link stays, and the file to which it leads is written, even if that file does not exist yet: as the shell's
 * {@code >}, {@code curl -o} and {@code wget -O} do, since the link says where the file is wanted. Whether a link may be
 * followed is left to the kernel, which in {@code /tmp} does not follow those of other users.
 */
public final class OutputFile implements AutoCloseable {
    /** As the C library says EACCES, EPERM and EROFS. */
    private static final Set<String> NEEDS_DIRECTORY =
            Set.of("Permission denied", "Operation not permitted", "Read-only file system");

    /** Java adds to this that it may be another error. */
    private static final String LOOP = "Too many levels of symbolic links";

    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private final Path file;
    private final Path target;
    private final FileChannel channel;
    private final @Nullable Path temporary;
    private final @Nullable Thread atExit;

    private OutputFile(Path file, Path target, FileChannel channel, @Nullable Path temporary, @Nullable Thread atExit) {
        this.file = file;
        this.target = target;
        this.channel = channel;
        this.temporary = temporary;
        this.atExit = atExit;
    }

    /**
     * Begins to write a file. Opening a pipe waits for its reader.
     *
     * @param file its name
     * @return the file, which is not changed before {@link #commit}, unless it is written to directly
     * @throws FileSystemException if it cannot be written, such as a directory, or the JVM is exiting
     */
    public static OutputFile create(Path file) throws IOException {
        Optional<BasicFileAttributes> found = find(file);
        if (found.isPresent() && found.get().isDirectory()) {
            throw new FileSystemException(file.toString(), null, "Is a directory");
        }
        boolean direct = found.isPresent() && !found.get().isRegularFile();
        if (!direct) {
            return replacing(file, found.isPresent() ? existing(file) : missing(file));
        }
        try {
            return new OutputFile(file, file, FileChannel.open(file, StandardOpenOption.WRITE), null, null);
        } catch (FileSystemException failed) {
            throw told(file, reason(failed), failed);
        }
    }

    /**
     * Returns whether a name leads to something that is written to directly: neither a regular file nor a directory.
     *
     * @param file the name
     * @return true if {@link #create} would write to it directly
     * @throws FileSystemException if that cannot be found out
     */
    public static boolean isWrittenDirectly(Path file) throws IOException {
        return find(file)
                .filter(found -> !found.isRegularFile() && !found.isDirectory())
                .isPresent();
    }

    /** Asks the kernel what is there, behind all links: it refuses links of others where these may be traps. */
    private static Optional<BasicFileAttributes> find(Path file) throws IOException {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        } catch (FileSystemException failed) {
            throw told(file, reason(failed), failed);
        }
    }

    private static Path existing(Path file) throws IOException {
        return Files.isSymbolicLink(file) ? file.toRealPath() : file;
    }

    /** Follows links to a file that does not exist. The kernel would have refused a loop. */
    private static Path missing(Path file) throws IOException {
        Path target = file;
        for (int links = 0; links < MOST_LINKS && Files.isSymbolicLink(target); links++) {
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static OutputFile replacing(Path file, Path target) throws IOException {
        String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path temporary = target.resolveSibling(".letterbox-" + suffix + ".part");
        Thread atExit = new Thread(() -> deleteAtExit(temporary), "letterbox-temporary-removal");
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            throw told(file, "this program is exiting", exiting);
        }
        try {
            FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissionsOf(target));
            return new OutputFile(file, target, channel, temporary, atExit);
        } catch (FileSystemException failed) {
            forget(atExit);
            throw ofTarget(file, target, failed);
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
    private static FileSystemException ofTarget(Path file, Path target, FileSystemException failed) {
        String reason = reason(failed);
        if (NEEDS_DIRECTORY.contains(reason) && Files.exists(target)) {
            Path directory = target.toAbsolutePath().normalize().getParent();
            reason =
                    "the directory %s cannot be written: %s. The file is written under another name and then renamed, so that it is replaced as a whole or not at all"
                            .formatted(directory, reason);
        } else if (!target.equals(file)) {
            reason = "it is a link to %s: %s".formatted(target, reason);
        }
        return told(file, reason, failed);
    }

    private static FileSystemException told(Path file, String reason, Exception failed) {
        FileSystemException told = new FileSystemException(file.toString(), null, reason);
        told.initCause(failed);
        return told;
    }

    private static String reason(FileSystemException failed) {
        return switch (failed) {
            case NoSuchFileException missing -> "No such directory";
            case AccessDeniedException denied -> "Permission denied";
            default -> {
                String reason = Objects.requireNonNullElse(failed.getReason(), failed.toString());
                yield reason.startsWith(LOOP) ? LOOP : reason;
            }
        };
    }

    /**
     * Returns where to write the content.
     *
     * @return a channel that {@link #commit} and {@link #close} close
     */
    public WritableByteChannel channel() {
        return channel;
    }

    /**
     * Gives the file its name.
     *
     * @return what tells this version from a later one: its device and inode; null if it was written to directly
     * @throws FileSystemException if it cannot be renamed
     */
    public @Nullable Object commit() throws IOException {
        channel.close();
        if (temporary == null) {
            return null;
        }
        try {
            if (Files.exists(target)) {
                Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
            }
            Object version = version(temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return version;
        } catch (FileSystemException failed) {
            throw ofTarget(file, target, failed);
        }
    }

    /**
     * Deletes a file if it still is a version that was written here.
     *
     * @param file the file's name; a link stays
     * @param version what {@link #commit} returned
     * @throws IOException if it cannot be deleted
     */
    public static void delete(Path file, Object version) throws IOException {
        if (Files.exists(file)) {
            Path target = existing(file);
            if (version.equals(version(target))) {
                Files.deleteIfExists(target);
            }
        }
    }

    private static @Nullable Object version(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Deletes the temporary file, unless it has its name.
     *
     * @throws IOException if it cannot be deleted
     */
    @Override
    public void close() throws IOException {
        channel.close();
        if (temporary != null && atExit != null) {
            Files.deleteIfExists(temporary);
            forget(atExit);
        }
    }

    private static void forget(Thread atExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // The hook is running, and finds nothing to delete.
            assert exiting != null;
        }
    }

    private static void deleteAtExit(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException stays) {
            System.getLogger(OutputFile.class.getName())
                    .log(Level.WARNING, "Cannot delete " + temporary + ": " + stays.getMessage());
        }
    }
}
