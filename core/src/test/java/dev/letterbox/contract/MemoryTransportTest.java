package dev.letterbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.engine.Transport;

/** The contract, on an engine in memory that forgets requests at receipt. */
final class MemoryTransportTest extends TransportContract {
    private final MemoryTransport memory = MemoryTransport.likeAKernel();

    @Override
    protected Transport transport() {
        return memory;
    }

    @Override
    protected void assertNothingIsLeft() {
        assertThat(memory.left()).isZero();
    }
}
