#!/usr/bin/env bash
# Python's sysv_ipc receives at most 2048 bytes from a queue that it opened with its defaults, whatever the kernel allows: a longer
# message is an error each time, and stays at the head of its queue. Pass max_message_size when the queue is opened.
. "$(dirname "$0")/lib.sh"
debian python3-sysv-ipc=1.0.0-2+b8

cat >"$work/receive.py" <<'PYTHON'
import sysv_ipc
made = sysv_ipc.MessageQueue(0x1234, sysv_ipc.IPC_CREX, max_message_size=8192)
made.send(b"x" * 3000)
queue = sysv_ipc.MessageQueue(0x1234)
for _ in range(2):
    try:
        queue.receive()
    except OSError as error:
        print(error.errno, end=" ")
print("messages left", queue.current_messages)
PYTHON
seen "two receives of 3000 bytes (errno 7 is E2BIG)" "7 7 messages left 1" \
  "$(PYTHONPATH=$root/usr/lib/python3/dist-packages /usr/bin/python3 "$work/receive.py")"
