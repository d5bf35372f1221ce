package dev.letterbox.rabbitmq;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads certificates and keys in PEM, and makes of them what a TLS connection needs. */
final class Certificates {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "Ed448");

    private Certificates() {}

    /** Returns the context for an address: its own authority or the JDK's, and its client certificate, if it has one. */
    static SSLContext context(BrokerAddress address) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(
                    address.caCertificate().isPresent()
                            ? authorities(address.caCertificate().get())
                            : null);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            if (address.certificate().isPresent()) {
                KeyStore store = empty();
                store.setKeyEntry(
                        "client",
                        key(address.key().orElseThrow()),
                        new char[0],
                        read(address.certificate().get()).toArray(Certificate[]::new));
                keys.init(store, new char[0]);
            } else {
                keys.init(empty(), new char[0]);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException wrong) {
            throw new IllegalArgumentException("The certificates cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static KeyStore authorities(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate each : read(file)) {
            store.setCertificateEntry("authority-" + number++, each);
        }
        return store;
    }

    private static List<Certificate> read(Path file) throws GeneralSecurityException, IOException {
        byte[] pem = bytes(file);
        try {
            List<Certificate> certificates = new ArrayList<>(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
            if (certificates.isEmpty()) {
                throw new IOException(file + " holds no certificate.");
            }
            return certificates;
        } catch (CertificateException unreadable) {
            throw new CertificateException(file + " holds no certificate: " + unreadable.getMessage(), unreadable);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new IOException("there is no file " + file + ".", missing);
        } catch (AccessDeniedException denied) {
            throw new IOException("this user may not read " + file + ".", denied);
        } catch (IOException unreadable) {
            throw new IOException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** Says why a certificate is not valid today; empty if it is, or cannot be read. */
    static Optional<String> whyInvalid(Path file) {
        try {
            ((X509Certificate) read(file).getFirst()).checkValidity();
            return Optional.empty();
        } catch (CertificateExpiredException | CertificateNotYetValidException invalid) {
            return Optional.ofNullable(invalid.getMessage());
        } catch (GeneralSecurityException | IOException unreadable) {
            return Optional.empty();
        }
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new IOException(file + " holds no private key in PKCS #8 (BEGIN PRIVATE KEY), without a passphrase.");
        }
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        InvalidKeySpecException wrong =
                new InvalidKeySpecException(file + " holds a key of another kind than " + ALGORITHMS + ".");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException another) {
                wrong.addSuppressed(another);
            }
        }
        throw wrong;
    }

    /** Returns the common name of a certificate's subject: with EXTERNAL, the broker's name for the user. */
    static String commonName(Path file) {
        try {
            X509Certificate certificate = (X509Certificate) read(file).getFirst();
            Optional<String> name = new LdapName(
                            certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> part.getValue().toString())
                            .findFirst();
            return name.orElseThrow(() -> new IllegalArgumentException("The certificate in " + file
                    + " has no common name (CN), by which the broker would know its user."));
        } catch (GeneralSecurityException | InvalidNameException | IOException wrong) {
            throw new IllegalArgumentException("Cannot read the certificate: " + wrong.getMessage(), wrong);
        }
    }
}
