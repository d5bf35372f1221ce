package dev.letterbox.files;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.linux.Descriptor;
import dev.letterbox.sysv.linux.Descriptor.FileStatus;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;

/**
 * Answers requests with the content of regular files in a {@link ServedRoot}. The payload of a request is the name.
 *
 * <p>A file is sent as long as it was when it was opened. One that grows meanwhile is cut there; one that shrinks ends in
 * FAILURE, since the client would take the shorter one for whole.
 */
public final class FileService implements Service {
    private final ServedRoot root;

    /**
     * Makes the service.
     *
     * @param root what is served; to be closed by the caller, after the server
     */
    public FileService(ServedRoot root) {
        this.root = root;
    }

    @Override
    public Content open(Request request) throws ServiceException {
        Descriptor file;
        try {
            file = root.openFile(request.payload());
        } catch (ErrnoException failed) {
            throw cannotOpen(request, failed.errno().text());
        }
        try {
            FileStatus status = file.status();
            if (!status.isRegularFile()) {
                throw cannotOpen(request, status.isDirectory() ? Errno.EISDIR.text() : "Not a regular file");
            }
            return new FileContent(file, status.size(), request.payload());
        } catch (ErrnoException failed) {
            file.close();
            throw cannotOpen(request, failed.errno().text());
        } catch (ServiceException refused) {
            file.close();
            throw refused;
        }
    }

    private static ServiceException cannotOpen(Request request, String reason) {
        return new ServiceException("Cannot open '" + FileNames.printable(request.payload()) + "': " + reason);
    }

    @Override
    public String describe(Request request) {
        return "get '" + FileNames.printable(request.payload()) + "'";
    }
}
