#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds 300 updates by every rule and clause against the references; see descent.py.

    run_descent.py --dlc DLC [--types f32 f64] [NAME ...]
"""
import argparse
import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import descent
from library import HANDLE, Compiled
from program import DTYPES

TOLERANCES = {"f32": 1e-5, "f64": 1e-12}
HERE = pathlib.Path(__file__).resolve().parent


def run(library, name, dtype):
    """A row of all parameters (of their averages, for `average`) a checked step."""
    handle, rows = HANDLE(), []
    api = library.api
    library.check(api.create(library.table, 2, ctypes.byref(handle)), "dlc_create")
    start, xs, ys = descent.draw()
    for key, array in start.items():
        array = array.astype(dtype)
        library.check(api.set(handle, f"{name}.{key}".encode(), array.ctypes.data, array.nbytes),
                      f"dlc_set {key}", handle)
    xs, ys = xs.astype(dtype), ys.astype(dtype)
    loss = np.zeros((), dtype)
    index, _ = library.steps[name]
    for t in range(1, descent.STEPS + 1):
        batch = (t - 1) % descent.BATCHES
        x, y = np.ascontiguousarray(xs[batch]), np.ascontiguousarray(ys[batch])
        io = (ctypes.c_void_p * 3)(x.ctypes.data, y.ctypes.data, loss.ctypes.data)
        library.check(api.run(handle, index, io), "dlc_run", handle)
        if t in descent.CHECKED:
            row = []
            prefix = f"rule_{name}.average." if name == "average" else ""
            for key, shape in descent.SHAPES.items():
                array = np.empty(shape, dtype)
                library.check(api.get(handle, f"{prefix}{name}.{key}".encode(),
                                      array.ctypes.data, array.nbytes), f"dlc_get {key}", handle)
                row.append(array.ravel())
            rows.append(np.concatenate(row))
    api.destroy(handle)
    return np.array(rows, np.float64)


def compile_model(dlc, folder, name, text):
    program = pathlib.Path(folder) / f"{name}.mlir"
    program.write_text(text)
    library = program.with_suffix(".so")
    subprocess.run([dlc, str(program), "-o", str(library)], check=True)
    return Compiled(library)


def published(library, name):
    """What the step returns, as it is printed, call by call."""
    handle, start, total, printed = HANDLE(), np.array([1.0, 2, 3]), np.zeros(()), []
    api = library.api
    library.check(api.create(library.table, 1, ctypes.byref(handle)), "dlc_create")
    library.check(api.set(handle, f"{name}.p".encode(), start.ctypes.data, start.nbytes),
                  "dlc_set", handle)
    for _ in descent.PUBLISHED[name][1]:
        io = (ctypes.c_void_p * 1)(total.ctypes.data)
        library.check(api.run(handle, library.steps[name][0], io), "dlc_run", handle)
        printed.append(f"{total:.2E}")
    api.destroy(handle)
    return printed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", required=True)
    parser.add_argument("--types", nargs="+", default=["f32", "f64"])
    parser.add_argument("names", nargs="*", default=list(descent.VARIANTS))
    options = parser.parse_args()
    data = np.load(HERE / "data" / "descent.npz")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for element in options.types:
            compiled = compile_model(options.dlc, folder, element,
                                     descent.model(element, options.names))
            for name in options.names:
                want = data[name] if name in data else descent.by_numpy(name)
                got = run(compiled, name, DTYPES[element])
                error = np.max(np.abs(got - want), axis=1) / np.max(np.abs(want), axis=1)
                good = np.all(error <= TOLERANCES[element])
                failed += not good
                print(f"{'ok  ' if good else 'FAIL'} {element} {name}: "
                      + ", ".join(f"{e:.1e}" for e in error))
        compiled = compile_model(options.dlc, folder, "published", descent.published_model())
        for name, (_, want) in descent.PUBLISHED.items():
            got = published(compiled, name)
            failed += got != want
            print(f"{'ok  ' if got == want else 'FAIL'} {name} as published: {', '.join(got)}")
    total = len(options.names) * len(options.types) + len(descent.PUBLISHED)
    print(f"{total - failed} hold, {failed} do not")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
