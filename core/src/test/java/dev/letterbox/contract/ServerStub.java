package dev.letterbox.contract;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;

/** A client's end with a server behind it of which nothing is to be seen but what it sends. */
public abstract class ServerStub implements ClientEndpoint {
    @Override
    public final ReturnAddress address() {
        return ReturnAddress.ofQueue(5);
    }

    @Override
    public final void wake() {}

    @Override
    public final boolean onServerEnd(Runnable ended) {
        return false;
    }

    @Override
    public final String whySilent() {
        return "";
    }

    @Override
    public final void close() {}
}
