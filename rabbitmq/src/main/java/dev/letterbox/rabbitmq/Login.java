package dev.letterbox.rabbitmq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How a process proves to the broker who its user is.
 *
 * @param user the user's name, as the broker will attest it
 * @param password the password; empty if a certificate is the proof
 */
public record Login(String user, Optional<String> password) {
    /** The variable that holds a password. */
    public static final String PASSWORD = "LETTERBOX_PASSWORD";

    /** The variable that names a file with a password in its first line, which its owner alone may read. */
    public static final String PASSWORD_FILE = "LETTERBOX_PASSWORD_FILE";

    /** The user of a new broker, and the user's password; a broker admits this user only from its own machine. */
    private static final String GUEST = "guest";

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    /** Checks that there is a name. */
    public Login {
        Objects.requireNonNull(user, "user");
        if (user.isEmpty()) {
            throw new IllegalArgumentException("A user has a name.");
        }
    }

    /**
     * Finds the login for an address: from its certificate, from the address itself, or from the environment. Without a
     * user it is that of a new broker, {@code guest}, whose password is {@code guest} unless another one is given.
     *
     * @param address the address
     * @param environment the process's variables
     * @return the login
     * @throws IllegalArgumentException if there is no password, or its file may be read by others
     */
    public static Login of(BrokerAddress address, Map<String, String> environment) {
        if (address.external()) {
            Path certificate = address.certificate().orElseThrow();
            return new Login(address.user().orElseGet(() -> Certificates.commonName(certificate)), Optional.empty());
        }
        String user = address.user().orElse(GUEST);
        Optional<String> password = address.password()
                .or(() -> Optional.ofNullable(environment.get(PASSWORD)))
                .or(() -> Optional.ofNullable(environment.get(PASSWORD_FILE)).map(file -> read(Path.of(file))))
                .or(() -> user.equals(GUEST) ? Optional.of(GUEST) : Optional.empty());
        if (password.isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no password for user '%s'. Put it in %s, or name a file with it in %s."
                            .formatted(user, PASSWORD, PASSWORD_FILE));
        }
        return new Login(user, password);
    }

    private static String read(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (mode.stream().anyMatch(OTHERS::contains)) {
                throw new IllegalArgumentException(
                        "Others may read or write the password file %s: chmod 600 %s".formatted(file, file));
            }
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (IOException | UnsupportedOperationException unreadable) {
            throw new IllegalArgumentException("Cannot read the password file: " + unreadable, unreadable);
        }
    }

    /** Returns the user's name alone: a password in a log is a password lost. */
    @Override
    public String toString() {
        return user;
    }
}
