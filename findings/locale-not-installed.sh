#!/usr/bin/env bash
# A UTF-8 locale that is named but not installed is the C locale: LANG says UTF-8 and the C library says ASCII. Java then
# cannot name a file with a letter beyond ASCII. Slim images have C.UTF-8 and no other locale.
. "$(dirname "$0")/lib.sh"

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -version 2>&1 | head -1
cat >"$work/Name.java" <<'JAVA'
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

class Name {
    public static void main(String[] arguments) {
        try {
            System.out.println("named " + Path.of("/tmp/\u00fc").getNameCount());
        } catch (InvalidPathException e) {
            System.out.println(e.getReason());
        }
    }
}
JAVA
missing=tlh_KX.UTF-8
seen "LANG=C.UTF-8 locale charmap" UTF-8 "$(LC_ALL='' LANG=C.UTF-8 locale charmap)"
seen "LANG=$missing locale charmap" ANSI_X3.4-1968 "$(LC_ALL='' LANG=$missing locale charmap 2>/dev/null)"
seen "LANG=C.UTF-8 Java" "named 2" "$(LC_ALL='' LANG=C.UTF-8 "$java" "$work/Name.java")"
seen "LANG=$missing Java" "Malformed input or input contains unmappable characters" \
  "$(LC_ALL='' LANG=$missing "$java" "$work/Name.java" 2>/dev/null)"
