# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exit status 0 when two files hold the same f32 numbers, up to rounding."""
import struct
import sys


def numbers(path):
    raw = open(path, "rb").read()
    if path.endswith(".npy"):
        raw = raw[10 + struct.unpack_from("<H", raw, 8)[0]:]
        return struct.unpack(f"<{len(raw) // 4}f", raw)
    import json
    (length,) = struct.unpack_from("<Q", raw)
    header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
    values = []
    for name in sorted(header):
        if header[name].get("dtype") == "F32":
            begin, end = header[name]["data_offsets"]
            values += struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])
    return values


first, second = (numbers(path) for path in sys.argv[1:3])
assert first and len(first) == len(second), (len(first), len(second))
difference = max(abs(a - b) for a, b in zip(first, second))
print(difference)
sys.exit(not difference <= 1e-5 * max(map(abs, second)))
