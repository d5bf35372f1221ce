package dev.letterbox.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileEntry;
import dev.letterbox.testkit.WireVector;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/** What a client is to ask for, as its request in the vector has it, and what is to come of it. */
record WantedExchange(
        Optional<ClassicDialect> dialect,
        int operation,
        String name,
        long from,
        long count,
        Optional<Integer> prefix,
        String result) {
    static WantedExchange of(WireVector vector) {
        Map<String, byte[]> fields = new HashMap<>();
        vector.messages().stream()
                .filter(message -> message.fromClient() && message.kind().equalsIgnoreCase("request"))
                .flatMap(message -> message.fields().stream())
                .forEach(field -> fields.put(field.name(), field.bytes()));
        boolean classic = fields.size() < 5;
        int operation = classic ? 0 : fields.get("operation")[0];
        byte[] content = join(vector, "content");
        byte[] failure = join(vector, "text");
        return new WantedExchange(
                classic
                        ? Optional.of(ClassicDialect.valueOf(
                                vector.name().split(":", -1)[0].toUpperCase(Locale.ROOT)))
                        : Optional.empty(),
                operation,
                new String(fields.get("name"), UTF_8).replace("\0", ""),
                classic ? 0 : buffer(fields.get("from")).getLong(),
                classic ? Long.MAX_VALUE : buffer(fields.get("count at most")).getLong(),
                Optional.ofNullable(fields.get("CRC-32C of the prefix"))
                        .map(prefix -> buffer(prefix).getInt()),
                failure.length > 0
                        ? new String(failure, UTF_8).replace("\0", "")
                        : operation == 0 ? new String(content, UTF_8) : entries(content));
    }

    private static byte[] join(WireVector vector, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        vector.messages().stream()
                .filter(message -> !message.fromClient() && isForTheRequest(message))
                .flatMap(message -> message.fields().stream())
                .filter(field -> field.name().equals(name))
                .forEach(field -> bytes.writeBytes(field.bytes()));
        return bytes.toByteArray();
    }

    /** It has the id 1, or is of a classic dialect. */
    private static boolean isForTheRequest(WireVector.Message message) {
        return message.fields().stream()
                .filter(field -> field.name().equals("request id"))
                .allMatch(field -> buffer(field.bytes()).getLong() == 1);
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static String entries(byte[] bytes) {
        ByteBuffer rest = buffer(bytes);
        StringBuilder lines = new StringBuilder();
        while (rest.hasRemaining()) {
            byte[] name = new byte[rest.getShort()];
            int mode = rest.getInt();
            long size = rest.getLong();
            Instant modified = Instant.ofEpochSecond(rest.getLong(), rest.getInt());
            rest.get(name);
            lines.append(line(new FileEntry(new String(name, UTF_8), mode, size, modified)));
        }
        return lines.toString();
    }

    /** As the clients in C and Python write it. */
    static String line(FileEntry entry) {
        Instant modified = entry.modified();
        return "%06o %d %d.%09d %s%n"
                .formatted(entry.mode(), entry.size(), modified.getEpochSecond(), modified.getNano(), entry.name());
    }

    static int checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(UTF_8));
        return (int) checksum.getValue();
    }
}
