#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the tables of test/unit/Training/PlateauTest.cpp, by PyTorch's ReduceLROnPlateau.

    plateau_rates.py            a line an option string: the rates after each metric
    plateau_rates.py --check    says which of them PlateauTest.cpp does not have

Needs torch.
"""
import argparse
import pathlib
import re
import sys

import torch

TEST = pathlib.Path(__file__).resolve().parents[1] / "unit" / "Training" / "PlateauTest.cpp"
# As in the test.
METRICS = [1.0, 0.5, 0.49999, 0.499, 0.499, 0.51, 0.6, 0.4, 0.39999, 0.39998,
           0.39999, 0.4, 0.41, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
OPTIONS = [
    "patience=2,factor=0.5",
    "patience=1,factor=0.3,cooldown=2,min_lr=0.01",
    "patience=1,threshold_mode=abs,threshold=0.001",
    "mode=max,patience=1,factor=0.5",
    "mode=max,threshold_mode=abs,threshold=0.05,patience=0,factor=0.5,min_lr=0.2",
]
# Tables that the test computes.
COMPUTED = {
    OPTIONS[3]: [2.0 ** -(i // 2) for i in range(20)],
    OPTIONS[4]: [1, 0.5, 0.25] + 17 * [0.2],
}


def value(text):
    return int(text) if text.isdigit() else text if text.isalpha() else float(text)


def rates(options, metrics=METRICS):
    """Of a rate of 1, after each metric."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    given = dict(option.split("=") for option in options.split(","))
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, **{name: value(text) for name, text in given.items()})
    seen = []
    for metric in metrics:
        scheduler.step(metric)
        seen.append(optimizer.param_groups[0]["lr"])
    return seen


def tables():
    """What the test expects for each option string, and the metrics that it uses."""
    text = TEST.read_text()
    numbers = lambda found: [float(number) for number in found.split(",")]  # noqa: E731
    expected = {}
    for call, table in re.findall(r'rates\(((?:\s*"[^"]*")+)\)(.*?);', text, re.S):
        options = "".join(re.findall(r'"([^"]*)"', call))
        listed = re.search(r"vector<double>\{(.*?)\}", table, re.S)
        expected[options] = numbers(listed[1]) if listed else COMPUTED.get(options)
    return expected, numbers(re.search(r"metrics\{(.*?)\}", text, re.S)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        for options in OPTIONS:
            print(f"{options}: {', '.join(repr(rate) for rate in rates(options))}")
        return
    expected, metrics = tables()
    wrong = [options for options in sorted(set(OPTIONS) | set(expected))
             if expected.get(options) != rates(options)]
    if metrics != METRICS:
        wrong.append("the metrics")
    print(f"{len(expected)} tables, not as PyTorch has them: {', '.join(wrong) or 'none'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
