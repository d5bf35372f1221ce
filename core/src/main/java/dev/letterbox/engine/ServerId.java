package dev.letterbox.engine;

/**
 * One of the servers that may share a well-known queue, as a client tells them apart.
 *
 * @param name what the engine calls it
 */
public record ServerId(String name) {
    /** The server of an engine that has only one. */
    public static final ServerId ONLY = new ServerId("");

    /** All servers at once, for a message about a request whose server is unknown. */
    public static final ServerId EACH = new ServerId("*");

    // Those that the compiler makes are linked at their first use: a tenth of what a short client takes in all.

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerId server && name.equals(server.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
