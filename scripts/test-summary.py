#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds up the results of lit and GoogleTest and prints `N passed, N failed`.

Usage: test-summary.py RESULTS, a folder with lit.json (lit -o) and unit/*.json
(--gtest_output=json:). Tests that were not run are reported and count as neither. A
result file that cannot be read is one failure, as is a kind of test of which none
ran. Exit status 0 when nothing failed.
"""
import json
import pathlib
import sys

LIT_PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
LIT_NOT_RUN = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


class Tally:
    def __init__(self):
        self.passed, self.failed, self.not_run = 0, [], []

    def lit(self, path):
        for test in json.loads(path.read_text())["tests"]:
            if test["code"] in LIT_PASSED:
                self.passed += 1
            elif test["code"] in LIT_NOT_RUN:
                self.not_run.append(test["name"])
            else:  # FAIL, XPASS, TIMEOUT, UNRESOLVED and what may come
                self.failed.append(f"{test['name']} ({test['code']})")

    def unit(self, path):
        for suite in json.loads(path.read_text())["testsuites"]:
            for test in suite["testsuite"]:
                name = f"{path.stem}: {suite['name']}.{test['name']}"
                if test["status"] == "NOTRUN" or test["result"] == "SKIPPED":
                    self.not_run.append(name)
                elif test.get("failures"):
                    self.failed.append(name)
                else:
                    self.passed += 1


def main():
    results = pathlib.Path(sys.argv[1])
    total = Tally()
    for kind, paths, read in [("lit", [results / "lit.json"], total.lit),
                              ("unit", sorted((results / "unit").glob("*.json")), total.unit)]:
        before = total.passed + len(total.failed)
        for path in paths:
            try:
                read(path)
            except (OSError, ValueError, KeyError) as error:
                total.failed.append(f"{path}: no usable result ({error!r})")
        if total.passed + len(total.failed) == before:
            total.failed.append(f"no {kind} test ran")
    for name in total.not_run:
        print(f"not run: {name}")
    for name in total.failed:
        print(f"failed:  {name}")
    print(f"{total.passed} passed, {len(total.failed)} failed")
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main()
