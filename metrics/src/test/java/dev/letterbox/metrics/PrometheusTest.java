package dev.letterbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each figure of a snapshot is the value of its series, and of no other. */
final class PrometheusTest {
    /** Every number is another one, so that no two can be taken for each other. */
    private static final String SNAPSHOT = """
            letterbox-metrics 1
            pid 4711
            queue 32769
            key 447392417
            started 2026-01-02T03:04:05.250Z
            uptime 61500000000
            cpu 2250000000
            received 101
            dropped malformed 102
            dropped forged 103
            refused refused 104
            refused busy 105
            ended end 3000000000 1000000:106 2000000000:107
            ended gone 4000000000 4000000000:108
            bytes 109
            stalls 110
            at-work 111
            stalled 112
            sessions 113
            waiting 114 115 116
            queues 117
            max-queues 118
            workers 119 120
            users 2
            user 1000 121 122 123 124 5000000000 5000000000:125
            user -1 131 132 133 134 6000000000 6000000000:135
            """;

    private static final Map<String, Double> SERIES = StrictPrometheus.read(Prometheus.text(Snapshot.parse(SNAPSHOT)));

    private static double value(String name, String... labels) {
        StringBuilder series = new StringBuilder("letterbox_" + name + "{key=0x1aaaaaa1");
        for (String label : labels) {
            series.append(", ").append(label);
        }
        return assertThat(SERIES)
                .containsKey(series.append('}').toString())
                .actual()
                .get(series.toString());
    }

    @Test
    void theFiguresOfTheServer() {
        assertThat(value("start_time_seconds")).isEqualTo(1_767_323_045.25);
        assertThat(value("uptime_seconds")).isEqualTo(61.5);
        assertThat(value("cpu_seconds_total")).isEqualTo(2.25);
        assertThat(value("messages_received_total")).isEqualTo(101);
        assertThat(value("messages_dropped_total", "reason=malformed")).isEqualTo(102);
        assertThat(value("messages_dropped_total", "reason=forged")).isEqualTo(103);
        assertThat(value("messages_dropped_total", "reason=stale")).isZero();
        assertThat(value("requests_refused_total", "reason=refused")).isEqualTo(104);
        assertThat(value("requests_refused_total", "reason=busy")).isEqualTo(105);
        assertThat(value("response_bytes_total")).isEqualTo(109);
        assertThat(value("stalls_total")).isEqualTo(110);
        assertThat(value("requests_at_work")).isEqualTo(111);
        assertThat(value("requests_stalled")).isEqualTo(112);
        assertThat(value("sessions")).isEqualTo(113);
        assertThat(value("server_queue_messages")).isEqualTo(114);
        assertThat(value("server_queue_bytes")).isEqualTo(115);
        assertThat(value("server_queue_capacity_bytes")).isEqualTo(116);
        assertThat(value("ipc_queues")).isEqualTo(117);
        assertThat(value("ipc_queues_limit")).isEqualTo(118);
        assertThat(value("worker_processes")).isEqualTo(119);
        assertThat(value("worker_ends_total")).isEqualTo(120);
    }

    @Test
    void howLongRequestsTookByHowTheyEnded() {
        assertThat(value("request_duration_seconds_count", "outcome=end")).isEqualTo(213);
        assertThat(value("request_duration_seconds_sum", "outcome=end")).isEqualTo(3);
        assertThat(value("request_duration_seconds_bucket", "outcome=end", "le=0.001"))
                .isEqualTo(106);
        assertThat(value("request_duration_seconds_bucket", "outcome=end", "le=1"))
                .isEqualTo(106);
        assertThat(value("request_duration_seconds_bucket", "outcome=end", "le=60"))
                .isEqualTo(213);
        assertThat(value("request_duration_seconds_bucket", "outcome=end", "le=+Inf"))
                .isEqualTo(213);
        assertThat(value("request_duration_seconds_count", "outcome=gone")).isEqualTo(108);
        assertThat(value("request_duration_seconds_sum", "outcome=gone")).isEqualTo(4);
        assertThat(value("request_duration_seconds_count", "outcome=failure")).isZero();
    }

    @Test
    void theFiguresOfEachUserAndOfAllOthers() {
        assertThat(value("user_requests_failed_total", "uid=1000")).isEqualTo(121);
        assertThat(value("user_requests_refused_total", "uid=1000")).isEqualTo(122);
        assertThat(value("user_stalls_total", "uid=1000")).isEqualTo(123);
        assertThat(value("user_response_bytes_total", "uid=1000")).isEqualTo(124);
        assertThat(value("user_request_duration_seconds_count", "uid=1000")).isEqualTo(125);
        assertThat(value("user_request_duration_seconds_sum", "uid=1000")).isEqualTo(5);
        assertThat(value("user_requests_failed_total", "uid=others")).isEqualTo(131);
        assertThat(value("user_requests_refused_total", "uid=others")).isEqualTo(132);
        assertThat(value("user_stalls_total", "uid=others")).isEqualTo(133);
        assertThat(value("user_response_bytes_total", "uid=others")).isEqualTo(134);
        assertThat(value("user_request_duration_seconds_count", "uid=others")).isEqualTo(135);
        assertThat(value("user_request_duration_seconds_sum", "uid=others")).isEqualTo(6);
    }
}
