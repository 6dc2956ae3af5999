# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a page and compares what they print with the page.

A fenced block whose first line is a comment with the name of a file is that file. In a block
of `console` each line that begins with `$ ` is a command, and the lines up to the next one are
all that it prints. In a block of `console measured` the numbers may differ, and so may the order
of lines.

Usage: run-page.py PAGE FOLDER [--update]; with --update the page gets what its commands print.
"""
import os
import pathlib
import re
import subprocess
import sys


def blocks(page):
    return re.findall(r"^```(\w+(?: measured)?)\n(.*?)^```$", page, re.M | re.S)


def commands(text):
    """(command, expected output) of a console block."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def without_numbers(text):
    """The lines in one order, with N for what is measured: numbers that are no part of a word or place."""
    text = re.sub(r"(?<![\w:.-])-?\d+(\.\d+)?%?(?![\w:.]*[\w:])( [cm](?= ))?", "N", text)
    return sorted(" ".join(line.split()) for line in text.splitlines())


def main():
    page = pathlib.Path(sys.argv[1]).read_text()
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    count, wrong = 0, 0
    for language, text in blocks(page):
        first, _, rest = text.partition("\n")
        name = re.fullmatch(r"(?://|#) ([\w.-]+)", first)
        if name:
            (folder / name.group(1)).write_text(rest)
        if not language.startswith("console"):
            continue
        is_measured = language.endswith("measured")
        made = ""
        for command, expected in commands(text):
            written, command = command, re.sub("^python3 ", f"{sys.executable} ", command)
            done = subprocess.run(["bash", "-c", command], cwd=folder, text=True, env=os.environ,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            count += 1
            if "--update" in sys.argv:
                made += f"$ {written}\n{done.stdout}"
            elif is_measured and without_numbers(done.stdout) == without_numbers(expected):
                continue
            elif done.stdout != expected:
                wrong += 1
                print(f"$ {command}\nprints\n{done.stdout}expected\n{expected}")
        page = page.replace(f"```{language}\n{text}```", f"```{language}\n{made or text}```")
    if "--update" in sys.argv:
        pathlib.Path(sys.argv[1]).write_text(page)
    if wrong or not count:
        sys.exit(1)
    print(f"{count} commands print what the page says")


if __name__ == "__main__":
    main()
