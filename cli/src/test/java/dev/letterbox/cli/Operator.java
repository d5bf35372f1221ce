package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;

/** Runs the operator's commands in an IPC namespace, beside other programs. */
public final class Operator {
    private final IpcNamespace namespace;

    public Operator(IpcNamespace namespace) {
        this.namespace = namespace;
    }

    /** Makes the command. */
    public Command command(String... arguments) {
        return Letterbox.program(arguments)
                .withoutEnv("NO_COLOR")
                .withoutEnv("COLUMNS")
                .in(namespace);
    }

    /** Makes the command, for a user who owns nothing. */
    public Command commandOfNobody(String... arguments) {
        return Letterbox.programForAll(arguments).asUser(Privileges.NOBODY).in(namespace);
    }

    public Finished run(String... arguments) {
        return command(arguments).run();
    }

    /** Gives the program a command line that it must refuse, and returns what it says to that. */
    public static String refusal(String... arguments) {
        Letterbox.Ended ended = Letterbox.run(arguments);
        assertThat(ended.status()).as(String.join(" ", arguments)).isEqualTo(2);
        return ended.err();
    }

    /** Makes a queue with util-linux's ipcmk. */
    public int ipcmk(String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "--queue";
        System.arraycopy(options, 0, words, 1, options.length);
        String said = Command.of("ipcmk", words).in(namespace).run().expect(0).text();
        return Integer.parseInt(said.replaceAll("\\D", ""));
    }

    /** Runs the C program that makes raw calls. */
    public Finished peer(String... arguments) {
        return Command.of(Peers.program("queue"), arguments).in(namespace).run();
    }

    /** Makes a private queue with a C program, from which one received that has ended. */
    public int createAbandoned() {
        int queue = create();
        peer("send", "" + queue, "1", "-s", "x").expect(0);
        peer("receive", "" + queue, "0").expect(0);
        return queue;
    }

    /** Makes a queue with a C program. */
    public int create(String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "create";
        System.arraycopy(options, 0, words, 1, options.length);
        return Integer.parseInt(peer(words).expect(0).text().strip());
    }
}
