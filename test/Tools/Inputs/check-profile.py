# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks files that dlc-run --profile wrote.

Usage: check-profile.py FILE.json STEP [runs=N] [threads=N] [batch=N] [loop=N]
                        [derivations=N] [graph=FILE.dot]
       check-profile.py FILE.csv
       check-profile.py PLAIN.ll MEASURED.ll

loop: a kernel is called as often in each run. graph: operations and bytes are those in the list
of kernels of a picture of the step. Of two programs in LLVM IR the kernels have to be equal.
"""
import csv
import json
import pathlib
import re
import sys

UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}


def require(holds, message):
    if not holds:
        sys.exit(f"{sys.argv[1:]}: {message}")


def is_near(a, b):
    return abs(a - b) <= 1e-6 + 1e-6 * max(abs(a), abs(b))


def check_kernel(kernel, threads):
    name = kernel["kernel"]
    require(kernel["calls"] > 0, f"{name} is listed and never called")
    for times in kernel["worker_ms"], kernel["worker_wait_ms"]:
        require(len(times) == threads and min(times) >= 0, f"{name}: times {times}")
    mean = sum(kernel["worker_ms"]) / threads
    require(is_near(mean, kernel["ms"]), f"{name}: {kernel['ms']} ms, workers {mean}")
    seconds = mean / 1e3 / kernel["calls"]
    for amount, rate in ("flops", "gflops"), ("bytes", "gbytes"):
        if kernel[rate] is not None:
            require(is_near(kernel[rate] * 1e9 * seconds / kernel[amount], 1), f"{name}: {rate}")
    for op in kernel["ops"]:
        require(re.fullmatch(r"[\w-]+\.mlir:\d+:\d+( from [\w-]+\.mlir:\d+:\d+)*", op["place"])
                and op["part"] in ("forward", "gradient", "update"), f"{name}: {op}")


def check_step(step, threads):
    """Everything that worker 0 did is all of the step."""
    kernels = step["kernels"]
    known = step["worker_end_wait_ms"][0] + sum(
        kernel["worker_ms"][0] + kernel["worker_wait_ms"][0] for kernel in kernels)
    require(is_near(known, step["ms"]), f"worker 0 spent {known} ms of {step['ms']}")
    times = [kernel["ms"] for kernel in kernels]
    require(times == sorted(times, reverse=True), "the longest kernel is not the first")
    for kernel in kernels:
        check_kernel(kernel, threads)


def amount(text, unit):
    found = re.search(rf"([\d.]+) (\w?){unit}\b", text)
    return float(found.group(1)) * UNITS[found.group(2)] if found else 0


def check_graph(step, path):
    rows = re.findall(r'align="left">(kernel_\d+)(?:, \d+ calls)?</td><td align="left">([^<]*)<',
                      pathlib.Path(path).read_text())
    require(rows, f"{path} lists no kernels")
    for name, costs in rows:
        called = [kernel for kernel in step["kernels"] if kernel["kernel"] == name]
        require(called, f"{name} of the picture is not measured")
        for field, unit in ("flops", "FLOP"), ("bytes", "B"):
            total = sum(kernel[field] * kernel["calls"] for kernel in called)
            drawn = amount(costs, unit)
            require(abs(total - drawn) <= 0.006 * drawn + 0.5, f"{name}: {total} {unit}, drawn {costs}")


def check_json(path, name, wanted):
    report = json.loads(pathlib.Path(path).read_text())
    require(report["format"] == 1, "format")
    require(all(value > 0 for value in report["peak"].values()), f"peak {report['peak']}")
    threads = report["threads"]
    require(threads == int(wanted.get("threads", threads)), f"{threads} threads")
    for step in report["steps"]:
        check_step(step, threads)
    derived = [step for step in report["steps"] if step["derivation"]]
    require(len(derived) == int(wanted.get("derivations", len(derived))), "derivations")
    require(all(step["runs"] == 1 for step in derived), "a derivation ran more than once")
    found = [step for step in report["steps"] if step["step"] == name]
    require(len(found) == 1, f"{len(found)} steps {name}")
    step = found[0]
    for field in "runs", "batch":
        require(step[field] == int(wanted.get(field, step[field])), f"{step[field]} {field}")
    require(any(op["name"] for kernel in step["kernels"] for op in kernel["ops"]), "no ops")
    if "loop" in wanted:
        counts = [kernel["calls"] for kernel in step["kernels"]]
        require(int(wanted["loop"]) in counts, f"calls {counts}")
    if "graph" in wanted:
        check_graph(step, wanted["graph"])


def check_csv(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    require(rows and not any(None in row or None in row.values() for row in rows), "fields")
    for step in {row["step"] for row in rows}:
        own = [row for row in rows if row["step"] == step]
        whole = [row for row in own if not row["kernel"]]
        require(len(whole) == 1 and whole[0] is own[-1], f"{step}: the whole step")
        times = [float(row["ms"]) for row in own[:-1]]
        require(times == sorted(times, reverse=True), f"{step}: order")


def kernels(path):
    functions = re.findall(r"^define internal [\w ]*void @(kernel_\w+)(.*?)^}", path.read_text(),
                           re.M | re.S)
    return {name: re.sub(r"#\d+|!\d+", "", body) for name, body in functions}


def check_code(plain, measured):
    one, other = kernels(plain), kernels(measured)
    require(one and one == other, "the kernels differ")
    require("dlc_rt_mark" not in plain.read_text(), "marks without --profile")
    require("dlc_rt_mark" in measured.read_text(), "no marks")


def main():
    path = pathlib.Path(sys.argv[1])
    if path.suffix == ".ll":
        check_code(path, pathlib.Path(sys.argv[2]))
    elif path.suffix == ".csv":
        check_csv(path)
    else:
        check_json(path, sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:]))


if __name__ == "__main__":
    main()
