package dev.letterbox;

import java.time.Duration;
import java.util.Optional;

/** A request that no client sent, for {@link Request#of}. */
@SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
record RequestOfNobody(Caller caller, byte[] payload) implements Request {
    @Override
    public String dialect() {
        return "none";
    }

    @Override
    public String service() {
        return "";
    }

    @Override
    public ReturnAddress returnAddress() {
        return ReturnAddress.named("nowhere");
    }

    @Override
    public Optional<Duration> timeLeft() {
        return Optional.empty();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }
}
