package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A temporary folder that every user may enter and read, for what other users run and serve. Closing it deletes it. */
public final class OpenFolder implements AutoCloseable {
    private final Path path;
    private final Map<Path, Path> copies = new ConcurrentHashMap<>();

    private OpenFolder(Path path) {
        this.path = path;
    }

    /** Makes one. */
    public static OpenFolder create() {
        return create("rwxr-xr-x");
    }

    /** Makes one in which every user may make files too. */
    public static OpenFolder writable() {
        return create("rwxrwxrwx");
    }

    /** Returns the one that lives as long as this JVM. */
    static OpenFolder ofThisJvm() {
        return OfThisJvm.FOLDER;
    }

    /** Returns where it is. */
    public Path path() {
        return path;
    }

    /** Copies a file or a folder into it, once, with what it holds readable, and executable if it was, by all. */
    public Path copyOf(Path original) {
        return copies.computeIfAbsent(original.toAbsolutePath(), this::copy);
    }

    /** Deletes it with all that is in it. */
    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether every user may read that file, or enter that folder, through all the folders above it. */
    static boolean isOpen(Path file) {
        try {
            for (Path above = file.toRealPath(); above != null; above = above.getParent()) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(above);
                boolean enough = Files.isDirectory(above)
                        ? permissions.contains(PosixFilePermission.OTHERS_EXECUTE)
                        : permissions.contains(PosixFilePermission.OTHERS_READ);
                if (!enough) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OpenFolder create(String permissions) {
        try {
            Path path = Files.createTempDirectory("letterbox-test-");
            // Set afterwards: the umask takes bits away from what is given at the making.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            if (!isOpen(path)) {
                Files.delete(path);
                throw new AssertionError("Other users cannot enter %s: set -Djava.io.tmpdir to a folder that they can"
                        .formatted(path.getParent()));
            }
            return new OpenFolder(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path copy(Path original) {
        // Each in a folder of its own, as many class folders have one name. And by programs: an executable that this
        // JVM itself had open for writing could be inherited, so open, by a child started meanwhile, and be "busy".
        String script =
                "to=$(mktemp -d \"$2/XXXXXX\") && cp -RL \"$1\" \"$to\" && chmod -R a+rX \"$to\" && echo \"$to\"";
        Finished done = Command.of("sh", "-c", script, "sh", original.toString(), path.toString())
                .run(Duration.ofMinutes(1))
                .expect(0);
        return Path.of(done.text().strip()).resolve(original.getFileName());
    }

    private static final class OfThisJvm {
        static final OpenFolder FOLDER = create();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(FOLDER::close));
        }
    }
}
