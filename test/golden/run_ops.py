#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the cases of golden.py through the compiler and compares with PyTorch's answers.

The cases of an op become one model a float type, one step a case. `dlc` compiles the
model to shared libraries, whose steps are called through the C interface of
include/dlc/Runtime.h, each on a new handle: at -O0 on one thread, at -O2 on one and on
two, which must give the same bits. Compiling takes most of the time: of an op with few
cases all are compiled at -O2 in both types and at -O0 in one; of the others a case in
both types is compiled at -O2 in one of them and at -O0 in the other, by turns. With
--every each case is compiled at both levels in both types.
`dlc-run --interpret` runs all of them without compiling. With --phases nothing is
compiled: what each of these phases leaves is interpreted.

What is held against PyTorch: all outputs, the gradients of the sum of output * cotangent,
and the state after the step. Nothing may be written beside an output or into an
input. Tolerances are relative to the largest element of the expected array: they
cover sums of some hundred terms in any order (about sqrt(n) * 6e-8 each in f32), and
are far below what a wrong index, a missing term or a wrong factor makes.

Reads data/<Family>/<op>.json and .npz, which make_ops.py describes. Needs numpy. The exit
status is 0 when every case holds.
"""
import argparse
import json
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import numpy as np

from interpreter import Interpreted
from library import Compiled, Failure
from program import Step, model_text

HERE = pathlib.Path(__file__).resolve().parent
FEW = 5  # cases of an op: below it a model more costs as much as half of the cases


# --- Comparing -----------------------------------------------------------------

def compare(name, got, want, tolerance, scale):
    """The largest difference relative to the largest expected element."""
    if got.shape != want.shape or got.dtype != want.dtype:
        raise Failure(f"{name}: {got.dtype}{list(got.shape)}, "
                      f"expected {want.dtype}{list(want.shape)}")
    if want.dtype.kind != "f":
        wrong, off = got != want, np.zeros(want.shape)
    else:
        finite = np.isfinite(want)
        size = max(np.abs(want[finite]).max(initial=0), scale)
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(got.astype(np.float64) - want.astype(np.float64)) / (size or 1.0)
        # Equal infinities differ by what is not a number.
        alike = (got == want) | (np.isnan(got) & np.isnan(want))
        off = np.where(alike, 0.0, np.where(np.isfinite(got) & finite, off, np.inf))
        wrong = ~(off <= (tolerance if size else 0.0))
    if not np.any(wrong):
        return off.max(initial=0.0)
    place = np.unravel_index(off.argmax() if off.max() else wrong.argmax(), want.shape)
    place = tuple(int(i) for i in place)
    relative = "" if want.dtype.kind != "f" else (
        f", relative to the largest element {off[place]:.2g}, at most {tolerance}")
    digits = ".17g" if want.dtype == np.float64 else ".9g"
    shown = [format(a[place], digits) if want.dtype.kind == "f" else str(a[place])
             for a in (got, want)]
    raise Failure(f"{name}{list(place)}: {shown[0]}, expected {shown[1]} "
                  f"({np.count_nonzero(wrong)} of {want.size} wrong{relative})")


def compare_all(step, got):
    return max(compare(name, got[name], want, step.tolerance, step.record.get("scale", 0.0))
               for name, want in step.expected.items())


# --- Running -------------------------------------------------------------------

class Op:
    """Compiles and runs the cases of one op; `note` is told what comes next."""

    def __init__(self, path, options, folder, note):
        self.options, self.folder, self.note = options, folder, note
        self.failures = []
        self.lines = []
        self.largest = {}
        record = json.loads(path.read_text())
        self.op = record["op"]
        with np.load(path.with_suffix(".npz")) as data:
            self.steps = {
                float_type: [Step(self.op, case, float_type, data) for case in record["cases"]
                             if float_type in case["types"] and options.case in case["name"]]
                for float_type in options.types}
        if not any(self.steps.values()):
            raise Failure(f"{path.stem}: no case")

    def run(self):
        for float_type, steps in self.steps.items():
            if not steps:
                continue
            if not self.options.phases:
                for level, threads in ((0, [1]), (2, [1, 2])):
                    chosen = [step for step in steps if self.is_compiled(step, level)]
                    if chosen:
                        self.compiled(chosen, float_type, level, threads)
            for phase in self.options.phases or ["grad"]:
                self.interpreted(steps, float_type, phase)

    def is_compiled(self, step, level):
        """Whether the case is compiled in its type at that level."""
        names = [[other.name for other in steps] for steps in self.steps.values() if steps]
        if self.options.every or not all(step.name in of_type for of_type in names):
            return True
        number = list(self.steps).index(step.float_type)
        if min(map(len, names)) < FEW:
            return level == 2 or step.float_type == next(t for t in self.steps if self.steps[t])
        return len(names) < 2 or (names[0].index(step.name) + number) % 2 == (level == 0)

    def fail(self, step, configuration, text):
        self.failures.append(f"{step.name} {step.float_type} {configuration}: {text}")

    def hold(self, step, configuration, got):
        """Compares one call's results; whether they are right."""
        try:
            largest = compare_all(step, got)
        except Failure as failure:
            self.fail(step, configuration, failure)
            return
        self.largest[step.float_type] = max(self.largest.get(step.float_type, 0.0), largest)
        self.lines.append(f"{step.name} {step.float_type} {configuration}: {largest:.1e}")

    def compiled(self, steps, float_type, level, threads):
        for library, steps in self.libraries(steps, f"{float_type}-O{level}", level):
            for step in steps:
                previous = None
                for count in threads:
                    configuration = f"-O{level} --threads {count}"
                    self.note(f"{step.name} {float_type} {configuration}")
                    try:
                        got = library.call(step, count)
                    except Failure as failure:
                        self.fail(step, configuration, failure)
                        continue
                    self.hold(step, configuration, got)
                    if previous is not None:
                        for name, array in got.items():
                            if array.tobytes() != previous[name].tobytes():
                                self.fail(step, configuration,
                                          f"{name}: one thread and two give different bits")
                    previous = got

    def libraries(self, steps, name, level):
        """Compiled models that have the steps: one, or, if that fails, one a step."""
        try:
            yield self.compile(steps, name, level), steps
            return
        except Failure as failure:
            if len(steps) == 1:
                self.fail(steps[0], f"-O{level}", failure)
                return
            together = failure
        failed = len(self.failures)
        for step in steps:
            try:
                yield self.compile([step], f"{name}-{step.name}", level), [step]
            except Failure as failure:
                self.fail(step, f"-O{level}", failure)
        if len(self.failures) == failed:
            self.fail(steps[0], f"-O{level}", f"compiles alone, but with the others: {together}")

    def compile(self, steps, name, level):
        model, library = self.folder / f"{name}.mlir", self.folder / f"{name}.so"
        model.write_text(model_text(steps))
        self.note(f"dlc {name}.mlir")
        self.execute([self.options.dlc, str(model), f"-O{level}", "-o", str(library)])
        return Compiled(library)

    def interpreted(self, steps, float_type, phase):
        model = self.folder / f"{float_type}.mlir"
        model.write_text(model_text(steps))
        self.note(f"dlc-run --interpret={phase} {float_type}.mlir")
        calls = Interpreted(self.options.dlc_run, model, steps,
                            self.folder / f"{float_type}-{phase}", phase)
        for step, got in calls.run(steps):
            if isinstance(got, Failure):
                self.fail(step, f"--interpret={phase}", got)
            else:
                self.hold(step, f"--interpret={phase}", got)

    def execute(self, command):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if done.returncode:
            raise Failure(f"status {done.returncode} from\n  {' '.join(command)}\n"
                          + done.stderr.strip())


def work(path, options, folder, channel):
    """Runs one op in a process of its own and sends what came out."""
    start = time.monotonic()
    try:
        op = Op(path, options, folder, lambda text: channel.send(("note", text)))
        op.run()
        result = (op.failures, op.lines, op.largest)
    except Failure as failure:
        result = ([str(failure)], [], {})
    except Exception:
        result = ([f"{path.stem}: {traceback.format_exc()}"], [], {})
    channel.send(("done", (*result, time.monotonic() - start)))


def run_all(paths, options, root):
    """(path, failures, lines, largest, seconds) as the ops end."""
    waiting, running = list(paths), {}
    while waiting or running:
        while waiting and len(running) < options.jobs:
            path = waiting.pop(0)
            folder = root / path.parent.name / path.stem
            folder.mkdir(parents=True, exist_ok=True)
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=work, args=(path, options, folder, theirs))
            process.start()
            theirs.close()
            running[ours] = [path, process, "start", time.monotonic() + options.timeout]
        for channel in multiprocessing.connection.wait(running, timeout=1):
            try:
                kind, value = channel.recv()
            except EOFError:
                path, process, last, _ = running.pop(channel)
                process.join()
                yield path, [f"{last}: ended with status {process.exitcode}"], [], {}, 0
                continue
            if kind == "note":
                running[channel][2] = value
                continue
            path, process, _, _ = running.pop(channel)
            process.join()
            yield path, *value
        for channel, (path, process, last, deadline) in list(running.items()):
            if time.monotonic() > deadline:
                del running[channel]
                process.kill()
                process.join()
                yield path, [f"{last}: no end within {options.timeout} s"], [], {}, 0


# --- The command line ------------------------------------------------------------

def newest_tool(name):
    """The tool in the build folder that was built last."""
    found = sorted(HERE.parents[1].glob(f"build/*/bin/{name}"), key=lambda p: p.stat().st_mtime)
    return str(found[-1]) if found else name


def default_jobs():
    """As many as there are cores, unless a runner of several tests says otherwise."""
    return int(os.environ.get("DLC_TEST_JOBS", os.cpu_count()))


def print_models(paths, options):
    for path in paths:
        op = Op(path, options, None, None)
        for float_type, steps in op.steps.items():
            if steps:
                print(f"// {path.parent.name}/{op.op} {float_type}\n{model_text(steps)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", default=newest_tool("dlc"), help="(default: of the newest build)")
    parser.add_argument("--dlc-run", default=newest_tool("dlc-run"),
                        help="(default: of the newest build)")
    parser.add_argument("--data", type=pathlib.Path, default=HERE / "data",
                        help="folder of the golden data")
    parser.add_argument("--family", default="", help="run the ops of this family")
    parser.add_argument("--only", default="", metavar="OP[/CASE]",
                        help="run this op, of it the cases whose names contain CASE")
    parser.add_argument("--types", nargs="+", default=["f32", "f64"], help="run in these types")
    parser.add_argument("--phases", nargs="+", default=[], metavar="PHASE",
                        help="interpret what these phases leave, and compile nothing")
    parser.add_argument("--every", action="store_true",
                        help="compile every case at both levels in every type")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR",
                        help="folder for the models and libraries")
    parser.add_argument("--print", action="store_true", help="print the models, run nothing")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="ops at a time")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one op")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line a call")
    options = parser.parse_args()

    op, _, options.case = options.only.partition("/")
    paths = sorted(options.data.glob(f"{options.family or '*'}/{op or '*'}.json"))
    if not paths:
        sys.exit(f"no golden data of family '{options.family or '*'}', op '{op or '*'}'")
    if options.print:
        print_models(paths, options)
        return
    start, failed = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as scratch:
        root = options.keep or pathlib.Path(scratch)
        for path, failures, lines, largest, seconds in run_all(paths, options, root):
            failed += bool(failures)
            differences = ", ".join(f"{name} {value:.1e}" for name, value in largest.items())
            print(f"{'FAIL' if failures else 'ok  '} {path.parent.name}/{path.stem}: "
                  f"{differences or 'nothing held'} ({seconds:.1f} s)")
            for line in (lines if options.verbose else []) + failures:
                print("     " + line.replace("\n", "\n     "))
            sys.stdout.flush()
    print(f"{len(paths) - failed} of {len(paths)} ops hold, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
