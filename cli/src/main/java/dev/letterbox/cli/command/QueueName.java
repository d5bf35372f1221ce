package dev.letterbox.cli.command;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.error.NoSuchQueueException;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The name of a queue on the command line: its id or its key. */
public sealed interface QueueName {
    /** What an argument that names queues is called. */
    String LABEL = "QUEUE";

    /** The forms of a name, for help texts. */
    String FORMS = "id, such as 5, or a key: 0x1aaaaaa1, ftok:PATH:ID or key:447392417";

    /** Reads any number of names. picocli itself would report a wrong one as an unmatched argument. */
    static List<QueueName> read(List<String> words, CommandLine command) {
        try {
            return words.stream().map(new Converter()::convert).toList();
        } catch (TypeConversionException wrong) {
            throw new ParameterException(command, String.valueOf(wrong.getMessage()));
        }
    }

    /** Opens the queue. For an id this does not check that the queue exists. */
    MessageQueue open();

    /** Returns the queue's id; empty if no queue has this key. An id is returned as it is. */
    OptionalInt id();

    /** A queue named by its id. */
    record Id(int number) implements QueueName {
        @Override
        public MessageQueue open() {
            return MessageQueue.ofId(number);
        }

        @Override
        public OptionalInt id() {
            return OptionalInt.of(number);
        }

        @Override
        public String toString() {
            return "queue " + number;
        }
    }

    /** A queue named by its key. */
    record ByKey(Key key) implements QueueName {
        @Override
        public MessageQueue open() {
            return MessageQueue.open(key);
        }

        @Override
        public OptionalInt id() {
            try (MessageQueue queue = open()) {
                return OptionalInt.of(queue.id());
            } catch (NoSuchQueueException none) {
                return OptionalInt.empty();
            }
        }

        @Override
        public String toString() {
            return "queue with key " + key;
        }
    }

    /** Reads a name. */
    final class Converter implements ITypeConverter<QueueName> {
        @Override
        public QueueName convert(String text) {
            if (text.matches("\\d{1,10}")) {
                long number = Long.parseLong(text);
                if (number <= Integer.MAX_VALUE) {
                    return new Id((int) number);
                }
                throw new TypeConversionException("'" + text
                        + "' is too large for a queue's id. To name a queue by its key, write key:" + text + ".");
            }
            boolean isKey = text.startsWith("0x") || text.startsWith("0X") || text.startsWith("ftok:");
            if (!isKey && !text.startsWith("key:")) {
                throw new TypeConversionException("'" + text + "' does not name a queue: write an " + FORMS + ".");
            }
            return new ByKey(new KeyOption.Converter().convert(text));
        }
    }
}
