package dev.letterbox.cli.top;

import java.io.IOException;

/**
 * Is a key that was pressed.
 *
 * @param kind what sort of key
 * @param character what it writes; 0 for keys that write nothing
 */
record TopKey(Kind kind, char character) {
    /** Says what sort of key it is. */
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
        /** Ctrl-Z: stop, until the shell goes on with it. */
        SUSPEND,
        /** One that nobody asked for. */
        OTHER,
        /** There is no more keyboard. */
        HANG_UP
    }

    static TopKey of(Kind kind) {
        return new TopKey(kind, (char) 0);
    }

    static TopKey of(char character) {
        return new TopKey(Kind.CHARACTER, character);
    }

    /** Is what a terminal sends. */
    interface Source {
        /** Takes the next character, waiting for it; less than 0 where none comes any more. */
        int next() throws IOException;

        /** Looks at the next character, if it comes at once; less than 0 where it does not. */
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

    /** A key that writes nothing sends ESC and more at once; the key Escape sends ESC alone. */
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
