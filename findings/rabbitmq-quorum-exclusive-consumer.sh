#!/usr/bin/env bash
# An exclusive consumer on a quorum queue is not exclusive: the broker accepts the flag, and a second exclusive consumer too. On a
# classic queue the second one is refused with 403. Nothing tells the first that it is not alone.
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

for kind in classic quorum; do
  case $kind in
    classic) expected='second exclusive consumer: refused, 403' ;;
    quorum) expected='second exclusive consumer: accepted' ;;
  esac
  seen "$kind queue" "$expected" "$(
    kind=$kind amqp <<'PYTHON'
import os, pika
connection = pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', int(os.environ['port'])))
kind = os.environ['kind']
first, second = connection.channel(), connection.channel()
first.queue_declare(kind, durable=True, arguments={'x-queue-type': kind})
first.basic_consume(kind, lambda *_: None, exclusive=True)
try:
    second.basic_consume(kind, lambda *_: None, exclusive=True)
    print('second exclusive consumer: accepted')
except pika.exceptions.ChannelClosedByBroker as refused:
    print('second exclusive consumer: refused, %d' % refused.reply_code)
PYTHON
  )"
done
