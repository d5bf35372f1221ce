package dev.letterbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.engine.Transport;

/** The contract, on an engine in memory that keeps requests until they are settled. */
final class MemoryBrokerTest extends TransportContract {
    private final MemoryTransport memory = MemoryTransport.likeABroker();

    @Override
    protected Transport transport() {
        return memory;
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    @Override
    protected void assertNothingIsLeft() {
        assertThat(memory.left()).isZero();
    }
}
