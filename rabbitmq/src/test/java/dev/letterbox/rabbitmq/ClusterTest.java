package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Three nodes, and a request queue on all of them. */
final class ClusterTest {
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(30));

    @Test
    void whenTheLeaderOfTheRequestQueueIsKilledNothingIsLostAndNothingComesTwice() throws Exception {
        Broker.assumeInstalled();
        List<Broker> nodes = Broker.cluster(3);
        try {
            Broker leader = nodes.getLast();
            String vhost = nodes.getFirst().newVhost();
            BrokerAddress byLeader = address(vhost, leader);
            // A quorum queue is led by the node on which it is declared.
            new BrokerSetup(byLeader, List.of(), List.of()).declare(Brokered.login(Broker.USER));
            assertThat(leader.eval("""
                            begin {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"%s">>, queue, <<"letterbox.requests">>)), \
                            element(2, amqqueue:get_pid(Q)) end""".formatted(vhost))).contains(leader.nodeName());
            RabbitTransport transport =
                    new RabbitTransport(address(vhost, nodes.get(0), nodes.get(1)), Brokered.login(Broker.USER));
            Set<Long> served = ConcurrentHashMap.newKeySet();
            AtomicInteger twice = new AtomicInteger();
            try (Server _ = Server.on(transport)
                    .service("once", request -> {
                        if (!served.add(ByteBuffer.wrap(request.payload()).getLong())) {
                            twice.incrementAndGet();
                        }
                        return Content.of(request.payload());
                    })
                    .start()) {
                AtomicLong numbers = new AtomicLong();
                AtomicInteger answers = new AtomicInteger();
                AtomicLong longest = new AtomicLong();
                AtomicBoolean over = new AtomicBoolean();
                List<Background<Boolean>> clients = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    clients.add(Background.start("client " + i, () -> {
                        try (Client client = Client.connect(transport)) {
                            while (!over.get()) {
                                byte[] number = ByteBuffer.allocate(Long.BYTES)
                                        .putLong(numbers.incrementAndGet())
                                        .array();
                                long from = System.nanoTime();
                                assertThat(client.collect("once", number, 100, SILENCE))
                                        .isEqualTo(number);
                                longest.accumulateAndGet(System.nanoTime() - from, Math::max);
                                answers.incrementAndGet();
                            }
                        }
                        return true;
                    }));
                }
                Await.until("all are at work", () -> answers.get() > 200);
                leader.kill();
                int before = answers.get();
                Await.until("all goes on", () -> answers.get() > before + 400);
                over.set(true);
                for (Background<Boolean> client : clients) {
                    assertThat(client.result()).isTrue();
                    client.close();
                }
                assertThat(answers.get()).isEqualTo((int) numbers.get());
                assertThat(twice).hasValue(0);
                assertThat(Duration.ofNanos(longest.get())).isLessThan(Duration.ofSeconds(25));
            }
        } finally {
            nodes.reversed().forEach(Broker::close);
        }
    }

    private static BrokerAddress address(String vhost, Broker... nodes) {
        List<String> hosts = new ArrayList<>();
        for (Broker node : nodes) {
            hosts.add("127.0.0.1:" + node.port());
        }
        return BrokerAddress.parse("amqp://%s/%s?queue=quorum".formatted(String.join(",", hosts), vhost));
    }
}
