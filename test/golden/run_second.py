#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds first and second derivatives of every op against central differences, in f64.

Each case of golden.py, and each of second_cases.py (ops for which PyTorch has no answer to
compare with), becomes a step that gives, for its inputs x and cotangents c,

    g = d sum(c y) / dx       h = d sum(g v) / dx       t = d sum(g v) / dc

with vectors v, none of them uniform. Compiled at -O0, as graphs are held here, and called at x, x + s e and x - s e:

- g against the differences of sum(c y) along unit vectors e, a sample of them,
- h against the differences of g along v, and t, which is J v, against those of y,
- symmetry: sum(u h(v)) = sum(v h(u)).

Steps are 1e-6, tolerances 1e-5 absolute and 1e-3 relative, that of symmetry 1e-10 relative.
Where a case stands at a kink (second_cases.ROUGH says why) differences mean nothing: there the
second derivative has to be finite and symmetric; second_cases.NO_FUNCTION: finite. Needs numpy. The exit status is 0 when
every case holds.
"""
import argparse
import concurrent.futures
import ctypes
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np

import second_cases
from library import HANDLE, Compiled, Failure
from program import Step
from run_ops import default_jobs, newest_tool

HERE = pathlib.Path(__file__).resolve().parent
STEP, ABSOLUTE, RELATIVE, SYMMETRY = 1e-6, 1e-5, 1e-3, 1e-10
SAMPLE = 12  # unit vectors an input


class SecondStep(Step):
    """A case's step with second derivatives; its arrays."""

    def __init__(self, op, record, data):
        outputs = {name: spec for name, spec in record["outputs"].items() if spec[0] == "float"}
        self.all_outputs = record["outputs"]
        super().__init__(op, record | {"outputs": outputs}, "f64", data)
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        for name in self.wanted:
            self.inputs[f"v_{name}"] = self.inputs[name]
            self.given[f"v_{name}"] = rng.standard_normal(self.given[name].shape)
        self.rng = rng
        self.outputs |= {f"h_{name}": self.inputs[name] for name in self.wanted}
        self.outputs |= {f"t_{name}": self.inputs[f"d_{name}"] for name in self.summed}

    def expand(self, line):
        line = super().expand(line)
        for name, spec in self.all_outputs.items():  # those that are no numbers
            line = line.replace("{" + name + "}", self.type(spec))
        return line

    def gradient(self):
        lines, scalar, total = super().gradient(), self.type(["float", []]), None
        for name in self.wanted:
            spec = self.inputs[name]
            part = f"%_along_{name}"
            lines.append(f"{part} = dl.mul %d{name}, %v_{name} : {self.type(spec)}")
            if spec[1]:
                lines.append(f"%_alongsum_{name} = dl.reduce_sum {part} {{axes = "
                             f"{list(range(len(spec[1])))}}} : {self.type(spec)} -> {scalar}")
                part = f"%_alongsum_{name}"
            if total is not None:
                lines.append(f"%_alonguntil_{name} = dl.add {total}, {part} : {scalar}")
                part = f"%_alonguntil_{name}"
            total = part
        sources = [*self.wanted, *(f"d_{name}" for name in self.summed)]
        results = [f"h_{name}" for name in self.wanted] + [f"t_{name}" for name in self.summed]
        types = ", ".join(self.type(self.inputs[name]) for name in sources)
        return [*lines, f"{', '.join(f'%{name}' for name in results)} = dl.gradient {total} wrt "
                        f"{', '.join(f'%{name}' for name in sources)} : {scalar} -> {types}"]


class Caller:
    """Calls one step of a library again and again on one handle."""

    def __init__(self, library, step):
        self.library, self.step, self.api = library, step, library.api
        self.handle = HANDLE()
        library.check(self.api.create(library.table, 1, ctypes.byref(self.handle)), "dlc_create")
        self.index = library.steps[step.name][0]
        self.given = {name: array.copy() for name, array in step.given.items()}
        self.results = {name: np.empty(spec[1], np.float64) for name, spec in step.outputs.items()}
        addresses = [a.ctypes.data for a in [*self.given.values(), *self.results.values()]]
        self.io = (ctypes.c_void_p * len(addresses))(*addresses)

    def close(self):
        self.api.destroy(self.handle)

    def __call__(self):
        for name, array in self.step.before.items():
            self.library.check(self.api.set(self.handle, self.step.entry(name).encode(),
                                            array.ctypes.data, array.nbytes), "dlc_set", self.handle)
        self.library.check(self.api.run(self.handle, self.index, self.io), "dlc_run", self.handle)
        return {name: array.copy() for name, array in self.results.items()}

    def difference(self, along):
        """Central differences of all results along {input: direction}."""
        saved = {name: self.given[name].copy() for name in along}
        both = []
        for sign in 1, -1:
            for name, direction in along.items():
                self.given[name][...] = saved[name] + sign * STEP * direction
            both.append(self())
        for name, array in saved.items():
            self.given[name][...] = array
        return {name: (both[0][name] - both[1][name]) / (2 * STEP) for name in both[0]}


def near(what, got, want):
    off = np.abs(got - want) - (ABSOLUTE + RELATIVE * np.abs(want))
    if np.all(off <= 0):
        return
    place = np.unravel_index(np.where(np.isnan(off), np.inf, off).argmax(), off.shape)
    raise Failure(f"{what}{[int(i) for i in place]}: {got[place]:.10g}, "
                  f"by differences {want[place]:.10g}")


def check(step, caller, rough, symmetric):
    at = caller()
    v = {name: step.given[f"v_{name}"] for name in step.wanted}
    u = {name: step.rng.standard_normal(step.given[name].shape) for name in step.wanted}
    for name in [n for n in at if n[:2] in ("h_", "t_")]:
        if not np.all(np.isfinite(at[name])):
            raise Failure(f"{name} is not finite")
    for name, array in u.items():
        caller.given[f"v_{name}"][...] = array
    other = caller()
    for name, array in v.items():
        caller.given[f"v_{name}"][...] = array
    left = np.concatenate([(u[n] * at[f"h_{n}"]).ravel() for n in step.wanted])
    right = np.concatenate([(v[n] * other[f"h_{n}"]).ravel() for n in step.wanted])
    size = np.abs(left).sum() + np.abs(right).sum()
    # Terms that cancel to nothing have rounding errors only.
    if symmetric and abs(left.sum() - right.sum()) > SYMMETRY * (size + ABSOLUTE):
        raise Failure(f"not symmetric: {left.sum():.17g} and {right.sum():.17g}, terms {size:.3g}")
    if rough:
        return
    along = caller.difference(v)
    for name in step.summed:
        near(f"t_{name}", at[f"t_{name}"], along[name])
    for name in step.wanted:
        near(f"h_{name}", at[f"h_{name}"], along[f"d{name}"])
    for name in step.wanted:
        size = step.given[name].size
        for place in step.rng.permutation(size)[:SAMPLE]:
            unit = np.zeros(size)
            unit[place] = 1
            moved = caller.difference({name: unit.reshape(step.given[name].shape)})
            total = sum((step.given[f"d_{o}"] * moved[o]).sum() for o in step.summed)
            near(f"d{name} at {place}", at[f"d{name}"].reshape(-1)[place:place + 1],
                 np.array([total]))


def cases_of(source):
    """op -> (records, arrays) of a golden file or of second_cases.py."""
    if isinstance(source, pathlib.Path):
        record = json.loads(source.read_text())
        with np.load(source.with_suffix(".npz")) as data:
            return record["op"], record["cases"], {name: data[name] for name in data.files}
    return second_cases.records(source)


def run(source, options):
    """(name, number of cases, failures, seconds) of one op."""
    start = time.monotonic()
    op, records, data = cases_of(source)
    steps = [SecondStep(op, record, data) for record in records
             if "f64" in record["types"] and record["gradients"]
             and options.case in record["name"]]
    steps = [step for step in steps
             if all(step.given[name].size for name in step.wanted)
             and all(spec[1].count(0) == 0 for spec in step.outputs.values())]
    if options.some:
        steps = steps[:options.some]
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or pathlib.Path(scratch)

        def compile_all(chosen, name):
            model, library = folder / f"{name}.mlir", folder / f"{name}.so"
            model.write_text("dl.model @second {\n" + "".join(s.text() for s in chosen) + "}\n")
            done = subprocess.run([options.dlc, str(model), f"-O{options.level}", "-o",
                                   str(library)], capture_output=True, text=True)
            if done.returncode:
                raise Failure(f"dlc: {done.stderr.strip()[:1500]}")
            return Compiled(library)

        def check_all(library, chosen):
            for step in chosen:
                case = step.record["name"]
                rough = second_cases.is_rough(op, case)
                symmetric = not second_cases.is_listed(second_cases.NO_FUNCTION, op, case)
                caller = Caller(library, step)
                try:
                    check(step, caller, rough, symmetric)
                except Failure as failure:
                    failures.append(f"{step.record['name']}: {failure}")
                finally:
                    caller.close()

        try:
            if steps:
                check_all(compile_all(steps, op), steps)
        except Failure:
            for number, step in enumerate(steps):
                try:
                    check_all(compile_all([step], f"{op}_{number}"), [step])
                except Failure as failure:
                    failures.append(f"{step.record['name']}: {failure}")
    return op, len(steps), failures, time.monotonic() - start


def check_names():
    """Fails if ROUGH names a case that there is not."""
    sources = sorted((HERE / "data").glob("*/*.json")) + second_cases.names()
    names = {f"{op}/{record['name']}" for op, records, _ in map(cases_of, sources)
             for record in records}
    unknown = [name for name in second_cases.ROUGH if name not in names]
    sys.exit(f"ROUGH names no case: {', '.join(unknown)}" if unknown else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", default=newest_tool("dlc"), help="(default: of the newest build)")
    parser.add_argument("--family", default="", help="the ops of this family; "
                        "'more': those of second_cases.py")
    parser.add_argument("--only", default="", metavar="OP[/CASE]")
    parser.add_argument("--some", type=int, default=0, metavar="N",
                        help="only the first N cases of each op")
    parser.add_argument("--level", type=int, default=0, help="optimisation of dlc")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="ops at a time")
    parser.add_argument("--check-names", action="store_true",
                        help="only look whether all cases that second_cases.py names are there")
    options = parser.parse_args()
    if options.check_names:
        check_names()
    op, _, options.case = options.only.partition("/")
    sources = []
    if options.family != "more":
        sources += sorted((HERE / "data").glob(f"{options.family or '*'}/{op or '*'}.json"))
    if options.family in ("", "more"):
        sources += [name for name in second_cases.names() if op in ("", name)]
    if not sources:
        sys.exit("no such op")
    start, failed, held, total = time.monotonic(), 0, 0, 0
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(options.jobs, fork) as pool:
        for source, future in [(s, pool.submit(run, s, options)) for s in sources]:
            try:
                name, count, failures, seconds = future.result()
            except concurrent.futures.process.BrokenProcessPool:
                sys.exit(f"a process ended, at the latest of {source}")
            failed, total = failed + bool(failures), total + count
            if not count:
                continue  # of whole numbers, or without gradients
            held += not failures
            print(f"{'FAIL' if failures else 'ok  '} {name}: {count} cases ({seconds:.1f} s)")
            for line in failures:
                print("     " + line.replace("\n", "\n     "))
            sys.stdout.flush()
    print(f"{held} of {held + failed} ops hold, {total} cases, "
          f"{time.monotonic() - start:.0f} s")
    sys.exit(1 if failed or not total else 0)


if __name__ == "__main__":
    main()
