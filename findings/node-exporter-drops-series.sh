#!/usr/bin/env bash
# Prometheus' node_exporter reads the metrics of several programs from text files. If two files give the same metric different HELP
# texts, or one of them gives none, the series of the second file are left out. node_textfile_scrape_error, which alerts watch, stays 0.
. "$(dirname "$0")/lib.sh"
debian prometheus-node-exporter=1.5.0-1+b6

exporter=
trap '[ -z "$exporter" ] || kill "$exporter" 2>/dev/null || :; rm -rf "$work"' EXIT
port=19100

# scrape FILE...: starts node_exporter with these files, and prints the series that it serves.
scrape() {
  rm -rf "$work/files"
  mkdir "$work/files"
  cp "$@" "$work/files"
  prometheus-node-exporter --collector.disable-defaults --collector.textfile --web.disable-exporter-metrics \
    --collector.textfile.directory="$work/files" --web.listen-address="127.0.0.1:$port" 2>"$work/log" &
  exporter=$!
  timeout 20 sh -c "until curl -sf http://127.0.0.1:$port/metrics >'$work/metrics'; do sleep 0.1; done"
  kill "$exporter"
  wait "$exporter" || :
  exporter=
  grep -E '^(jobs|node_textfile_scrape_error)' "$work/metrics" >"$work/served"
}

printf '# HELP jobs Jobs done.\njobs{of="a"} 1\n' >"$work/a.prom"
printf '# HELP jobs Jobs done.\njobs{of="b"} 2\n' >"$work/same.prom"
printf '# HELP jobs Jobs finished.\njobs{of="b"} 2\n' >"$work/worded.prom"
printf 'jobs{of="b"} 2\n' >"$work/bare.prom"

scrape "$work/a.prom" "$work/same.prom"
seen "the same HELP" "$(printf 'jobs{of="a"} 1\njobs{of="b"} 2\nnode_textfile_scrape_error 0')" "$(cat "$work/served")"
scrape "$work/a.prom" "$work/worded.prom"
seen "another HELP" "$(printf 'jobs{of="a"} 1\nnode_textfile_scrape_error 0')" "$(cat "$work/served")"
scrape "$work/a.prom" "$work/bare.prom"
seen "no HELP in the second" "$(printf 'jobs{of="a"} 1\nnode_textfile_scrape_error 0')" "$(cat "$work/served")"
