# shellcheck shell=sh
# Finds a JDK for ./letterbox and ./check, which source this file. Nearly all of it runs inside the shell
# itself, because every start of ./letterbox waits for it.

jdk_least=25

# jdk_version HOME: sets version to a number that can be compared (25.0.1 is 25000001), 0 when HOME holds no JDK.
jdk_version() {
  version=0
  if [ ! -x "$1/bin/java" ] || [ ! -x "$1/bin/javac" ]; then
    return 0
  fi
  jdk_text=
  if [ -r "$1/release" ]; then
    while IFS='=' read -r jdk_name jdk_value; do
      if [ "$jdk_name" = JAVA_VERSION ]; then
        jdk_text=${jdk_value#\"}
        break
      fi
    done <"$1/release"
  fi
  if [ -z "$jdk_text" ]; then
    jdk_text=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p') || :
  fi
  jdk_text=${jdk_text%%[!0-9.]*} # 26-ea, 25.0.1"
  jdk_major=${jdk_text%%.*}
  jdk_text=${jdk_text#"$jdk_major"}
  jdk_text=${jdk_text#.}
  jdk_minor=${jdk_text%%.*}
  jdk_text=${jdk_text#"$jdk_minor"}
  jdk_text=${jdk_text#.}
  jdk_patch=${jdk_text%%.*}
  version=$((${jdk_major:-0} * 1000000 + ${jdk_minor:-0} * 1000 + ${jdk_patch:-0}))
}

# jdk_suits HOME: is it a JDK, and new enough?
jdk_suits() {
  jdk_version "$1"
  [ "$version" -ge $((jdk_least * 1000000)) ]
}

# jdk_of_home: sets jdk to JAVA_HOME, if that suits.
jdk_of_home() {
  jdk=${JAVA_HOME-}
  [ -n "$jdk" ] && jdk_suits "$jdk"
}

# jdk_elsewhere: sets jdk to the JDK of the PATH's java, else to the newest in the first of the usual folders that has one.
jdk_elsewhere() {
  if jdk_java=$(command -v java); then
    jdk=$(readlink -f -- "$jdk_java") || jdk=
    jdk=${jdk%/bin/java}
    if [ ! -e "$jdk/release" ]; then # a version manager's shim, or an odd JDK: java itself knows its home
      jdk=$("$jdk_java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || :
    fi
    if [ -n "$jdk" ] && jdk_suits "$jdk"; then
      return 0
    fi
  fi
  for jdk_folder in /usr/lib/jvm /opt "${HOME-}/.sdkman/candidates/java" "${HOME-}/.jdks"; do
    jdk=
    jdk_best=$((jdk_least * 1000000 - 1))
    for jdk_home in "$jdk_folder"/*; do
      jdk_version "$jdk_home"
      if [ "$version" -gt "$jdk_best" ]; then
        jdk_best=$version
        jdk=$jdk_home
      fi
    done
    if [ -n "$jdk" ]; then
      return 0
    fi
  done
  return 1
}

# find_jdk NAME: sets jdk; or says, in the name of NAME, what to install, and fails.
find_jdk() {
  if jdk_of_home || jdk_elsewhere; then
    return 0
  fi
  {
    printf '%s: no JDK %s or newer found.\n' "$1" "$jdk_least"
    if [ -n "${JAVA_HOME-}" ]; then
      jdk_version "$JAVA_HOME"
      case $version in
        0) printf '  JAVA_HOME is %s, where no JDK is.\n' "$JAVA_HOME" ;;
        *) printf '  JAVA_HOME is %s, a JDK %s.\n' "$JAVA_HOME" "$((version / 1000000))" ;;
      esac
    fi
    printf '  Looked at JAVA_HOME, at the java on the PATH, and in /usr/lib/jvm, /opt, ~/.sdkman and ~/.jdks.\n'
    printf '  Install one (Debian, Ubuntu: apt install openjdk-25-jdk-headless, or temurin-25-jdk from Adoptium;\n'
    printf '  Fedora: dnf install java-25-openjdk-devel), or set JAVA_HOME to where one is.\n'
  } >&2
  return 1
}

# prepare_maven NAME: lets Maven run on $jdk; or says, in the name of NAME, that there is none, and fails.
prepare_maven() {
  if ! command -v mvn >/dev/null; then
    printf '%s: Maven (mvn) is needed to build. Install it (Debian, Ubuntu: apt install maven).\n' "$1" >&2
    return 1
  fi
  JAVA_HOME=$jdk
  # Libraries inside Maven itself use what newer JDKs warn about.
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS-}"
  export JAVA_HOME MAVEN_OPTS
}

# lock_tree NAME FOLDER: waits until no other build is at work in FOLDER; the next one waits while file 9 is open.
lock_tree() {
  if command -v flock >/dev/null; then
    exec 9<"$2"
    if ! flock -n 9; then
      printf '%s: waiting for another build in this folder to end ...\n' "$1" >&2
      flock 9
    fi
  fi
}
