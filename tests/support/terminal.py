"""Runs a program in a terminal of its own, whose keys and plug are on the standard input.

    python3 terminal.py program arguments...

Lines of the standard input: `interrupt` presses Ctrl-C, `yes` and `no` answer a question, `hangup`
closes the terminal. What the program shows goes to the standard output, and last how it ended: `ENDED <exit code>`.
"""

import os
import pty
import select
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
sources = [terminal, 0]
while terminal in sources:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        keys = os.read(0, 4096)
        if b"interrupt" in keys:
            os.write(terminal, b"\x03")
        if b"yes" in keys:
            os.write(terminal, b"y\n")
        if b"no" in keys:
            os.write(terminal, b"n\n")
        if b"hangup" in keys:
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
