package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.rabbitmq.BrokerExamination.Finding;
import dev.letterbox.rabbitmq.BrokerExamination.Weight;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor finds at a broker. */
@ExtendWith(SharedBroker.class)
final class BrokerExaminationTest {
    private static Server serve(Brokered place) {
        return Server.on(place.transport())
                .service("echo", request -> Content.of(request.payload()))
                .start();
    }

    private static List<Finding> examine(BrokerAddress address, Login login) {
        return BrokerExamination.examine(address, login, _ -> Optional.empty());
    }

    private static Finding only(Weight weight, List<Finding> findings) {
        assertThat(findings).filteredOn(each -> each.weight() == weight).hasSize(1);
        return findings.stream()
                .filter(each -> each.weight() == weight)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothingIsWrongWhereAServerServes(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place)) {
            assertThat(examine(place.address(), place.login()))
                    .extracting(Finding::weight)
                    .containsOnly(Weight.FINE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "disk"})
    void anAlarmIsFound(String resource, Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place)) {
            broker.raiseAlarm(resource);
            try {
                Finding found = only(Weight.WRONG, examine(place.address(), place.login()));
                assertThat(found.says()).contains("has an alarm: low on " + resource);
                assertThat(found.remedy().orElseThrow()).contains("rabbitmq-diagnostics alarms");
            } finally {
                broker.clearAlarm(resource);
            }
        }
    }

    @Test
    void aClientWithoutRightsIsToldHowItGetsThem(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        broker.addUser("nobody6");
        broker.permit("nobody6", place.vhost(), "^$", "^$", "^letterbox");
        try (Server _ = serve(place)) {
            Finding found = only(Weight.WRONG, examine(place.address(), Brokered.login("nobody6")));
            assertThat(found.says()).contains("User 'nobody6' cannot ask");
            assertThat(found.remedy().orElseThrow()).contains("letterbox rabbitmq setup --client nobody6");
        }
    }

    /** The broker refuses guest from afar in the very words in which it refuses a wrong password. */
    @Test
    void guestIsToldThatItIsLetInFromTheBrokersMachineAlone(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        Finding found = only(Weight.WRONG, examine(place.address(), new Login("guest", Optional.of("guest"))));
        assertThat(found.says()).contains("does not accept user 'guest'");
        assertThat(found.remedy().orElseThrow()).contains("a broker does not accept guest from another machine");
    }

    @Test
    void aQuorumQueueThatIsMissingIsFound(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        assertThat(only(Weight.WRONG, examine(place.address("?queue=quorum"), place.login()))
                        .says())
                .contains("There is no queue letterbox.requests");
        try (Server _ = serve(place)) {
            assertThat(only(Weight.WRONG, examine(place.address("?queue=quorum"), place.login()))
                            .says())
                    .contains("Queue letterbox.requests is not a quorum queue");
        }
    }

    @Test
    void aRequestQueueThatAPolicyMirrorsIsFoundWhereRabbitmqctlCanBeUsed(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place)) {
            String cluster = broker.eval("rabbit_nodes:cluster_name()");
            Finding found = only(Weight.SOON, mirrored(place, cluster));
            assertThat(found.says())
                    .contains("Queue letterbox.requests is a classic queue that policy 'ha-all' mirrors");
            assertThat(found.remedy().orElseThrow())
                    .contains("rabbitmqctl clear_policy --vhost " + place.vhost() + " ha-all");

            assertThat(mirrored(place, "<<\"rabbit@elsewhere\">>\n"))
                    .as("another broker on this machine")
                    .extracting(Finding::weight)
                    .containsOnly(Weight.FINE);
        }
    }

    /** What rabbitmqctl prints is made up, as brokers from 4.0 on take no such policy. */
    private static List<Finding> mirrored(Brokered place, String cluster) {
        return BrokerExamination.examine(
                place.address(),
                place.login(),
                words -> Optional.of(
                        switch (words.getFirst()) {
                            case "eval" -> cluster;
                            case "list_policies" ->
                                "%s\tha-all\t^letterbox\tall\t{\"ha-mode\":\"all\"}\t0\n".formatted(place.vhost());
                            case "list_queues" -> "letterbox.requests\tha-all\nother\t\n";
                            default -> throw new AssertionError(words);
                        }));
    }
}
