#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds lit tests that look as if they checked something and do not.

FileCheck ignores what it does not know: a line with a misspelt suffix
(`CHECK-SMAE:`), without its colon, or with a prefix that no RUN line enables passes
silently. For each file under the given folders (those named Inputs excepted) this
reports

  - check lines in a file where no RUN line calls FileCheck on the file itself,
  - directives whose prefix no RUN line enables, or whose suffix does not exist,
  - directives without a colon,
  - prefixes that a RUN line enables and no line uses.

Usage: check-lit-tests.py FOLDER...     Exit status 1 when anything is found.
"""
import pathlib
import re
import sys

SUFFIX = re.compile(r"(NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+)$")
# The first word of a comment, where it is written as directives are.
WORD = re.compile(r"^\s*(?://+|#+|;+|\"?\"\"|REM)?\s*([A-Z][A-Z0-9_-]*)(\{LITERAL\})?(\s*:|\s|$)")
RUN = re.compile(r"\b(?:RUN|RE?DEFINE|DEFINE):(.*)")
LIT_WORDS = {"RUN", "REQUIRES", "UNSUPPORTED", "XFAIL", "ALLOW_RETRIES", "DEFINE", "REDEFINE",
             "END", "COM", "PDL", "NOTE", "SPDX-LICENSE-IDENTIFIER"}
TEXT_SUFFIXES = {".mlir", ".test", ".td", ".c", ".cpp", ".h", ".ll", ".py", ".txt", ".sh"}


def run_lines(lines):
    """The commands of RUN and DEFINE lines, continuations joined."""
    commands, open_line = [], ""
    for line in lines:
        match = RUN.search(line)
        if not match:
            continue
        text = open_line + match.group(1).strip()
        open_line = text[:-1] + " " if text.endswith("\\") else ""
        if not open_line:
            commands.append(text)
    return commands + ([open_line] if open_line else [])


def enabled_prefixes(commands):
    """The prefixes of every FileCheck that reads this file (%s, or a part of it under %t)."""
    prefixes, called = set(), False
    for command in commands:
        for call in re.split(r"\bFileCheck\b|%\{?FileCheck\}?", command)[1:]:
            words = re.split(r"\|\||&&|[|;>]", call)[0].replace("=", " ").split()
            own, file, index = [], None, 0
            while index < len(words):
                option = words[index].lstrip("-")
                if words[index].startswith("-"):
                    if option in ("check-prefix", "check-prefixes"):
                        own += words[index + 1].split(",")
                    if option in ("check-prefix", "check-prefixes", "input-file", "dump-input",
                                  "comment-prefixes", "implicit-check-not"):
                        index += 1
                elif option.startswith("%s") or option.startswith("%t"):
                    file = file or option
                elif file is None and not words[index].startswith("%{"):
                    file = option
                elif words[index].startswith("%{"):
                    file = file or "%s"
                index += 1
            if file is not None and re.match(r"%s$|%t|%\{", file):
                called = True
                prefixes |= set(own or ["CHECK"])
    return prefixes, called


def split_directive(word, prefixes):
    """(prefix, suffix) of a directive by the longest enabled prefix; prefix None if none fits."""
    for prefix in sorted(prefixes, key=len, reverse=True):
        if word == prefix:
            return prefix, ""
        if word.startswith(prefix + "-"):
            return prefix, word[len(prefix) + 1:]
    return None, ""


def check(path):
    lines = path.read_text(errors="replace").splitlines()
    commands = run_lines(lines)
    if not commands:
        return []
    prefixes, called = enabled_prefixes(commands)
    found, used = [], set()
    for number, line in enumerate(lines, 1):
        match = WORD.match(line)
        if not match:
            continue
        word, colon = match.group(1), match.group(3).strip() == ":"
        if word in LIT_WORDS:
            continue
        prefix, suffix = split_directive(word, prefixes)
        valid = prefix is not None and (not suffix or SUFFIX.match(suffix))
        where = f"{path}:{number}: "
        if colon and valid and match.group(3) == ":":
            used.add(prefix)
        elif colon and valid:
            found.append(f"{where}FileCheck wants the colon next to '{word}'")
        elif colon and prefix is not None:
            found.append(f"{where}'{word}:' has a suffix that FileCheck does not know")
        elif colon and not called:
            found.append(f"{where}'{word}:', but no RUN line calls FileCheck on this file")
        elif colon:
            found.append(f"{where}'{word}:', but no RUN line enables that prefix")
        elif valid and (suffix or line.lstrip()[:1] in "/#;"):
            found.append(f"{where}'{word}' without a colon checks nothing")
    for prefix in sorted(prefixes - used):
        found.append(f"{path}:1: a RUN line enables '{prefix}', and no line uses it")
    return found


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check-lit-tests.py FOLDER...")
    found, count = [], 0
    for folder in map(pathlib.Path, sys.argv[1:]):
        if not folder.is_dir():
            sys.exit(f"check-lit-tests.py: no folder {folder}")
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder).parts
            if path.suffix in TEXT_SUFFIXES and path.is_file() and "Inputs" not in inside:
                count += 1
                found += check(path)
    print("\n".join(found + [f"{count} files, {len(found)} findings"]))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
