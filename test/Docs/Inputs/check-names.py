# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the names of ops and rules on a page to those that there are: check-names.py PAGE DLC DOCS"""
import csv
import io
import pathlib
import re
import subprocess
import sys


def main():
    page, dlc, docs = sys.argv[1:]
    text = pathlib.Path(page).read_text()
    table = subprocess.run([dlc, "--describe-ops"], check=True, capture_output=True, text=True).stdout
    ops = {f"dl.{row['op']}" for row in csv.DictReader(io.StringIO(table))}
    # Update rules have a heading each where they are described.
    known = {name for path in pathlib.Path(docs).rglob("*.md")
             for name in re.findall(r"^##+ `(#dl\.\w+)`$", path.read_text(), re.M)}
    named = set(re.findall(r"`(?:[^`]* )?(#?dl\.\w+)", text))
    for name in sorted(named - ops - known):
        print(f"there is no {name}")
    for name in sorted((ops | known) - named):
        print(f"{name} is not on the page")
    if named != ops | known:
        sys.exit(1)
    print(f"{len(ops)} ops and {len(known)} rules are named")


if __name__ == "__main__":
    main()
