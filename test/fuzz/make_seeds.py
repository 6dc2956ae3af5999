# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes what the fuzzers start from: make_seeds.py NAME FOLDER BIN FILE...

Few and small: of files one of each form that a reader knows; of programs those in the FILEs and what
the phases of BIN/dlc make of them.
"""

import gzip
import io
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib


def safetensors():
    """Of the model in test/unit/Runtime/TestModel.cpp. The first byte is the scope and the form: even, a
    header, a zero byte and the data; odd, the bytes of the file."""
    entries = [
        ("conv1.weight", "F32", [4, 3, 2, 2], 192),
        ("fc.weight", "BF16", [6, 4], 48),
        ("bn.running_mean", "F64", [5], 40),
        ("mask", "BOOL", [3], 3),
        ("adam.m.conv1.weight", "F32", [4, 3, 2, 2], 192),
        ("lr", "F32", [], 4),
        ("decay", "F64", [], 8),
        ("seed", "I64", [], 8),
        ("step_count", "I64", [], 8),
    ]

    def header(entries, metadata=None):
        table, begin = {}, 0
        if metadata is not None:
            table["__metadata__"] = metadata
        for name, dtype, shape, size in entries:
            table[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, begin + size]}
            begin += size
        return json.dumps(table).encode(), bytes(begin)

    for name, chosen, metadata in (
        ("all", entries, None),
        ("weights", entries[:4], None),
        ("reversed", entries[::-1], {"format": "pt"}),
        ("escapes", entries, {"\u20ac\U0001f600": '"\\\n'}),
    ):
        text, data = header(chosen, metadata)
        for scope in range(3):
            yield f"{name}{scope}", bytes([2 * scope]) + text + b"\0" + data
        yield f"{name}-file", b"\1" + struct.pack("<Q", len(text)) + text + data


def npy():
    """The first byte is the form: even, a header, a zero byte and the elements; odd, the bytes of the file."""
    for descr, size in (("<f4", 4), ("<f8", 8), ("|i1", 1), ("|u1", 1), ("<i4", 4), ("<i8", 8), ("|b1", 1)):
        for number, shape in enumerate(((), (3,), (2, 3), (0, 3))):
            count = 1
            for extent in shape:
                count *= extent
            text = str({"descr": descr, "fortran_order": False, "shape": shape}).encode()
            yield f"{descr[1:]}-{number}", b"\0" + text + b"\0" + bytes(size * count)
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
    yield "one", b"\1\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + bytes(8)
    yield "two", b"\1\x93NUMPY\2\0" + struct.pack("<I", len(text)) + text + bytes(8)


def npz():
    array = dict(npy())["one"][1:]
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        for wide in (False, True):
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w", method) as archive:
                for member in ("x_train.npy", "y.npy"):
                    # As numpy.savez does it.
                    with archive.open(member, "w", force_zip64=wide) as entry:
                        entry.write(array)
            yield f"{name}-{wide}", file.getvalue()


def csv():
    """The first byte is the separator."""
    yield "plain", b"\0a,b,c\n1,2.5,-3e4\r\n\n4,5,6"
    yield "quotes", b'\1"x;""y""\nz";2\n"";""\n'
    yield "mark", b"\2\xef\xbb\xbfa\tb\n1\t2"


def picture():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    for kind, channels in ((0, 1), (2, 3), (3, 1), (4, 2), (6, 4)):
        rows = b"".join(b"\0" + bytes(range(3 * channels)) for _ in range(2))
        palette = chunk(b"PLTE", bytes(range(30))) if kind == 3 else b""
        yield f"png{kind}", (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, kind, 0, 0, 0))
                            + palette + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    # A grey JPEG of 8 x 8 with tables of one code each.
    yield "jpeg", bytes.fromhex(
        "ffd8ffdb004300" + "01" * 64 + "ffc0000b080008000801011100"
        "ffc40014000100000000000000000000000000000000" "ffc40014100100000000000000000000000000000000"
        "ffda0008010100003f003fffd9")


def idx():
    for code, size in ((8, 1), (9, 1), (12, 4), (13, 4), (14, 8)):
        for shape in ((), (3,), (2, 3), (0, 9)):
            count = 1
            for extent in shape:
                count *= extent
            file = bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(size * count)
            yield f"{code}-{len(shape)}", file
    yield "gzip", gzip.compress(file, mtime=0)
    yield "gzip-parts", gzip.compress(file[:7], mtime=0) + gzip.compress(file[7:], mtime=0)


def schedule():
    yield "all", b"# a comment\nstep 1 lr=0.1\n\nepoch 3\tlr=1e-3 momentum=0.5 # another\r\nstep 1000000000 lr=0"
    yield "mark", b"\xef\xbb\xbfepoch 1 lr=0x1p-3"
    yield "wide", b"\xff\xfes\0"


def metadata():
    plateau = {"hparam": "lr", "metric": "eval_loss", "mode": "min", "best": "0.5", "bad_epochs": "2", "cooldown": "0"}
    values = {"plateau." + name: value for name, value in plateau.items()}
    for name, value in (
        ("none", {}),
        ("plateau", values),
        ("first", {**values, "plateau.best": "inf"}),
        ("totals", {"epoch.totals": "12 3 0.5 -1.0000000000000001e-05"}),
        ("both", {**values, "epoch.totals": "12 0 0 1", "format": "pt"}),
    ):
        yield name, json.dumps({"__metadata__": value}).encode()
    yield "entry", b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{}}'


def models_of(part):
    """The functions of a test of ops as models, one for each op: what leads to it and what it gives."""
    for head, body in re.findall(r"func\.func @\w+\(([^\n]*?)\)(?: ->[^\n]*)? \{\n(.*?)\n\}", part, re.S):
        before = []
        for line in body.split("\n"):
            line = line.strip()
            made = re.match(r"(%\w+) = (.*)", line)
            if not made:
                continue
            before.append("    " + line)
            kind = re.findall(r"tensor<[^>]*>", made[2])
            if kind and "dl." in line:
                yield "\n".join((
                    "dl.model @m {", f"  dl.step @s({head}) -> (y: {kind[-1]}) {{", *before,
                    f"    dl.return {made[1]} : {kind[-1]}", "  }", "}", ""))


def phases_of(program, dlc):
    """What each phase leaves of a program, at both levels of optimisation, behind a line that says which."""
    for level in ("-O0", "-O2"):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([dlc, "-", level, "--emit=llvm", "-o", f"{folder}/out.mlir", "--dump-phases",
                                   f"{folder}/phases"], input=program.encode(), capture_output=True, check=False)
            if done.returncode == 0:
                for file in sorted(pathlib.Path(folder, "phases").iterdir()):
                    phase = file.stem.split("-", 1)[1]
                    yield f"// from: {phase}\n{file.read_text()}"


def text():
    """Programs without their comments, since a mutant of a comment is none. What a program of 8 kB shows, a
    smaller one shows faster."""
    seen = set()

    def new(program):
        fresh = 0 < len(program) <= 8192 and program not in seen
        seen.add(program)
        return fresh

    for path in map(pathlib.Path, files):
        name = "_".join(path.parts)
        for number, part in enumerate(re.split(r"^// -----.*$|^//--- .*$", path.read_text(errors="replace"),
                                               flags=re.M)):
            program = re.sub(r"^\s*//.*\n?|\s+//.*", "", part, flags=re.M).strip("\n") + "\n"
            if "dl." not in program:
                continue
            whole = [program] if new(program) else []
            models, later = [], []
            if not path.name.endswith("-invalid.mlir"):
                models = [model for model in models_of(program) if new(model)]
            if "dl.step" in program and "-invalid" not in path.name and len(program) < 2048:
                later = [left for left in phases_of(program, f"{binaries}/dlc") if new(left)]
            for kind, programs in (("", whole), ("op", models), ("phase", later)):
                for index, seed in enumerate(programs):
                    yield f"{name}-{number}-{kind}{index}", seed.encode()


makers = {"Safetensors": safetensors, "Npy": npy, "Npz": npz, "Csv": csv, "Picture": picture, "Idx": idx, "Schedule": schedule, "Metadata": metadata, "Text": text}
name, folder, binaries, *files = sys.argv[1:]
for seed, content in makers[name]():
    (pathlib.Path(folder) / seed.lower()).write_bytes(content)
