package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where names lead beneath a root: the cases by which the kernel tests its own openat2(2), those of RESOLVE_IN_ROOT and
 * RESOLVE_NO_MAGICLINKS, with files and directories that say which they are.
 */
final class ResolveTest {
    private static final String MARK = "mark";
    private static final int LONGEST_CHAIN = 40;

    @TempDir
    private static Path folder;

    private static Path outer;
    private static ServedRoot root;

    /** Every directory has a mark, with its path in the root; so has the world outside. */
    @BeforeAll
    static void makeTree() throws IOException {
        mark(folder, "outside");
        mark(Files.createDirectory(folder.resolve("etc")), "outside/etc");
        outer = Files.createDirectory(folder.resolve("tree"));
        mark(outer, "root");
        mark(Files.createDirectory(outer.resolve("etc")), "etc");
        mark(Files.createDirectory(outer.resolve("sly")), "sly");
        // Of the same name as the root itself: where a way out and in again would lead.
        mark(Files.createDirectory(outer.resolve("tree")), "tree");
        Files.writeString(outer.resolve("etc/passwd"), "etc/passwd");
        Files.writeString(folder.resolve("etc/passwd"), "outside/etc/passwd");
        link("to-etc", "etc/.");
        link("to-etc-from-the-top", "/etc/.");
        link("to-passwd", "etc/passwd");
        link("to-passwd-from-the-top", "/etc/passwd");
        link("to-sly-from-the-top", "/sly");
        link("to-an-executable", "/proc/self/exe");
        link("to-nothing", "nothing");
        link("round", "round");
        link("sly/top", "/");
        link("sly/out-and-in", "../../tree/.");
        link("sly/out-and-in-from-the-top", "/../../tree/.");
        link("sly/winding", "../sly/../sly/../etc/../etc/passwd");
        link("sly/winding-from-the-top", "/../sly/../sly/../etc/../etc/passwd");
        link("sly/far-up", "../../../../../../../../../../../../../../etc/passwd");
        link("sly/far-up-from-the-top", "/../../../../../../../../../../../../../../etc/passwd");
        link("sly/real", folder.resolve("etc/passwd").toString());
        link("chain-1", "etc/passwd");
        for (int i = 2; i <= LONGEST_CHAIN + 1; i++) {
            link("chain-" + i, "chain-" + (i - 1));
        }
        root = ServedRoot.open(outer);
    }

    private static void mark(Path directory, String text) throws IOException {
        Files.writeString(directory.resolve(MARK), text);
    }

    private static void link(String name, String target) throws IOException {
        Files.createSymbolicLink(outer.resolve(name), Path.of(target));
    }

    @AfterAll
    static void close() {
        root.close();
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private static String read(Descriptor file) throws ErrnoException {
        MemorySegment target = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(64));
        int length = file.read(target, 64, 0);
        return new String(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private String mark(String name) throws ErrnoException {
        String within = name.endsWith("/") ? name + MARK : name + "/" + MARK;
        try (Descriptor directory = root.openFile(bytes(name));
                Descriptor mark = root.openFile(bytes(within))) {
            assertThat(directory.status().isDirectory()).isTrue();
            return read(mark);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "., root",
        "/, root",
        "//, root",
        "./, root",
        "/., root",
        "etc, etc",
        "etc/, etc",
        "/etc, etc",
        "etc/., etc",
        "etc/.., root",
        "etc/../, root",
        "../, root",
        ".., root",
        "/.., root",
        "/../../.., root",
        "../tree, tree",
        "../../../../etc, etc",
        "/../etc, etc",
        "etc/../../../../, root",
        "etc/../../tree, tree",
        "to-etc, etc",
        "to-etc/.., root",
        "to-etc/../../etc, etc",
        "to-etc-from-the-top, etc",
        "to-etc-from-the-top/../.., root",
        "sly/top, root",
        "sly/top/sly/top/etc, etc",
        "to-sly-from-the-top/top, root",
        "to-sly-from-the-top/top/.., root",
        "sly/out-and-in, tree",
        "sly/out-and-in-from-the-top, tree",
        "to-sly-from-the-top/out-and-in, tree",
        "to-sly-from-the-top/out-and-in-from-the-top, tree"
    })
    void directoriesAreThoseBeneathTheRoot(String name, String expected) throws ErrnoException {
        assertThat(mark(name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "etc/passwd",
        "/etc/passwd",
        "../../etc/passwd",
        "/../etc//./passwd",
        "sly/../etc/passwd",
        "to-etc/passwd",
        "to-etc/../etc/passwd",
        "to-etc-from-the-top/passwd",
        "to-passwd",
        "to-passwd-from-the-top",
        "sly/winding",
        "sly/winding-from-the-top",
        "to-sly-from-the-top/winding",
        "to-sly-from-the-top/winding-from-the-top",
        "sly/far-up",
        "sly/far-up-from-the-top",
        "to-sly-from-the-top/far-up",
        "to-sly-from-the-top/far-up-from-the-top",
        "sly/top/sly/far-up",
        "chain-1",
        "chain-40"
    })
    void filesAreThoseBeneathTheRoot(String name) throws ErrnoException {
        try (Descriptor file = root.openFile(bytes(name))) {
            assertThat(read(file)).isEqualTo("etc/passwd");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, ENOENT",
        "../root/.., ENOENT",
        "to-nothing, ENOENT",
        "../outside, ENOENT",
        "sly/real, ENOENT",
        "to-an-executable, ENOENT",
        "round, ELOOP",
        "round/x, ELOOP",
        "chain-41, ELOOP",
        "etc/passwd/, ENOTDIR",
        "etc/passwd/., ENOTDIR",
        "etc/passwd/.., ENOTDIR",
        "etc/passwd/../passwd, ENOTDIR",
        "to-passwd/, ENOTDIR",
        "to-passwd-from-the-top/.., ENOTDIR",
        "sly/far-up/.., ENOTDIR"
    })
    void whatIsNotThereOrLeadsNowhereIsRefused(String name, Errno errno) {
        assertRefused(name, errno);
    }

    private void assertRefused(String name, Errno errno) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> root.openFile(bytes(name)).close())
                .extracting(ErrnoException::errno)
                .isEqualTo(errno);
    }

    @Test
    void aLinkThatIsLookedAtIsFollowedToo() throws ErrnoException {
        try (Descriptor file = root.lookAt(bytes("sly/far-up"))) {
            assertThat(file.status().size()).isEqualTo("etc/passwd".length());
        }
    }

    /** What leads to open files and other processes' roots is no way in, wherever the mount is. */
    @ParameterizedTest
    @CsvSource({"proc/self/exe", "proc/self/root/etc", "proc/self/cwd", "proc/self/fd/0", "proc/../proc/self/exe"})
    void magicLinksLeadNowhere(String name) throws IOException {
        try (ServedRoot all = ServedRoot.open(Path.of("/"))) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> all.openFile(bytes(name)).close())
                    .extracting(ErrnoException::errno)
                    .isEqualTo(Errno.ELOOP);
        }
    }

    @Test
    void aMountIsEnteredAndLeftAgain() throws IOException, ErrnoException {
        try (ServedRoot all = ServedRoot.open(Path.of("/"));
                Descriptor through = all.openFile(bytes("proc/sys/../.." + outer.resolve("etc/passwd")))) {
            assertThat(read(through)).isEqualTo("etc/passwd");
        }
    }

    @Test
    void aRootThatIsRenamedIsStillTheRoot(@TempDir Path world) throws IOException, ErrnoException {
        mark(world, "outside");
        Path before = Files.createDirectory(world.resolve("before"));
        mark(before, "root");
        try (ServedRoot moved = ServedRoot.open(before)) {
            Files.move(before, world.resolve("after"));
            for (String name : new String[] {MARK, "../" + MARK, "/../" + MARK}) {
                try (Descriptor mark = moved.openFile(bytes(name))) {
                    assertThat(read(mark)).isEqualTo("root");
                }
            }
        }
    }
}
