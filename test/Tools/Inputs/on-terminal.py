# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command on a terminal of 100 columns and prints what it writes there, a line for each that it rewrites.

Usage: on-terminal.py COMMAND ...
"""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
text = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # its other end is closed
        break
    if not part:
        break
    text += part
print(text.decode().replace("\r", "\n").replace("\x1b[K", ""))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
