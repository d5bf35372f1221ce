package dev.letterbox.bench.targets;

/** The least that a Java program can do. */
final class Hello {
    private Hello() {}

    /**
     * Greets.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.out.println("Hello, world");
    }
}
