#!/usr/bin/env bash
# collectd's plugin "ipc" reports the limit kernel.msgmni as the number of queues: the graph is a flat line at 32000, and no alarm on it
# can ever come. It takes msginfo.msgmni from MSG_INFO; how many queues exist is in msginfo.msgpool there (msgctl(2)).
. "$(dirname "$0")/lib.sh"
debian collectd-core=5.12.0-14 libltdl7=2.4.7-7~deb12u1

for _ in 1 2 3; do
  ipcmk -Q >/dev/null
done
cat >"$work/collectd.conf" <<END
BaseDir "$work/data"
PIDFile "$work/pid"
PluginDir "$root/usr/lib/collectd"
TypesDB "$root/usr/share/collectd/types.db"
Hostname "host"
Interval 1
LoadPlugin ipc
LoadPlugin csv
<Plugin csv>
  DataDir "$work/data"
</Plugin>
END
"$root/usr/sbin/collectd" -f -C "$work/collectd.conf" >"$work/log" 2>&1 &
collectd=$!
trap 'kill "$collectd" 2>/dev/null || :; rm -rf "$work"' EXIT
written() {
  cat "$work"/data/host/ipc-msg/count-queues-* 2>/dev/null | sed -n 's/^[0-9.]*,//p' | grep -v value
}
export -f written
export work
timeout 60 bash -c 'until written >/dev/null; do sleep 0.1; done'
kill -INT "$collectd"
wait "$collectd" || :
seen "queues in /proc/sysvipc/msg" 3 "$(($(wc -l </proc/sysvipc/msg) - 1))"
seen "queues as collectd writes them" 32000.000000 "$(written | head -n 1)"
