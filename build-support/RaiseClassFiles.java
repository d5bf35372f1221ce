import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Brings the classes of a jar that are older than Java 6 to the class file format of Java 8, and changes nothing else:
 * {@code java RaiseClassFiles.java JAR}. Classes of the old formats come without stack maps, so the JVM must check them
 * by inference whenever it loads them, and keeps none of them in its cache.
 */
final class RaiseClassFiles {
    private RaiseClassFiles() {}

    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        Path raised = jar.resolveSibling(jar.getFileName() + ".raised");
        try (ZipFile from = new ZipFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(raised))) {
            ClassHierarchyResolver types = ClassHierarchyResolver.ofResourceParsing(
                            type -> open(from, type.descriptorString()))
                    .orElse(ClassHierarchyResolver.defaultResolver());
            ClassFile format = ClassFile.of(ClassHierarchyResolverOption.of(types));
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                byte[] content = from.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".class")) {
                    content = raise(format, content);
                }
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTime(entry.getTime());
                to.putNextEntry(same);
                to.write(content);
                to.closeEntry();
            }
            // Whoever passes on a changed work under the Apache licence says so.
            ZipEntry changes = new ZipEntry("META-INF/CHANGES");
            changes.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0)); // the same jar from each build
            to.putNextEntry(changes);
            to.write("Letterbox's build brought the classes to the format of Java 8, and changed nothing else.\n"
                    .getBytes(UTF_8));
            to.closeEntry();
        }
        Files.move(raised, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] raise(ClassFile format, byte[] bytes) {
        ClassModel old = format.parse(bytes);
        if (old.majorVersion() >= ClassFile.JAVA_6_VERSION) {
            return bytes;
        }
        // Methods are written anew, with stack maps; what is only passed on would stay as it is.
        byte[] raised = format.transformClass(
                old,
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen((to, part) -> to.with(
                                part instanceof ClassFileVersion
                                        ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                                        : part)));
        for (VerifyError wrong : format.verify(raised)) {
            throw wrong;
        }
        return raised;
    }

    private static InputStream open(ZipFile jar, String descriptor) {
        ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
