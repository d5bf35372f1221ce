#!/usr/bin/env bash
# Spin's verifier exits 0 although it found an error: a script that trusts its exit status takes a refuted model for a proof.
. "$(dirname "$0")/lib.sh"
debian spin=6.5.2+dfsg-1

cd "$work"
cat >wrong.pml <<'PML'
active proctype main() { assert(1 == 2) }
PML
spin -a wrong.pml
gcc -w -o pan pan.c
status=0
./pan >pan.out || status=$?

seen "exit status of pan" 0 "$status"
seen "its output" "errors: 1" "$(grep -o 'errors: [0-9]*' pan.out)"
