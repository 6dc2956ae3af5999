# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that a page has a row of a table for every member of a struct, and for nothing else.

Usage: check-members.py HEADER STRUCT PAGE
"""
import pathlib
import re
import sys

header, struct, page = sys.argv[1:]
body = re.search(rf"^struct {struct} {{\n(.*?)^}};", pathlib.Path(header).read_text(), re.M | re.S).group(1)
body = re.sub(r"//.*", "", body)
members = []
for declaration in filter(str.strip, body.split(";")):
    # A pointer to a function, or the last word; a member function is none.
    pointer = re.search(r"\(\*(\w+)\)", declaration)
    if pointer:
        members.append(pointer.group(1))
    elif "(" not in declaration:
        members.append(re.search(r"(\w+)\s*$", declaration).group(1))
rows = re.findall(r"^\| `(\w+)` \|", pathlib.Path(page).read_text(), re.M)
for name in members:
    if name not in rows:
        sys.exit(f"{struct}::{name} has no row")
for name in rows:
    if name not in members:
        sys.exit(f"{struct} has no member {name}")
print(f"{len(members)} members of {struct}")
