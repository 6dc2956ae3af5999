# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Strings of a small grammar, and how many of made ones belong to it.

  grammar.py make FILE COUNT   strings by chance, a row of 12 symbols each
  grammar.py check FILE        prints some of them, and how many are valid and different

    S -> x | S + S | S - S | S * S | S / S

(Kusner and Hernandez-Lobato, 2016). Symbols are numbers, places in SYMBOLS; a shorter string is
filled up with blanks.
"""
import random
import re
import sys

import numpy

SYMBOLS = " x+-*/"
LENGTH = 12


def derive(chance, leaves):
    """A string with so many x that S derives."""
    if leaves == 1:
        return "x"
    left = chance.randrange(1, leaves)
    return derive(chance, left) + chance.choice("+-*/") + derive(chance, leaves - left)


def make(count):
    """All lengths are as frequent."""
    chance = random.Random(0)
    strings = [derive(chance, chance.randint(1, LENGTH // 2)).ljust(LENGTH) for _ in range(count)]
    return numpy.array([[SYMBOLS.index(symbol) for symbol in string] for string in strings], "int32")


def check(rows):
    strings = ["".join(SYMBOLS[symbol] for symbol in row) for row in rows]
    valid = [string for string in strings if re.fullmatch(r"x([-+*/]x)* *", string)]
    for string in strings[:8]:
        print(repr(string))
    lengths = {len(string.rstrip()) for string in valid}
    print(f"{100 * len(valid) / len(strings):.1f} % of {len(strings)} strings are valid, {len(set(valid))} "
          f"different ones of {len(lengths)} lengths")


command, file, *rest = sys.argv[1:]
if command == "make":
    numpy.save(file, make(int(*rest)))
else:
    check(numpy.load(file))
