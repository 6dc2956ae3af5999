# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Copies a safetensors file with PREFIX in front of the name of every tensor.

Usage: prefix-names.py FILE PREFIX NEW
"""
import json
import pathlib
import struct
import sys

old, prefix, new = sys.argv[1:]
data = pathlib.Path(old).read_bytes()
(size,) = struct.unpack_from("<Q", data)
header = json.loads(data[8:8 + size])
renamed = {name if name == "__metadata__" else prefix + name: entry for name, entry in header.items()}
text = json.dumps(renamed).encode()
pathlib.Path(new).write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size:])
