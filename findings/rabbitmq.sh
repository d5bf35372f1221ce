# shellcheck shell=bash
# Sourced by the findings about RabbitMQ. Starts the installed broker (apt-get install rabbitmq-server=3.10.8-1.1+deb12u1; it need not run
# as a service) on loopback, in the temporary folder, and gives Python the client pika.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"
debian python3-pika=1.2.0-1

version=$(dpkg-query -W -f '${Version}' rabbitmq-server 2>/dev/null || :)
if [ "$version" != 3.10.8-1.1+deb12u1 ]; then
  echo "This finding needs Debian's rabbitmq-server 3.10.8-1.1+deb12u1, and found '$version'." >&2
  exit 3
fi
echo "packages: rabbitmq-server=$version"

port=$((20000 + RANDOM % 12000)) # below the ports that the kernel gives to connections
epmd -port $((port + 1)) -address 127.0.0.1 &
epmd=$!
broker=
disown "$epmd"
trap 'kill -KILL $broker $epmd 2>/dev/null || :; rm -rf "$work"' EXIT
printf '[].\n' >"$work/plugins"
: >"$work/rabbitmq.conf"
env -u LD_LIBRARY_PATH HOME="$work" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 1)) RABBITMQ_CONF_ENV_FILE=/dev/null \
  RABBITMQ_CONFIG_FILE="$work/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$work/plugins" RABBITMQ_NODENAME="finding$port@localhost" \
  RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$((port + 2)) RABBITMQ_MNESIA_BASE="$work/data" \
  RABBITMQ_LOG_BASE="$work/log" RABBITMQ_LOGS=- RABBITMQ_ALLOW_INPUT=1 \
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-noinput -kernel inet_dist_use_interface {127,0,0,1}" \
  /usr/lib/rabbitmq/bin/rabbitmq-server </dev/null >"$work/broker.log" 2>&1 &
broker=$!
disown "$broker"
for _ in $(seq 600); do
  grep -q 'Server startup complete' "$work/broker.log" && break
  kill -0 "$broker" || { cat "$work/broker.log" >&2; exit 3; }
  sleep 0.1
done

# amqp: runs a Python program on standard input; port is the broker's.
amqp() {
  PYTHONPATH=$root/usr/lib/python3/dist-packages port=$port /usr/bin/python3 -
}

# control: runs rabbitmqctl for this broker.
control() {
  env -u LD_LIBRARY_PATH HOME="$work" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 1)) RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_NODENAME="finding$port@localhost" /usr/lib/rabbitmq/bin/rabbitmqctl --quiet "$@"
}
