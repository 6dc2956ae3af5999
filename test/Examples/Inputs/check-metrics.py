# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the last row of a metrics.csv to bounds.

Usage: check-metrics.py FOLDER NAME<BOUND NAME>BOUND ...
"""
import csv
import re
import sys

with open(f"{sys.argv[1]}/metrics.csv", encoding="utf-8") as file:
    *_, row = csv.DictReader(file)
failed = False
for bound in sys.argv[2:]:
    name, sign, number = re.fullmatch(r"(\w+)([<>])([\d.]+)", bound).groups()
    value = float(row[name])
    holds = value < float(number) if sign == "<" else value > float(number)
    failed |= not holds
    print(f"{name} is {value:.4g}, expected {sign} {number}{'' if holds else ': WRONG'}")
sys.exit(int(failed))
