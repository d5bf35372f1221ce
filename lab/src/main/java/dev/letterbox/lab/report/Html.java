package dev.letterbox.lab.report;

/** Text in HTML. */
final class Html {
    private Html() {}

    /** Escapes the characters that have a meaning in HTML. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
