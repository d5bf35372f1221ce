package dev.letterbox.bench.targets;

import dev.letterbox.bench.targets.JavaSide.Operation;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import java.util.List;

/** Is either end of a round trip over two message queues, by {@link MessageQueue}, waiting as that does by itself. */
final class QueueEcho {
    /** The bytes of a message. */
    static final int SIZE = 64;

    private static final Selector ANY = Selector.any();

    private QueueEcho() {}

    /**
     * Asks as it is told on standard input, or answers until it is killed.
     *
     * @param args {@code ask} or {@code answer}; the id of the queue for questions; that of the queue for answers
     */
    public static void main(String[] args) throws Exception {
        MessageQueue questions = MessageQueue.ofId(Integer.parseInt(args[1]));
        MessageQueue answers = MessageQueue.ofId(Integer.parseInt(args[2]));
        if (args[0].equals("answer")) {
            Thread.ofPlatform().daemon().start(() -> answer(questions, answers));
            JavaSide.awaitEndOfInput();
            return;
        }
        MessageBuffer message = MessageBuffer.fixed(SIZE).size(SIZE);
        Operation trip = () -> trip(questions, answers, message);
        JavaSide.serve(List.of(trip), () -> {
            trip(questions, answers, message);
            return JavaSide.NO_CHECKSUM;
        });
    }

    private static void trip(MessageQueue questions, MessageQueue answers, MessageBuffer message)
            throws InterruptedException {
        long number = message.bytes().getLong(0) + 1;
        message.bytes().putLong(0, number);
        questions.send(message);
        // What is read back is what was received, not what is still there.
        message.bytes().putLong(0, -1);
        answers.receive(message, ANY);
        if (message.size() != SIZE || message.bytes().getLong(0) != number) {
            throw new IllegalStateException("The answer differs from the question.");
        }
    }

    private static void answer(MessageQueue questions, MessageQueue answers) {
        MessageBuffer message = MessageBuffer.fixed(SIZE);
        try {
            while (true) {
                questions.receive(message, ANY);
                answers.send(message);
            }
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
