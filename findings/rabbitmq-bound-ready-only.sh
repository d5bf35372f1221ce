#!/usr/bin/env bash
# A queue's bound (x-max-length with reject-publish) counts only messages that no consumer has. One consumer with automatic
# acknowledgement that reads nothing takes every message off the queue, into the broker's and its own buffers: a queue bounded to 10
# accepts and confirms all of 2000.
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

fill() {
  consumer=$1 amqp <<'PYTHON'
import os, pika
parameters = pika.ConnectionParameters('127.0.0.1', int(os.environ['port']))
publisher = pika.BlockingConnection(parameters).channel()
name = 'bounded-' + os.environ['consumer']
publisher.queue_declare(name, arguments={'x-max-length': 10, 'x-overflow': 'reject-publish'})
if os.environ['consumer'] == 'one':
    consumer = pika.BlockingConnection(parameters)
    consumer.channel().basic_consume(name, lambda *_: None, auto_ack=True)  # and never reads
publisher.confirm_delivery()
confirmed = refused = 0
for _ in range(2000):
    try:
        publisher.basic_publish('', name, b'x' * 1000)
        confirmed += 1
    except pika.exceptions.NackError:
        refused += 1
print('%d confirmed, %d refused' % (confirmed, refused))
PYTHON
}

seen "2000 messages to a queue bounded to 10, no consumer" "10 confirmed, 1990 refused" "$(fill none)"
seen "the same, with a consumer that reads nothing" "2000 confirmed, 0 refused" "$(fill one)"
