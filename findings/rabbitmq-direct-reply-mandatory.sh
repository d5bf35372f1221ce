#!/usr/bin/env bash
# A reply to amq.rabbitmq.reply-to that is published with the mandatory flag is delivered and returned to its sender as undeliverable
# (312 NO_ROUTE), both. So a server cannot learn by the flag whether its client is still there: it hears "gone" of all.
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

seen "replies delivered to the client, replies returned to the server" "3 3" "$(
  amqp <<'END'
import os
import time
import pika

def connect():
    return pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', int(os.environ['port'])))

client, server = connect(), connect()
asking, answering = client.channel(), server.channel()
answering.queue_declare('requests')
answering.confirm_delivery()
delivered = returned = 0
def take(*_):
    global delivered
    delivered += 1
asking.basic_consume('amq.rabbitmq.reply-to', take, auto_ack=True)
for _ in range(3):
    asking.basic_publish('', 'requests', b'?', pika.BasicProperties(reply_to='amq.rabbitmq.reply-to'))
for _ in range(3):
    _, properties, _ = next(answering.consume('requests', auto_ack=True, inactivity_timeout=10))
    try:
        answering.basic_publish('', properties.reply_to, b'!', mandatory=True)
    except pika.exceptions.UnroutableError:
        returned += 1
deadline = time.monotonic() + 10
while delivered < 3 and time.monotonic() < deadline:
    client.process_data_events(0.1)
print(delivered, returned)
client.close()
server.close()
END
)"
