package dev.letterbox.cli.output;

/** The importance of a text, which a terminal shows as a colour. */
public enum Style {
    /** Nothing to say. */
    PLAIN(""),
    /** Names a column or a part. */
    HEADING("1"),
    /** As it should be. */
    GOOD("32"),
    /** Worth a look. */
    WARNING("33"),
    /** Wrong. */
    BAD("31");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    public String paint(String text, boolean colours) {
        return colours && !code.isEmpty() && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
