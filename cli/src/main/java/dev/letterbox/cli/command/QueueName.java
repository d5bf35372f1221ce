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

/** Names a queue on the command line, by its id or by its key. */
public sealed interface QueueName {
    /** Explains the forms, for help texts. */
    String FORMS = "id, as in 5, or key: 0x1aaaaaa1, ftok:PATH:ID, key:447392417";

    /** Reads names, of which there may be none: picocli takes a wrong one among such for an argument too many. */
    static List<QueueName> read(List<String> words, CommandLine command) {
        try {
            return words.stream().map(new Converter()::convert).toList();
        } catch (TypeConversionException wrong) {
            throw new ParameterException(command, String.valueOf(wrong.getMessage()));
        }
    }

    /** Opens the queue. That it exists is certain only for a key. */
    MessageQueue open();

    /** Finds the queue's id; empty where there is no such queue. For an id, it is the id. */
    OptionalInt id();

    /** Names a queue by its id. */
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

    /** Names a queue by its key. */
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
                throw new TypeConversionException(
                        "'" + text + "' is no queue's id: ids have 31 bits. A key is written key:" + text + ".");
            }
            boolean isKey = text.startsWith("0x") || text.startsWith("0X") || text.startsWith("ftok:");
            if (!isKey && !text.startsWith("key:")) {
                throw new TypeConversionException("'" + text + "' is no queue: write an " + FORMS + ".");
            }
            return new ByKey(new KeyOption.Converter().convert(isKey ? text : text.substring("key:".length())));
        }
    }
}
