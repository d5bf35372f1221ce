#!/usr/bin/env bash
# Java's Files.readString and readAllBytes return one byte of a number in /proc/sys: 32000 is read as 3. These files have
# length 0 and answer a second read with the end of the file; the JDK reads a file of length 0 by one byte first. There is no error.
# Files.readAllLines and FileInputStream.readAllBytes return the whole value.
. "$(dirname "$0")/lib.sh"

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -version 2>&1 | head -1
cat >"$work/Read.java" <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;

class Read {
    public static void main(String[] arguments) throws Exception {
        Path limit = Path.of("/proc/sys/kernel/msgmni");
        System.out.println(Files.readString(limit).strip() + " " + Files.readAllLines(limit).getFirst());
    }
}
JAVA
seen "cat" 32000 "$(cat /proc/sys/kernel/msgmni)"
seen "Files.readString, Files.readAllLines" "3 32000" "$("$java" "$work/Read.java")"
