package dev.letterbox.fuzz;

import dev.letterbox.testkit.WireVector;
import java.util.stream.Stream;

/** Inputs that a target begins with: messages of the exchanges in {@code docs/vectors}. */
public final class Seeds {
    private Seeds() {}

    /** Returns the bodies of what clients send. */
    public static Stream<byte[]> fromClients(String... files) {
        return messages(files).filter(WireVector.Message::fromClient).map(WireVector.Message::body);
    }

    /** Returns the bodies of what servers send. */
    public static Stream<byte[]> fromServers(String... files) {
        return messages(files).filter(message -> !message.fromClient()).map(WireVector.Message::body);
    }

    private static Stream<WireVector.Message> messages(String... files) {
        return Stream.of(files)
                .flatMap(file -> WireVector.read(file).stream())
                .flatMap(vector -> vector.messages().stream());
    }
}
