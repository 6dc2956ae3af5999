# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a text of random words, and says how well characters can be told without memory.

The words are few, so that what comes next follows from the characters since the last blank. Printed
are the losses of two models that have counted the text: of single characters, and of pairs.

Usage: make-words.py COUNT FILE
"""
import sys

import numpy


def entropy(counts):
    p = counts[counts > 0] / counts.sum()
    return -(p * numpy.log(p)).sum()


random = numpy.random.default_rng(0)
letters = list("abcdefgh")
words = ["".join(random.choice(letters, size)) for size in random.integers(4, 9, 16)]
text = " ".join(random.choice(words, int(sys.argv[1]))) + "\n"
open(sys.argv[2], "w", encoding="ascii").write(text)
data = numpy.frombuffer(text.encode(), "u1")
pairs = numpy.zeros((128, 128))
numpy.add.at(pairs, (data[:-1], data[1:]), 1)
single, pair = entropy(pairs.sum(axis=0)), entropy(pairs.reshape(-1)) - entropy(pairs.sum(axis=1))
print(f"characters {len(text)}, loss of single characters {single:.3f}, of pairs {pair:.3f}")
