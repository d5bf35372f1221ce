#!/usr/bin/env bash
# queue.delete with if-empty, and rabbitmqctl delete_queue --if-empty, delete a classic queue that is not empty: messages that a
# consumer has taken and not acknowledged do not count, although they go back to the queue if that consumer is lost. So they are lost.
# A quorum queue refuses the flag (540, which closes the connection).
# shellcheck source=findings/rabbitmq.sh
. "$(dirname "$0")/rabbitmq.sh"

work_off() {
  by=$1 amqp <<'PYTHON'
import os, subprocess, time, pika

def connect():
    return pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', int(os.environ['port'])))

publisher, consumer = connect(), connect()
channel, worker = publisher.channel(), consumer.channel()
channel.queue_declare('work', durable=True)
channel.confirm_delivery()
for _ in range(3):
    channel.basic_publish('', 'work', b'to do')
taken = []
worker.basic_consume('work', lambda *delivery: taken.append(delivery))
deadline = time.monotonic() + 30
while len(taken) < 3 and time.monotonic() < deadline:
    consumer.process_data_events(0.1)
if os.environ['by'] == 'client':
    channel.queue_delete('work', if_empty=True)
elif os.environ['by'] == 'administrator':
    subprocess.run(['bash', '-c', 'control delete_queue work --if-empty >"$work/out"'], check=True)
consumer.close()

def left():
    return channel.queue_declare('work', durable=True).method.message_count

while os.environ['by'] == 'nobody' and left() < 3 and time.monotonic() < deadline:
    time.sleep(0.1)
print('%d taken, %d left' % (len(taken), left()))
channel.queue_delete('work')
PYTHON
}

export -f control
export work
seen "a consumer takes three messages, and is lost" "3 taken, 3 left" "$(work_off nobody)"
seen "the queue is deleted with if-empty before that" "3 taken, 0 left" "$(work_off client)"
seen "the same by rabbitmqctl" "3 taken, 0 left" "$(work_off administrator)"
