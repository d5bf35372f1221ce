package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class BrokerTest {
    @BeforeAll
    static void installed() {
        Broker.assumeInstalled();
    }

    @Test
    void aBrokerAnswersOnLoopbackAndLeavesNothing() throws IOException {
        Path home;
        List<Proc> processes;
        int port;
        try (Broker broker = Broker.start("consumer_timeout = 61234")) {
            home = broker.home();
            port = broker.port();
            assertThat(broker.eval("1 + 1")).isEqualTo("2");
            assertThat(broker.eval("application:get_env(rabbit, consumer_timeout)"))
                    .isEqualTo("{ok,61234}");
            assertThat(broker.newVhost()).isNotEqualTo(broker.newVhost());
            assertThat(broker.ctl("list_users", "--no-table-headers")).contains(Broker.USER);
            processes = Proc.startedWith("HOME", home.toString()).toList();
            assertThat(processes).isNotEmpty();
            new Socket(InetAddress.getLoopbackAddress(), port).close();
        }
        assertThat(home).doesNotExist();
        assertThat(processes).noneMatch(Proc::isAlive);
        assertThat(Files.exists(home)).isFalse();
    }

    @Test
    void theNodesOfAClusterKnowEachOther() {
        List<Broker> nodes = Broker.cluster(3);
        try {
            assertThat(nodes.getLast().eval("length(rabbit_nodes:all_running())"))
                    .isEqualTo("3");
        } finally {
            nodes.reversed().forEach(Broker::close);
        }
    }
}
