package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueRemovedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;

/** Takes the orders of an existing C program from its queue, has Java handle them, and answers in the same queue. */
public final class Bridge {
    private static final int ORDER_BYTES = 40;
    private static final int ITEM_BYTES = 32;
    private static final int RECEIPT_BYTES = 48;
    private static final int TEXT_BYTES = 40;

    private Bridge() {}

    record Order(int pid, int quantity, String item) {}

    record Receipt(long cents, String text) {}

    public static void main(String[] arguments) throws InterruptedException {
        MessageQueue queue = MessageQueue.create(Key.of(0x1e7e0004), Mode.OWNER);
        Runtime.getRuntime().addShutdownHook(new Thread(queue::remove));
        System.out.println("ready: " + queue);
        run(queue, order -> new Receipt(250L * order.quantity(), order.quantity() + " x " + order.item()));
    }

    static void run(MessageQueue queue, Function<Order, Receipt> handler) throws InterruptedException {
        MessageBuffer message = MessageBuffer.allocate();
        Selector orders = Selector.exactly(1);
        try {
            while (true) {
                queue.receive(message, orders);
                if (message.size() != ORDER_BYTES || message.bytes().getInt(0) <= 1) {
                    System.out.println("dropped " + message.size() + " bytes that are no order");
                    continue;
                }
                Order order = read(message.bytes());
                try {
                    write(message, order.pid(), handler.apply(order));
                } catch (RuntimeException failed) { // one bad order does not end the bridge
                    System.out.println("could not handle " + order + ": " + failed);
                    write(message, order.pid(), new Receipt(0, "cannot be handled"));
                }
                if (!queue.trySend(message, Duration.ofSeconds(5))) { // who ordered has ended, and the queue is full
                    System.out.println("no room to answer process " + order.pid());
                }
            }
        } catch (QueueRemovedException _) {
            // by the hook above: this program is to end
        }
    }

    // struct order { long type; int32_t pid; int32_t quantity; char item[32]; };
    private static Order read(ByteBuffer bytes) {
        byte[] item = new byte[ITEM_BYTES];
        bytes.get(8, item);
        int end = 0;
        while (end < item.length && item[end] != 0) {
            end++;
        }
        return new Order(bytes.getInt(0), bytes.getInt(4), new String(item, 0, end, UTF_8));
    }

    // struct receipt { long type; int64_t cents; char text[40]; };
    private static void write(MessageBuffer message, int pid, Receipt receipt) {
        byte[] text = Arrays.copyOf(receipt.text().getBytes(UTF_8), TEXT_BYTES);
        text[TEXT_BYTES - 1] = 0;
        message.type(pid).size(RECEIPT_BYTES);
        message.bytes().putLong(0, receipt.cents()).put(8, text);
    }
}
