package dev.letterbox.cli.top;

import java.io.IOException;

/**
 * A key that was pressed.
 *
 * @param kind the kind of key
 * @param character its character; 0 for keys without one
 */
record TopKey(Kind kind, char character) {
    /** The kind of a key. */
    enum Kind {
        CHARACTER,
        ENTER,
        ESCAPE,
        BACKSPACE,
        UP,
        DOWN,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        REDRAW,
        /** Ctrl-Z: suspend, until the shell resumes the program. */
        SUSPEND,
        /** Any other key. */
        OTHER,
        /** The terminal has gone. */
        HANG_UP
    }

    static TopKey of(Kind kind) {
        return new TopKey(kind, (char) 0);
    }

    static TopKey of(char character) {
        return new TopKey(Kind.CHARACTER, character);
    }

    /** The characters that a terminal sends. */
    interface Source {
        /** Waits for the next character and takes it; negative at the end. */
        int next() throws IOException;

        /** Returns the next character if it arrives at once, without taking it; negative otherwise. */
        int peek() throws IOException;
    }

    static TopKey read(Source source) throws IOException {
        int first = source.next();
        return switch (first) {
            case '\r', '\n' -> of(Kind.ENTER);
            case 8, 127 -> of(Kind.BACKSPACE);
            case 'L' - '@' -> of(Kind.REDRAW);
            case 'Z' - '@' -> of(Kind.SUSPEND);
            case 27 -> escaped(source);
            default -> {
                if (first < 0) {
                    yield of(Kind.HANG_UP);
                }
                yield first < ' ' ? of(Kind.OTHER) : of((char) first);
            }
        };
    }

    /** A key without a character sends ESC and more at once; the key Escape sends only ESC. */
    private static TopKey escaped(Source source) throws IOException {
        int second = source.peek();
        if (second != '[' && second != 'O') {
            return of(Kind.ESCAPE);
        }
        source.next();
        StringBuilder number = new StringBuilder();
        int last = nextSoon(source);
        while ((last >= '0' && last <= '9') || last == ';') {
            number.append((char) last);
            last = nextSoon(source);
        }
        return of(
                switch (last) {
                    case 'A' -> Kind.UP;
                    case 'B' -> Kind.DOWN;
                    case 'H' -> Kind.HOME;
                    case 'F' -> Kind.END;
                    case '~' ->
                        switch (number.toString()) {
                            case "1", "7" -> Kind.HOME;
                            case "4", "8" -> Kind.END;
                            case "5" -> Kind.PAGE_UP;
                            case "6" -> Kind.PAGE_DOWN;
                            default -> Kind.OTHER;
                        };
                    default -> Kind.OTHER;
                });
    }

    private static int nextSoon(Source source) throws IOException {
        int character = source.peek();
        return character < 0 ? character : source.next();
    }
}
