#!/usr/bin/env bash
# What one and the same declaration makes depends on the vhost: where its default queue type is quorum, a durable queue declared without
# x-queue-type is a quorum queue, with other rules for bounds, exclusive consumers and redelivery. No reply says so. An exclusive queue
# stays classic. A program that declares an older classic queue as it always did, without a type, is refused with 406.
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

control add_vhost plain
control add_vhost tuned --default-queue-type quorum
for vhost in plain tuned; do
  control set_permissions --vhost $vhost guest '.*' '.*' '.*'
done

declare_all() {
  vhost=$1 amqp <<'PYTHON'
import os, pika
connection = pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', int(os.environ['port']), os.environ['vhost']))
channel = connection.channel()
channel.queue_declare('durable', durable=True)
channel.queue_declare('exclusive', durable=True, exclusive=True)
channel.queue_declare('older', durable=True, arguments={'x-queue-type': 'classic'})
# Two exclusive consumers: refused on a classic queue.
channel.basic_consume('durable', lambda *_: None, exclusive=True)
try:
    channel.basic_consume('durable', lambda *_: None, exclusive=True)
    second = 'accepted'
except pika.exceptions.ChannelClosedByBroker as refused:
    second = 'refused with %d' % refused.reply_code
try:
    connection.channel().queue_declare('older', durable=True)
    older = 'accepted'
except pika.exceptions.ChannelClosedByBroker as refused:
    older = 'refused with %d' % refused.reply_code
print('second exclusive consumer of the durable queue: %s; declaring the older classic queue again: %s' % (second, older))
PYTHON
  control list_queues --vhost "$1" --no-table-headers name type | grep -v exclusive | sort | tr '\t\n' ' ;'
}

seen "a vhost as it comes" "second exclusive consumer of the durable queue: refused with 403; declaring the older classic queue again: accepted
durable classic;older classic;" "$(declare_all plain)"
seen "a vhost with --default-queue-type quorum" "second exclusive consumer of the durable queue: accepted; declaring the older classic queue again: refused with 406
durable quorum;older classic;" "$(declare_all tuned)"
