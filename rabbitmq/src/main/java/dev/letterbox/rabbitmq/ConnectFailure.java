package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.MalformedFrameException;
import dev.letterbox.Timeout;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line why no connection to a broker was made, and what to do.
 *
 * @param address the broker
 * @param login who wanted to connect
 * @param millis how long the broker had for each answer
 * @param listener the node that was connected to; null if none was
 */
record ConnectFailure(
        BrokerAddress address,
        Login login,
        int millis,
        @Nullable SocketAddress listener) {
    private static final int PROBE_MILLIS = 1_000;
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    /** What a listener speaks, by the first byte that it says to a client of AMQP. */
    private enum Speech {
        AMQP,
        TLS,
        OTHER,
        NOTHING
    }

    /** Returns the exception for what the library threw. */
    BrokerException of(Exception thrown) {
        return new BrokerException(says(thrown), thrown);
    }

    private String says(Exception thrown) {
        if (thrown instanceof AuthenticationFailureException) {
            return address.certificate().isPresent() && address.external()
                    ? "The broker at %s does not accept certificate %s as user '%s': it does not trust who signed it, or there is no such user."
                            .formatted(address, address.certificate().get(), login)
                    : "The broker at %s does not accept user '%s': the password is wrong, or there is no such user, or (for guest) the connection does not come from the broker's own machine."
                            .formatted(address, login);
        }
        if (Reason.isTimeout(thrown)) {
            return "Cannot connect to the broker at %s: it did not answer in %s."
                    .formatted(address, Timeout.words(Duration.ofMillis(millis)));
        }
        if (Reason.code(thrown).orElse(0) == AMQP.NOT_ALLOWED) {
            return "The broker at %s does not let user '%s' into vhost %s: %s.%s"
                    .formatted(
                            address,
                            login,
                            address.vhost(),
                            Reason.of(thrown),
                            Reason.isRefusal(thrown)
                                    ? " letterbox rabbitmq setup creates a vhost and grants rights."
                                    : " Each process needs two connections.");
        }
        return ofCertificate(thrown)
                .or(() -> Reason.code(thrown).isPresent() ? Optional.empty() : ofListener(thrown))
                .or(this::ofOwnCertificate)
                .orElseGet(() -> "Cannot connect to the broker at %s: %s".formatted(address, Reason.of(thrown)));
    }

    /** The broker's certificate is not good enough for this end. */
    private Optional<String> ofCertificate(Exception thrown) {
        if (Reason.cause(thrown, CertificateExpiredException.class).isPresent()) {
            return Optional.of("The certificate of the broker at %s has expired (%s). Renew it there."
                    .formatted(address, Reason.of(thrown)));
        }
        if (Reason.cause(thrown, CertificateNotYetValidException.class).isPresent()) {
            return Optional.of(
                    "The certificate of the broker at %s is not valid yet (%s). Compare the clocks of both machines."
                            .formatted(address, Reason.of(thrown)));
        }
        if (Reason.cause(thrown, CertPathBuilderException.class).isPresent()) {
            return Optional.of(
                    "The certificate of the broker at %s is not signed by an authority that is trusted here. Name the right authority's file in the address: cacertfile=FILE."
                            .formatted(address));
        }
        return Reason.cause(thrown, CertificateException.class)
                .map(refused ->
                        "The certificate of the broker at %s is not accepted: %s. Use a host name that the certificate contains."
                                .formatted(address, refused.getMessage()));
    }

    /** What listens there does not speak as the address says. */
    private Optional<String> ofListener(Exception thrown) {
        return switch (speech()) {
            case AMQP ->
                address.tls()
                        ? Optional.of(
                                "The broker at %s does not speak TLS at this port. Use its port for TLS, usually 5671, or amqp:// in place of amqps://."
                                        .formatted(address))
                        : Optional.empty();
            case TLS ->
                address.tls()
                        ? Optional.empty()
                        : Optional.of(
                                "The broker at %s speaks TLS at this port. Use amqps:// in place of amqp://, or its port without TLS, usually 5672."
                                        .formatted(address));
            case OTHER -> Optional.of(noBroker());
            case NOTHING -> Reason.cause(thrown, MalformedFrameException.class).map(_ -> noBroker());
        };
    }

    private String noBroker() {
        return "What listens at %s is no broker: it does not speak AMQP 0-9-1.".formatted(address);
    }

    private Speech speech() {
        if (listener == null) {
            return Speech.NOTHING;
        }
        try (Socket socket = new Socket()) {
            int patience = Math.min(millis, PROBE_MILLIS);
            socket.connect(listener, patience);
            socket.setSoTimeout(patience);
            socket.getOutputStream().write(AMQP_HEADER);
            return switch (socket.getInputStream().read()) {
                // A method of AMQP, or the header of the version that it speaks.
                case AMQP.FRAME_METHOD, 'A' -> Speech.AMQP;
                // An alert, as of a listener that expected a greeting.
                case 21 -> Speech.TLS;
                case -1 -> Speech.NOTHING;
                default -> Speech.OTHER;
            };
        } catch (IOException unknown) {
            return Speech.NOTHING;
        }
    }

    /** A broker that does not accept a certificate only ends the connection. */
    private Optional<String> ofOwnCertificate() {
        return address.certificate().filter(_ -> listener != null).map(certificate -> {
            String expired = Certificates.whyInvalid(certificate)
                    .map(why -> "it is not valid now (%s). Renew it.".formatted(why))
                    .orElse("see the broker's log. Its key, %s, may be another certificate's."
                            .formatted(address.key().map(Path::toString).orElse("")));
            return "The broker at %s ended the connection, perhaps because of certificate %s: %s"
                    .formatted(address, certificate, expired);
        });
    }
}
