package dev.letterbox.files;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The list of a directory, read some entries at a time as the client takes it: whoever asks for a thousand lists of a
 * large directory and reads none holds little memory.
 */
final class DirectoryContent implements Content {
    private final Descriptor directory;
    private final Rights rights;
    private final Caller caller;
    private final byte[] name;
    private Content entries = Content.of(new byte[0]);

    DirectoryContent(Descriptor directory, Rights rights, Caller caller, byte[] name) {
        this.directory = directory;
        this.rights = rights;
        this.caller = caller;
        this.name = name;
    }

    @Override
    public int read(MemorySegment target, int limit) throws ServiceException, IOException {
        int length = entries.read(target, limit);
        if (length < 0) {
            entries = Content.of(more());
            length = entries.read(target, limit);
        }
        return length;
    }

    private byte[] more() throws ServiceException {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (Descriptor.Entry entry : rights.with(caller, directory::nextEntries)) {
                bytes.writeBytes(FileEntry.encode(entry.name(), entry.status()));
            }
            return bytes.toByteArray();
        } catch (ErrnoException failed) {
            throw FileService.cannot("list", name, failed.errno().text());
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
