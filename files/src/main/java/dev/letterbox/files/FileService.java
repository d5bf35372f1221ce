package dev.letterbox.files;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.file.Descriptor.FileStatus;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.KernelError;

/**
 * Answers requests with what is beneath a {@link ServedRoot}: the content of regular files, whole or in part; lists of
 * directories; the attributes of a file.
 *
 * <p>A file is sent as long as it was when it was opened. One that grows meanwhile is cut there; one that shrinks ends in
 * FAILURE, since the client would take the shorter one for complete.
 */
public final class FileService implements Service {
    /** The service's name. */
    public static final String NAME = "files";

    private final ServedRoot root;
    private final Rights rights;

    /**
     * Creates the service.
     *
     * @param root what is served; to be closed by the caller, after the server
     * @param rights whose rights files are opened with
     */
    public FileService(ServedRoot root, Rights rights) {
        this.root = root;
        this.rights = rights;
    }

    /**
     * Creates the service with the server's own rights.
     *
     * @param root what is served; to be closed by the caller, after the server
     */
    public FileService(ServedRoot root) {
        this(root, Rights.ofServer());
    }

    @Override
    public Content open(Request request) throws ServiceException {
        FileRequest wanted = FileRequest.decode(request.payload());
        return switch (wanted.operation()) {
            case GET -> get(request, wanted);
            case LIST -> list(request, wanted);
            case STAT -> stat(request, wanted);
        };
    }

    private Content get(Request request, FileRequest wanted) throws ServiceException {
        return open("open", request, wanted, file -> {
            FileStatus status = file.status();
            if (!status.isRegularFile()) {
                throw cannot("open", wanted.name(), status.isDirectory() ? Errno.EISDIR.text() : "Not a regular file");
            }
            return FileContent.of(file, status, wanted);
        });
    }

    private Content list(Request request, FileRequest wanted) throws ServiceException {
        return open("list", request, wanted, file -> {
            FileStatus status = file.status();
            if (status.isDirectory()) {
                return new DirectoryContent(file, rights, request.caller(), wanted.name());
            }
            Content itself = Content.of(FileEntry.encode(wanted.name(), status));
            file.close();
            return itself;
        });
    }

    /** Makes content of an open file, which the content closes. */
    private interface ContentMaker {
        Content of(Descriptor file) throws ErrnoException, ServiceException;
    }

    private Content open(String task, Request request, FileRequest wanted, ContentMaker maker) throws ServiceException {
        try {
            Descriptor file = rights.with(request.caller(), () -> root.openFile(wanted.name()));
            boolean kept = false;
            try {
                Content content = maker.of(file);
                kept = true;
                return content;
            } finally {
                if (!kept) {
                    file.close();
                }
            }
        } catch (ErrnoException failed) {
            throw refusal(task, wanted, failed.errno());
        }
    }

    private Content stat(Request request, FileRequest wanted) throws ServiceException {
        try (Descriptor file = rights.with(request.caller(), () -> root.lookAt(wanted.name()))) {
            return Content.of(FileEntry.encode(wanted.name(), file.status()));
        } catch (ErrnoException failed) {
            throw refusal("look at", wanted, failed.errno());
        }
    }

    /** What there are too many open files for now can be had later. */
    private static ServiceException refusal(String task, FileRequest wanted, KernelError errno) {
        return switch (errno) {
            case Errno.EMFILE, Errno.ENFILE ->
                new ServiceException(FailureKind.BUSY, "Busy: the server has too many files open, try again later");
            default -> cannot(task, wanted.name(), errno.text());
        };
    }

    static ServiceException cannot(String task, byte[] name, String reason) {
        return new ServiceException("Cannot " + task + " '" + FileNames.printable(name) + "': " + reason);
    }

    /**
     * Files are local, as a rule. A caller's rights are taken on another thread, and the user database may be far away.
     *
     * @return true for files that are opened with the server's own rights
     */
    @Override
    public boolean isPrompt() {
        return rights.areOfServer();
    }

    @Override
    public String describe(Request request) {
        try {
            FileRequest wanted = FileRequest.decode(request.payload());
            String operation = switch (wanted.operation()) {
                case GET -> wanted.isWholeFile() ? "get" : "get from byte " + wanted.offset() + " of";
                case LIST -> "list";
                case STAT -> "stat";
            };
            return operation + " '" + FileNames.printable(wanted.name()) + "'";
        } catch (ServiceException malformed) {
            return malformed.getMessage();
        }
    }
}
