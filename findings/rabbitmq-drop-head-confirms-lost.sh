#!/usr/bin/env bash
# A queue with x-max-length-bytes drops what is too much from its head, also the message that has just come: one that is longer than the
# bound is gone at once, and its publisher gets a confirm, as for any other. Nothing comes back, even with the mandatory flag. A
# consumer that waits gets it all the same, so tests with an idle consumer do not show the loss.
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

publish() {
  consumer=$1 amqp <<'END'
import os
import time
import pika

def connect():
    return pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', int(os.environ['port'])))

publisher, consumer = connect(), connect()
channel, reader = publisher.channel(), consumer.channel()
channel.queue_declare('bounded', arguments={'x-max-length-bytes': 1000})
received = 0
def take(*_):
    global received
    received += 1
if os.environ['consumer'] == 'before':
    reader.basic_consume('bounded', take, auto_ack=True)
channel.confirm_delivery()
try:
    channel.basic_publish('', 'bounded', b'x' * 2000, mandatory=True)
    result = 'confirmed'
except (pika.exceptions.NackError, pika.exceptions.UnroutableError) as refused:
    result = type(refused).__name__
if os.environ['consumer'] == 'after':
    reader.basic_consume('bounded', take, auto_ack=True)
deadline = time.monotonic() + 2
while not received and time.monotonic() < deadline:
    consumer.process_data_events(0.1)
print('%s, %d received' % (result, received))
END
}

seen "a message of 2000 bytes to a queue bounded to 1000, read afterwards" "confirmed, 0 received" "$(publish after)"
seen "the same, with a consumer that waits" "confirmed, 1 received" "$(publish before)"
