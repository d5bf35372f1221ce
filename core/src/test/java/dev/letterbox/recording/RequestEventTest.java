package dev.letterbox.recording;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RequestEventTest {
    @Test
    void whereNobodyRecordsNoEventIsMade() {
        assertThat(RequestEvent.start()).isNull();
    }
}
