#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks how source files begin, or makes them begin so (--fix).

C, C++, assembly and TableGen files have a banner of exactly 80 columns with the
name of the file, and the licence in the next line; C that begins with a block comment
has it in front of that, and scripts behind the line that names their interpreter. Programs
have it as the last line of their first comment.

    check-headers.py [--fix] FILE...
"""

import pathlib
import re
import sys

LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
COLUMNS = 80
SLASHES = {".c", ".h", ".cpp", ".S", ".td", ".inc", ".def"}
MARKERS = {".h": "C++", ".td": "tablegen"}


def banner(name, description, marker):
    """The first line; None if the description is too long for it."""
    begin = f"//===- {name} - {description} "
    end = f"-*- {marker} -*-===//" if marker else "-===//"
    room = COLUMNS - len(begin) - len(end)
    return begin + "-" * room + end if room >= 0 else None


def read_banner(lines):
    """Name, description and marker of a banner, and how many lines it takes.

    A formatter may have broken one that was too long into two."""
    for count in (1, 2):
        text = " ".join([lines[0]] + [line.removeprefix("//") for line in lines[1:count]])
        match = re.fullmatch(r"//===-+ (\S+) - (.*?)[- ]*(?:-?\*- *(.*?) *-\*-)?[- ]*=*//", text)
        if match:
            return *match.groups(), count
    return None


def wanted(path, lines):
    """The file's lines as they should be, or an error."""
    if lines[0].startswith("/*"):  # C that any compiler reads: no banner
        licence = f"/* {LICENCE} */"
        return [licence] + [line for line in lines if line != licence], None
    if path.suffix == ".mlir":
        licence = "// " + LICENCE
        rest = [line for line in lines if line != licence]
        end = next((i for i, line in enumerate(rest) if not line.startswith("//")), len(rest))
        return rest[:end] + [licence] + rest[end:], None
    if path.suffix not in SLASHES:
        at = 1 if lines and lines[0].startswith("#!") else 0
        licence = "# " + LICENCE
        rest = [line for line in lines[at:] if line != licence]
        return lines[:at] + [licence] + rest, None
    found = read_banner(lines)
    if not found:
        return None, "does not begin with //===- NAME - DESCRIPTION ---===//"
    _, description, marker, count = found
    marker = marker or MARKERS.get(path.suffix)
    first = banner(path.name, description, marker) or banner(path.name, description, None)
    if not first:
        return None, f"its description is too long for {COLUMNS} columns"
    licence = "// " + LICENCE
    rest = [line for line in lines[count:] if line != licence]
    return [first, licence] + rest, None


def main():
    fix = "--fix" in sys.argv[1:]
    status = 0
    for name in sys.argv[1:]:
        if name == "--fix":
            continue
        path = pathlib.Path(name)
        lines = path.read_text().split("\n")
        good, error = wanted(path, lines)
        if not error and good != lines:
            if fix:
                path.write_text("\n".join(good))
                continue
            at = next((i for i, (a, b) in enumerate(zip(lines, good)) if a != b), len(lines))
            error = f"line {at + 1} should be '{good[at]}'; scripts/format puts it there"
        if error:
            print(f"{name}: {error}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
