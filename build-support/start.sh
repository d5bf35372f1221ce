# shellcheck shell=sh
# Becomes Java and runs the command line: sourced by ./letterbox and by the launcher of the package, with their arguments.
# jdk is the folder of the Java to run on, and out the one with lib (the jars) and the cache of classes.
# shellcheck disable=SC2154 # both are set by whoever sources this

# The number of a descriptor that is closed would be given to the first file that Java opens: "<&-" would read the JDK's own
# classes. So it is opened the wrong way round: to read it, or to write to it, fails with EBADF as before.
{ true 9<&0; } 2>/dev/null || exec 0>/dev/null
{ true 9>&1; } 2>/dev/null || exec 1</dev/null
{ true 9>&2; } || exec 2</dev/null # a complaint about it has nowhere to go

# Java does not start in a directory that was removed, and says so in its own words.
if [ ! -d "${PWD-}" ] && [ -z "$(pwd -P 2>/dev/null)" ]; then
  echo "letterbox: the working directory was removed: change to another one." >&2
  exit 1
fi

# Java reads file names by the locale, and where that is not UTF-8, what is not ASCII is lost. A locale that is named
# and not installed is C's: so the C library is asked, not the name.
case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
  C.UTF-8) ;;
  '' | C | POSIX) export LC_ALL=C.UTF-8 ;;
  *) [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8 ;;
esac

# Short runs end before the second compiler tier would pay, and the first one for what runs less than a thousand times;
# and before anybody looks at their counters with jstat, whose file takes a moment to make. A server is there to stay; its
# heap is small and grows when it must, since what it needs memory for is its clients' messages, and those are not on the
# heap. What its compilers are done with goes back to the system, and so does, with a collection, what the heap has grown by,
# the whole of it: by default, a collection of a heap that has grown leaves garbage in place, up to a twentieth of that heap.
# Its threads share one arena of malloc. By default there are eight for each processor, and each keeps the free memory at its
# end and between what is in use: after a burst more than 15 MiB in all. One arena keeps no more than was there before.
options='-XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=4 -XX:-UsePerfData'
for word; do
  case $word in
    -*) ;;
    serve)
      options='-Xms4m -Xmn1m -Xmx512m -Xss512k -XX:TrimNativeHeapInterval=5000'
      options="$options -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps -XX:MarkSweepDeadRatio=0"
      export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
      break
      ;;
    *) break ;;
  esac
done

# Java refuses to start with two garbage collectors, or with a cache of classes and an option about sharing. The
# environment may have such an option, and then it counts.
environment="${JAVA_TOOL_OPTIONS-} ${JDK_JAVA_OPTIONS-} ${_JAVA_OPTIONS-}"
case $environment in
  *-XX:+Use*GC*) ;;
  *) options="-XX:+UseSerialGC $options" ;;
esac
# Compares the texts in 8 and 9, within the shell: where the PATH leads to no program, there is no cmp. Finds the version too.
release_version=
same_release() {
  while IFS= read -r same_line <&8; do
    IFS= read -r same_other <&9 && [ "$same_line" = "$same_other" ] || return 1
    case $same_line in
      JAVA_VERSION=*) release_version=${same_line#*=} ;;
    esac
  done
  ! IFS= read -r same_other <&9
}
# A cache that the JDK refuses costs more than none: it is for the build of the JDK that wrote it, whose "release" lies
# beside it.
cache=
case $environment in
  *-Xshare:* | *-XX:SharedArchiveFile=* | *-XX:SharedClassListFile=* | *-XX:DumpLoadedClassList=*) ;;
  *)
    if [ -r "$out/letterbox.aot" ] && [ -r "$out/release" ] && [ -r "$jdk/release" ] \
      && same_release 8<"$out/release" 9<"$jdk/release"; then
      cache=-XX:AOTCache=$out/letterbox.aot
      # No profiles are in it. By default, each class that is initialized wakes a thread that looks for its profiles; other
      # versions may not know the option.
      case $release_version in
        '"25'*) options="-XX:+UnlockDiagnosticVMOptions -XX:-AOTReplayTraining $options" ;;
      esac
    fi
    ;;
esac

# shellcheck disable=SC2086 # each option is a word
# A thread dump (QUIT) is for people: on standard output it would be in the middle of a file.
exec "$jdk/bin/java" ${cache:+"$cache"} -Xlog:disable -XX:+DisplayVMOutputToStderr $options \
  --module-path "$out/lib" --enable-native-access=dev.letterbox.sysv,org.jline.terminal.ffm \
  --module dev.letterbox.cli/dev.letterbox.cli.Main "$@"
