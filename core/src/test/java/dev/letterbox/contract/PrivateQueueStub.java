package dev.letterbox.contract;

import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Route;

/** A client's private queue as most of them are: of a user who alone may read it, with the kernel's usual sizes. */
public abstract class PrivateQueueStub implements Route.ToClient {
    private final ReturnAddress address;

    /** Creates one with a queue's id. */
    protected PrivateQueueStub(int id) {
        this.address = ReturnAddress.ofQueue(id);
    }

    @Override
    public final ReturnAddress address() {
        return address;
    }

    @Override
    public final Caller owner() {
        return Caller.ofUser(7, 8);
    }

    @Override
    public final boolean isConfidential() {
        return true;
    }

    @Override
    public boolean isUnchanged(long holds) {
        return true;
    }

    @Override
    public final int capacity() {
        return 16_384;
    }

    @Override
    public int longestMessage() {
        return 8_192;
    }
}
