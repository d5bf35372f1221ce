package dev.letterbox.server;

import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The content of one answer as its service gives it: opened, prepared, read, and held to what the service said of it. A
 * service that does not keep its word must not have its client take a part for the whole. One thread at a time uses it.
 */
final class Source {
    private final Service service;
    private final ServedRequest request;
    private @Nullable Content content;
    private long size = Exchange.UNLIMITED;
    private boolean prepared;

    Source(Service service, ServedRequest request) {
        this.service = service;
        this.request = request;
    }

    boolean isOpen() {
        return content != null;
    }

    /** Asks the service for it, and returns its size, if that is known. */
    OptionalLong open() throws ServiceException, IOException {
        Content opened = service.open(request);
        content = opened;
        OptionalLong known = opened.size();
        size = known.orElse(Exchange.UNLIMITED);
        return known;
    }

    /** Does one step of what comes before the first byte. */
    void prepare() throws ServiceException, IOException {
        prepared = content().prepare();
    }

    boolean isPrepared() {
        return prepared;
    }

    /** Reads what comes after so many bytes; -1 at the end. Content of known size needs no read to find its end. */
    int read(MemorySegment target, int limit, long before) throws ServiceException, IOException {
        int length = before == size ? -1 : content().read(target, limit);
        if (length == 0 || length > limit) {
            throw new IllegalStateException("the content returned " + length + " bytes instead of 1 to " + limit);
        }
        if (size != Exchange.UNLIMITED && (length < 0 ? before < size : before + length > size)) {
            throw new IllegalStateException("the content does not have the " + size + " bytes that it announced");
        }
        return length;
    }

    /** Returns whether there is more after so many bytes, as far as is known. */
    boolean hasMoreAfter(long bytes) {
        return bytes < size;
    }

    private Content content() {
        Content open = content;
        if (open == null) {
            throw new IllegalStateException("the content is not open");
        }
        return open;
    }

    void close() {
        Content open = content;
        if (open != null) {
            open.close();
        }
    }
}
