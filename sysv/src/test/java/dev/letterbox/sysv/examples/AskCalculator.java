package dev.letterbox.sysv.examples;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The second example of docs/library.md: asks an existing C program, peers/src/calculator.c. */
final class AskCalculator {
    private AskCalculator() {}

    public static void main(String[] args) throws InterruptedException, TimeoutException {
        Key key = Key.parse(args[0]);
        // region use
        try (MessageQueue calculator = MessageQueue.open(key)) { // 0xca1c, unless it was told another
            System.out.println("6 * 7 = " + ask(calculator, 6, '*', 7));
            System.out.println("1 / 3 = " + ask(calculator, 1, '/', 3));
        }
        // endregion
    }

    // region ask
    static double ask(MessageQueue calculator, double a, char operator, double b)
            throws InterruptedException, TimeoutException {
        int pid = (int) ProcessHandle.current().pid();
        MessageBuffer message = MessageBuffer.allocate();

        // struct question { long type; int32_t pid; double a; double b; char operator; };
        message.type(1).size(32);
        message.bytes().putInt(0, pid).putDouble(8, a).putDouble(16, b).put(24, (byte) operator);
        calculator.send(message);

        // struct answer { long type; int32_t status; double result; };
        if (!calculator.tryReceive(message, Selector.exactly(pid), Duration.ofSeconds(5))) {
            throw new TimeoutException("The calculator did not answer.");
        }
        ByteBuffer answer = message.bytes();
        if (answer.remaining() != 16 || answer.getInt(0) != 0) {
            throw new ArithmeticException("The calculator cannot say what " + a + " " + operator + " " + b + " is.");
        }
        return answer.getDouble(8);
    }
    // endregion
}
