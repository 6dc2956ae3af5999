# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Batch norms that are folded inside of loops: fold_loops.py DLC DLC_RUN FOLDER

A body of dl.scan that convolves and normalises what it carries, or the slices that it goes over,
with the same weights at each trip; loops in loops, and one in reverse. Every net is compiled with
-O0 and with -O2, without the fold and without what is derived from the state alone, and evaluated
by the interpreter before anything is folded; all give the same numbers, and predict right when the
state has changed in between.
"""
import ctypes
import pathlib
import re
import subprocess
import sys

import numpy as np

from fold_batch_norm import TOLERANCE, Model, compile_text, distance
from library import HANDLE

IMAGE, STACK = "tensor<2x4x5x5xFLOAT>", "tensor<3x2x4x5x5xFLOAT>"
FILTER, VECTOR = "tensor<4x4x3x3xFLOAT>", "tensor<4xFLOAT>"
SHAPES = {IMAGE: (2, 4, 5, 5), STACK: (3, 2, 4, 5, 5)}
ENTRIES = {"w": (4, 4, 3, 3), "gamma": (4,), "beta": (4,), "mean": (4,), "var": (4,)}

MEMBERS = f"""
  dl.param @w : {FILTER} = ones
  dl.param @gamma : {VECTOR} = ones
  dl.param @beta : {VECTOR} = ones
  dl.buffer @mean : {VECTOR} = ones
  dl.buffer @var : {VECTOR} = ones
  dl.func @layer(%x: {IMAGE}) -> {IMAGE} {{
    %w = dl.read @w : {FILTER}
    %g = dl.read @gamma : {VECTOR}
    %b = dl.read @beta : {VECTOR}
    %0 = dl.conv2d %x, %w {{padding = [1, 1]}} : {IMAGE}, {FILTER} -> {IMAGE}
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : {IMAGE}, {VECTOR}, {VECTOR} -> {IMAGE}
    dl.return %1 : {IMAGE}
  }}
  dl.func @norm_first(%x: {IMAGE}) -> {IMAGE} {{
    %w = dl.read @w : {FILTER}
    %g = dl.read @gamma : {VECTOR}
    %b = dl.read @beta : {VECTOR}
    %0 = dl.pad %x low [0, 0, 1, 1] high [0, 0, 1, 1] : {IMAGE} -> tensor<2x4x7x7xFLOAT>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : tensor<2x4x7x7xFLOAT>, {VECTOR}, {VECTOR} -> tensor<2x4x7x7xFLOAT>
    %2 = dl.conv2d %1, %w : tensor<2x4x7x7xFLOAT>, {FILTER} -> {IMAGE}
    dl.return %2 : {IMAGE}
  }}
"""


def call(result, operand, function="layer"):
    return f"%{result} = dl.call @{function}(%{operand}) mode(eval) : ({IMAGE}) -> {IMAGE}"


# Of each step: what it takes, its body, what it gives.
STEPS = {
    "carried": (IMAGE, f"""
    %y = dl.scan 3 carry(%h = %x) : ({IMAGE}) -> {IMAGE} {{
      {call("0", "h")}
      %1 = dl.tanh %0 : {IMAGE}
      dl.yield %1 : {IMAGE}
    }}""", IMAGE),
    "behind": (IMAGE, f"""
    %y = dl.scan 3 carry(%h = %x) : ({IMAGE}) -> {IMAGE} {{
      {call("0", "h", "norm_first")}
      %1 = dl.tanh %0 : {IMAGE}
      dl.yield %1 : {IMAGE}
    }}""", IMAGE),
    "sliced": (STACK, f"""
    %y = dl.scan 3 reverse over(%h = %x) : ({STACK}) -> {STACK} {{
      {call("0", "h")}
      {call("1", "0", "norm_first")}
      dl.yield %1 : {IMAGE}
    }}""", STACK),
    "nested": (IMAGE, f"""
    %y = dl.scan 2 carry(%h = %x) : ({IMAGE}) -> {IMAGE} {{
      %0 = dl.scan 2 carry(%i = %h) : ({IMAGE}) -> {IMAGE} {{
        {call("1", "i")}
        %2 = dl.tanh %1 : {IMAGE}
        dl.yield %2 : {IMAGE}
      }}
      {call("3", "0")}
      dl.yield %3 : {IMAGE}
    }}""", IMAGE),
    "outside": (IMAGE, f"""
    {call("0", "x")}
    %1 = dl.scan 2 carry(%h = %0) : ({IMAGE}) -> {IMAGE} {{
      {call("2", "h")}
      %3 = dl.tanh %2 : {IMAGE}
      dl.yield %3 : {IMAGE}
    }}
    {call("y", "1")}""", IMAGE),
}


def program(element):
    steps = "".join(f"  dl.step @{name}(%x: {takes}) -> (y: {gives}) {{{body}\n"
                    f"    dl.return %y : {gives}\n  }}\n"
                    for name, (takes, body, gives) in STEPS.items())
    return f"dl.model @loops {{{MEMBERS}{steps}}}\n".replace("FLOAT", element)


def values_of(rng, dtype):
    """Weights so small that no trip doubles rounding errors; some gamma negative, one 0."""
    values = {name: rng.normal(size=shape) for name, shape in ENTRIES.items()}
    values["w"] /= 6
    values["gamma"] = np.array([0.75, -0.5, 0, 1])
    values["var"] = np.abs(values["var"]) + 0.5
    return {name: array.astype(dtype) for name, array in values.items()}


def save(model, path):
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, HANDLE, ctypes.c_char_p, ctypes.c_int)
    status = prototype(model.api.save)(model.handle, str(path).encode(), 0)
    model.library.check(status, "save", model.handle)


def norms_left(dlc, path):
    """Ops of norms in what each step does at every call."""
    text = subprocess.run([dlc, "--emit=simplify", path], capture_output=True, text=True,
                          check=True).stdout
    steps = [part for part in text.split("func.func ")[1:] if not part.startswith("@derive")]
    return sum(len(re.findall(r"dl\.(?:batch_norm|rsqrt|mul)", step)) for step in steps)


def interpreted(dlc_run, program_path, name, x, params, folder):
    np.save(folder / "x.npy", x)
    subprocess.run([dlc_run, program_path, "--interpret", "--step", name, "--params", params,
                    "--input", f"x={folder / 'x.npy'}", "--output", f"y={folder / 'y.npy'}"],
                   check=True)
    return np.load(folder / "y.npy")


def main():
    dlc, dlc_run, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(exist_ok=True)
    for element, dtype in [("f32", np.float32), ("f64", np.float64)]:
        text = program(element)
        libraries = {
            name: compile_text(dlc, text, folder / f"{name}_{element}.so", *options)
            for name, options in {
                "O2": [], "O0": ["-O0"], "kept": ["--leave-out=dl-fold-batch-norm"],
                "not derived": ["--leave-out=dl-derive-state"],
                "not hoisted": ["--leave-out=dl-hoist-invariants"]}.items()}
        print(f"{element}: {norms_left(dlc, folder / f'O2_{element}.mlir')} norms left")
        models = {name: Model(library) for name, library in libraries.items()}
        rng = np.random.default_rng(13)
        # Twice: the second state is another one of the same handles.
        for turn in range(2):
            values = values_of(rng, dtype)
            params = folder / "params.safetensors"
            for model in models.values():
                model.set(values)
            save(models["O2"], params)
            for name, (takes, _, gives) in STEPS.items():
                x = rng.normal(size=SHAPES[takes]).astype(dtype)
                want = interpreted(dlc_run, folder / f"O2_{element}.mlir", name, x, params, folder)
                errors = {what: distance(model.predict(name, x, SHAPES[gives]), want)
                          for what, model in models.items()}
                wrong = [f"{what} {error:.1e}" for what, error in errors.items()
                         if not error <= TOLERANCE[element]]
                print(f"{name} {element} {turn}: {', '.join(wrong) or 'agree'}", flush=True)
        for model in models.values():
            model.close()


if __name__ == "__main__":
    main()
