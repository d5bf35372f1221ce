# shellcheck shell=sh
# For the tests of the examples.

# expect TEXT COMMAND...: the command succeeds, prints just this, and warns of nothing.
expect() {
  expected=$1
  shift
  said=$(mktemp)
  if ! printed=$("$@" 2>"$said") || [ "$printed" != "$expected" ] || grep -qi 'warning\|exception' "$said"; then
    printf 'Expected:\n%s\nPrinted:\n%s\nStandard error:\n' "$expected" "$printed" >&2
    cat "$said" >&2
    rm -f "$said"
    exit 1
  fi
  rm -f "$said"
}

# start LOG COMMAND...: in the background, as process $started; returns when a line of LOG begins with "ready".
start() {
  log=$1
  shift
  "$@" >"$log" 2>&1 &
  started=$!
  patience=1800
  until grep -q '^ready' "$log"; do
    if ! kill -0 "$started" 2>/dev/null || [ "$patience" -eq 0 ]; then
      echo "Not ready: $*" >&2
      cat "$log" >&2
      exit 1
    fi
    patience=$((patience - 1))
    sleep 0.1
  done
}

# stop PROCESS: asks it to end, and waits for it.
stop() {
  kill -TERM "$1"
  wait "$1" || [ $? -eq 143 ]
}

# no_queue KEY: nothing is left behind.
no_queue() {
  if ipcs --queues | grep -qi "^$1"; then
    echo "The queue $1 is left behind." >&2
    exit 1
  fi
}
