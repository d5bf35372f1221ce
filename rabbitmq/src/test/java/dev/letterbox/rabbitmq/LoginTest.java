package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoginTest {
    private static final BrokerAddress ADDRESS = BrokerAddress.parse("amqp://me@localhost/");

    @Test
    void thePasswordIsTakenFromTheEnvironment() {
        Login login = Login.of(ADDRESS, Map.of(Login.PASSWORD, "secret"));
        assertThat(login.user()).isEqualTo("me");
        assertThat(login.password()).contains("secret");
        assertThat(login).hasToString("me");
    }

    @Test
    void thePasswordIsTheFirstLineOfAFile(@TempDir Path folder) throws IOException {
        Path file = passwordFile(folder, "rw-------");
        assertThat(Login.of(ADDRESS, Map.of(Login.PASSWORD_FILE, file.toString()))
                        .password())
                .contains("secret");
    }

    @Test
    void aPasswordFileThatOthersMayReadIsRefused(@TempDir Path folder) throws IOException {
        for (String mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Path file = passwordFile(folder, mode);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Login.of(ADDRESS, Map.of(Login.PASSWORD_FILE, file.toString())))
                    .withMessageContaining("chmod 600");
        }
    }

    @Test
    void withoutAPasswordTheMessageSaysWhereToPutIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Login.of(ADDRESS, Map.of()))
                .withMessageContaining(Login.PASSWORD)
                .withMessageContaining(Login.PASSWORD_FILE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Login.of(ADDRESS, Map.of(Login.PASSWORD_FILE, "/not/there")));
    }

    @Test
    void anAddressWithoutAUserMeansTheUserOfANewBroker() {
        assertThat(Login.of(BrokerAddress.parse("amqp://localhost/"), Map.of()).user())
                .isEqualTo("guest");
    }

    @Test
    void theUserOfANewBrokerHasItsFirstPasswordUnlessAnotherIsGiven() {
        for (String address : new String[] {"amqp://localhost/", "amqp://guest@localhost/"}) {
            assertThat(Login.of(BrokerAddress.parse(address), Map.of()).password())
                    .contains("guest");
            assertThat(Login.of(BrokerAddress.parse(address), Map.of(Login.PASSWORD, "changed"))
                            .password())
                    .contains("changed");
        }
    }

    private static Path passwordFile(Path folder, String mode) throws IOException {
        Path file = folder.resolve(mode);
        Files.writeString(file, "secret\nand more\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }
}
