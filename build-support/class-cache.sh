#!/bin/sh
# Writes the cache of classes: class-cache.sh JAVA-HOME FOLDER. Runs the program in FOLDER/lib once, and the JVM writes what
# it loaded and linked to FOLDER/letterbox.aot; the launcher's runs then start in half of the time. The build runs this, and
# so does the package when it is installed: the cache is for the very files that it was made from, and for their times.
set -eu

# Options about sharing or another collector there would exclude those below.
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
new=$2/letterbox.aot.$$
trap 'rm -f "$new" "$new.config" "$new.log"' EXIT
trap 'exit 1' HUP INT TERM
# The options are the launcher's. No profiles: from these the JVM would compile at once what a short run never gains from.
# No code: what the JVM keeps is for the processor that it runs on here, and it does not look whether it is on another one
# later. An image of a container that was made on a newer machine would crash (Java 25.0.3, AdapterBlob).
if ! "$1/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable -Xlog:all=error:stderr \
  -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:-AOTAdapterCaching -XX:-AOTStubCaching \
  -XX:AOTCacheOutput="$new" --module-path="$2/lib" \
  --enable-native-access=dev.letterbox.sysv,org.jline.terminal.ffm \
  --module dev.letterbox.cli/dev.letterbox.cli.Training >"$new.log" 2>&1 || [ ! -s "$new" ]; then
  cat "$new.log" >&2
  exit 1
fi
chmod 644 "$new"
mv -f "$new" "$2/letterbox.aot"
