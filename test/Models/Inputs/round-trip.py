# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints every model that dlc-models lists, reads it with dlc-opt, which prints the same again,
and compiles it up to the phase of kernels.

usage: round-trip.py DLC-MODELS DLC-OPT DLC FOLDER
"""
import pathlib
import sys

import every_model
from every_model import run

dlc_models, dlc_opt, dlc, folder = sys.argv[1:]
pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
known = every_model.models(dlc_models)
for name, options in known.items():
    # Of the size of a batch the kernels' code depends least.
    batch = ["--batch", 2] if "batch" in options else []
    path = pathlib.Path(folder) / f"{name}.mlir"
    run(dlc_models, name, *batch, "-o", path)
    once = run(dlc_opt, path)
    # dlc-opt puts a module around it.
    inner = [line.strip() for line in once.strip().splitlines()[1:-1]]
    if [line.strip() for line in path.read_text().splitlines()] != inner:
        raise SystemExit(f"{name}: dlc-opt prints another program")
    again = folder + "/again.mlir"
    pathlib.Path(again).write_text(once)
    if run(dlc_opt, again) != once:
        raise SystemExit(f"{name}: dlc-opt prints what it reads in another way")
    run(dlc, path, "--emit=fuse", "-o", "/dev/null")
print(f"{len(known)} models go through dlc-opt and reach the phase fuse")
