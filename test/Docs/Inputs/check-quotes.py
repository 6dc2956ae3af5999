# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the blocks of a page that begin with a file's name are in that file.

Usage: check-quotes.py PAGE
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def quotes(page):
    """(path, text) of every fenced block whose first line is a comment with a path."""
    for block in re.findall(r"^```\w+\n(.*?)^```$", page, re.M | re.S):
        first, _, rest = block.partition("\n")
        name = re.fullmatch(r"(?://|#) (\S+/\S+)", first)
        if name:
            yield name.group(1), rest.rstrip("\n")


def main():
    found = list(quotes(pathlib.Path(sys.argv[1]).read_text()))
    wrong = [(path, text) for path, text in found if text not in (ROOT / path).read_text()]
    for path, text in wrong:
        print(f"{path} does not contain\n{text}")
    if wrong or not found:
        sys.exit(1)
    print(f"{len(found)} quotes hold")


if __name__ == "__main__":
    main()
