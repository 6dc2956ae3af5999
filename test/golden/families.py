#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says which family of golden cases has no data, or no lit test, or data without cases.

Usage: families.py NUMERICS     Exit status 1 when anything is found.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    tests = pathlib.Path(sys.argv[1])
    cases = {path.stem for path in (HERE / "cases").glob("*.py")}
    data = {path.parent.name for path in (HERE / "data").glob("*/*.npz")}
    found = [f"{name}: cases/{name}.py, but no data: run make_ops.py {name}"
             for name in sorted(cases - data)]
    found += [f"{name}: data, but no cases/{name}.py" for name in sorted(data - cases)]
    for name in sorted(data):
        test = tests / f"{name}.test"
        if not test.exists() or f"--family {name}\n" not in test.read_text():
            found.append(f"{name}: {test.name} does not run `run_ops.py ... --family {name}`")
        second = tests / "SecondOrder" / f"{name}.test"
        if not second.exists() or f"--family {name}\n" not in second.read_text():
            found.append(f"{name}: {second.name} does not run `run_second.py ... --family {name}`")
    print("\n".join(found) or f"{len(data)} families")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
