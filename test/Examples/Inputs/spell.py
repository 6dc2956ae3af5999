# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives the trained lstm.mlir the beginning of each word, a character a call with the state that the call
before left, and counts the words that it goes on with rightly.

Usage: spell.py FOLDER TEXT
"""
import pathlib
import subprocess
import sys

import numpy

folder = pathlib.Path(sys.argv[1])
words = sorted(set(pathlib.Path(sys.argv[2]).read_text(encoding="ascii").split()))
begin, total, right = 4, 0, 0
lines, expected = [], []
numpy.save(folder / "zeros.npy", numpy.zeros((1, 1, 128), "f4"))
for number, word in enumerate(words):
    if len(word) == begin or sum(other.startswith(word[:begin]) for other in words) > 1:
        continue
    state = "--input h=zeros.npy --input c=zeros.npy"
    for at, letter in enumerate(" " + word[:begin]):
        numpy.save(folder / f"letter-{letter}.npy", numpy.array([[ord(letter)]], "u1"))
        lines.append(f"--step next --input 'text=letter-{letter}.npy' {state} "
                     f"--output logits={number}.npy --output hn=h.npy --output cn=c.npy")
        state = "--input h=h.npy --input c=c.npy"
    expected.append((number, word))
(folder / "spell.txt").write_text("\n".join(f"{line} --params runs/lstm/model.safetensors" for line in lines))
subprocess.run(["dlc-run", "examples/lstm.mlir", "--calls", "spell.txt"], cwd=folder, check=True)
for number, word in expected:
    guess = chr(numpy.load(folder / f"{number}.npy").argmax())
    print(f"{word[:begin]} {guess}, expected {word[begin]}")
    right += guess == word[begin]
if right < len(expected) - 1 or len(expected) < 8:
    sys.exit(f"{right} of {len(expected)} words are spelt right")
