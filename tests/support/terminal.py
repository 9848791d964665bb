"""Runs a program in a terminal of its own, whose keys and plug are on the standard input.

    python3 terminal.py program arguments...

Lines of the standard input: `interrupt` presses Ctrl-C, `terminate` sends SIGTERM, `yes` and `no` answer a question, `keys` is
followed by a JSON text that is typed, `hangup` closes the terminal. What the program shows goes to
the standard output, and last how it ended: `ENDED <exit code>`. The terminal has 24 lines of
TERMINAL_COLUMNS columns, where that is set.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    columns = int(os.environ.get("TERMINAL_COLUMNS", "0"))
    if columns > 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])


def press(line):
    if line == b"interrupt":
        os.write(terminal, b"\x03")
    elif line == b"terminate":
        os.kill(pid, signal.SIGTERM)
    elif line == b"yes":
        os.write(terminal, b"y\n")
    elif line == b"no":
        os.write(terminal, b"n\n")
    elif line.startswith(b"keys "):
        os.write(terminal, json.loads(line[5:]).encode())


sources = [terminal, 0]
unread = b""
while terminal in sources:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        keys = os.read(0, 4096)
        *lines, unread = (unread + keys).split(b"\n")
        for line in lines:
            press(line)
        if b"hangup" in lines:
            os.close(terminal)
            break
        if not keys:
            sources.remove(0)
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux says so when the last program has closed it.
            shown = b""
        if not shown:
            break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
os.write(1, b"ENDED %d\n" % os.waitstatus_to_exitcode(status))
