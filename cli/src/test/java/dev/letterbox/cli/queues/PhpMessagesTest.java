package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Letterbox.Ended;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.PeerLanguage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages to and from PHP programs that leave msg_send and msg_receive their defaults. */
class PhpMessagesTest {
    private final Key key = Key.free();
    private MessageQueue queue;

    @BeforeEach
    void create() {
        queue = MessageQueue.create(key, Mode.OWNER);
    }

    @AfterEach
    void remove() {
        queue.remove();
    }

    private String php(String script) {
        return Command.of("php", "-r", "$queue = msg_get_queue(" + key.value() + "); " + script)
                .run()
                .expect(0)
                .text();
    }

    private Ended letterbox(String command, String... options) {
        String[] words = new String[options.length + 2];
        words[0] = command;
        words[1] = "" + queue.id();
        System.arraycopy(options, 0, words, 2, options.length);
        Ended ended = Letterbox.run(words);
        assertThat(ended.status()).as(ended.err()).isZero();
        return ended;
    }

    @Test
    void whatPhpSendsIsShownAsWhatItIs() {
        PeerLanguage.PHP.assumeInstalled();
        php("msg_send($queue, 7, ['text' => 'Grüße', 'numbers' => [1, 2.5, true, null]]);");
        assertThat(letterbox("receive", "--format", "php").out())
                .matches("type 7, \\d+ bytes: \\{\"text\": \"Grüße\", \"numbers\": \\[1, 2.5, true, null]}\n");
    }

    @Test
    void textTellsOnceOfAnotherForm() throws InterruptedException {
        for (String body : new String[] {"s:5:\"hello\";", "i:42;"}) {
            queue.send(new Message(1, body.getBytes(StandardCharsets.US_ASCII)));
        }
        Ended peeked = letterbox("peek");
        assertThat(peeked.out()).isEqualTo("0: type 1, 12 bytes: s:5:\"hello\";\n1: type 1, 5 bytes: i:42;\n");
        assertThat(peeked.err()).isEqualTo("letterbox: PHP serialized this body: --format php shows its value.\n");
    }

    @Test
    void whatIsNoneOfPhpsIsDumped() throws InterruptedException {
        queue.send(new Message(1, new byte[] {'O', ':', (byte) 0xff}));
        assertThat(letterbox("peek", "--format", "php").out())
                .isEqualTo("0: type 1, 3 bytes\n00000000  4f 3a ff                                         |O:.|\n");
    }

    @Test
    void phpReadsWhatIsSent() {
        PeerLanguage.PHP.assumeInstalled();
        letterbox("send", "--type", "3", "--format", "php", "--text", "{\"name\": \"caf\\xe9\", \"sizes\": [1, 1.5]}");
        assertThat(php("msg_receive($queue, 0, $type, 8192, $value); echo $type, ' ', var_export($value, true);"
                        + "echo bin2hex($value['name']);"))
                .startsWith("3 array (")
                .contains("0 => 1,", "1 => 1.5,")
                .endsWith("636166e9");
    }

    @Test
    void aBodyThatIsNoJsonIsNotSent() {
        Ended refused = Letterbox.run("send", "" + queue.id(), "--format", "php", "--text", "hello");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualTo("letterbox: The body is not JSON: at character 1: expected a value; a string is written in"
                        + " double quotes.\n");
        assertThat(queue.status().messages()).isZero();
    }

    @Test
    void typesThatADoubleCannotHoldAreStringsInJson() throws InterruptedException {
        queue.send(new Message(Long.MAX_VALUE, new byte[0]));
        queue.send(new Message(1L << 53, new byte[0]));
        String[] lines = letterbox("peek", "--format", "json").out().split("\n", -1);
        assertThat(Schemas.checked("message", lines[0]).get("type").asString()).isEqualTo("9223372036854775807");
        assertThat(Schemas.checked("message", lines[1]).get("type").asLong()).isEqualTo(1L << 53);
    }
}
