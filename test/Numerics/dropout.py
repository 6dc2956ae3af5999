#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The probability of a dropout as a value against the same one as an attribute.

    dropout.py DLC DLC_RUN

Both must give the same bits, forward and backward, at -O0, at -O2 and in the interpreter;
one program takes all probabilities, by --set. p is a dl.hparam of f64, or of f32 where
that holds p.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

DLC, DLC_RUN = sys.argv[1:]
ROWS, IMAGE = "tensor<4x33xf32>", "tensor<2x5x3x4xf64>"
OUTPUTS = {"a": ROWS, "b": ROWS, "c": IMAGE, "d": IMAGE, "e": ROWS, "f": ROWS,
           "da": ROWS, "db": ROWS, "dc": IMAGE, "dd": IMAGE}


def model(number=None, kind=None):
    """The program with that number, or with hyper-parameters of that type."""
    def drop(y, op, x, of, rest=""):
        mode = "eval" if y == "f" else "train"
        if number is not None:
            words = rest + (", " if rest else "") + f"p = {number}"
            return f"%{y} = dl.{op} {x} mode({mode}) {{{words}}} : {of}"
        words = f"{{{rest}}} " if rest else ""
        return f"%{y} = dl.{op} {x} p(%p) mode({mode}) {words}: {of}, tensor<{kind}>"

    def gradient(y, x, g, of):
        axes = ", ".join(map(str, range(of.count("x"))))
        element = of[-4:-1]
        return [f"%{y}g = dl.mul %{y}, {g} : {of}",
                f"%{y}s = dl.reduce_sum %{y}g {{axes = [{axes}]}} : {of} -> tensor<{element}>",
                f"%d{y} = dl.gradient %{y}s wrt {x} : tensor<{element}> -> {of}"]

    read = [] if number is not None else [f"%p = dl.read_hparam @p : tensor<{kind}>"]
    results = ", ".join(f"{name}: {of}" for name, of in OUTPUTS.items())
    lines = ["dl.model @drop {"]
    if number is None:
        lines += [f"dl.hparam @p : tensor<{kind}> = 0.5"]
    lines += [f"dl.func @noise(%x: {ROWS}) -> {ROWS} {{", *read, drop("y", "dropout", "%x", ROWS),
              f"dl.return %y : {ROWS}", "}",
              f"dl.step @drop(%x: {ROWS}, %g: {ROWS}, %image: {IMAGE}, %h: {IMAGE}) "
              f"-> ({results}) {{", *read,
              drop("a", "dropout", "%x", ROWS), drop("b", "alpha_dropout", "%x", ROWS),
              drop("c", "dropout", "%image", IMAGE, "channels"),
              drop("d", "alpha_dropout", "%image", IMAGE, "channels"),
              f"%e = dl.call @noise(%x) mode(train) : ({ROWS}) -> {ROWS}",
              drop("f", "alpha_dropout", "%x", ROWS),
              *gradient("a", "%x", "%g", ROWS), *gradient("b", "%x", "%g", ROWS),
              *gradient("c", "%image", "%h", IMAGE), *gradient("d", "%image", "%h", IMAGE),
              f"dl.return {', '.join('%' + name for name in OUTPUTS)} : "
              f"{', '.join(OUTPUTS.values())}", "}"]
    if number is None:
        lines += [f"dl.step @computed(%x: {ROWS}) -> (y: {ROWS}) {{", *read,
                  f"%q = dl.offset %p by -0.5 : tensor<{kind}>",
                  f"%s = dl.scale %q by 8 : tensor<{kind}>",
                  f"%y = dl.dropout %x p(%s) mode(train) : {ROWS}, tensor<{kind}>",
                  f"dl.return %y : {ROWS}", "}"]
    return "\n".join(lines + ["}", ""])


class Program:
    """A program in three configurations."""

    def __init__(self, folder, name, text):
        self.folder = folder
        path = folder / f"{name}.mlir"
        path.write_text(text)
        self.configurations = {"the interpreter": [path, "--interpret"]}
        for level in "02":
            library = folder / f"{name}-O{level}.so"
            subprocess.run([DLC, path, f"-O{level}", "-o", library], check=True)
            self.configurations[f"-O{level}"] = [library]

    def run(self, configuration, step, inputs, outputs, settings=()):
        command = [DLC_RUN, *self.configurations[configuration], "--step", step, "--seed", "11"]
        for setting in settings:
            command += ["--set", setting]
        for name in inputs:
            command += ["--input", f"{name}={self.folder / name}.npy"]
        for name in outputs:
            command += ["--output", f"{name}={self.folder / name}.out.npy"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {name: np.load(self.folder / f"{name}.out.npy") for name in outputs}


def main():
    rng = np.random.default_rng(1)
    inputs = {name: rng.standard_normal(shape).astype(kind)
              for name, shape, kind in (("x", (4, 33), "f4"), ("g", (4, 33), "f4"),
                                        ("image", (2, 5, 3, 4), "f8"), ("h", (2, 5, 3, 4), "f8"))}
    inputs["x"][0, :4] = [0, -0.0, np.inf, -np.inf]
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for name, array in inputs.items():
            np.save(folder / f"{name}.npy", array)
        values = {kind: Program(folder, kind, model(kind=kind)) for kind in ("f32", "f64")}
        kept = set()
        for p in (0, 0.1, 0.25, 0.7, 1):
            attribute = Program(folder, f"p{p}", model(number=p))
            for configuration in attribute.configurations:
                wanted = attribute.run(configuration, "drop", inputs, OUTPUTS)
                kept.add(np.count_nonzero(wanted["da"]))
                for kind, program in values.items():
                    if kind == "f32" and np.float32(p) != p:
                        continue
                    got = program.run(configuration, "drop", inputs, OUTPUTS, [f"p={p}"])
                    for output in OUTPUTS:
                        if got[output].tobytes() != wanted[output].tobytes():
                            failures += 1
                            print(f"p = {p} of {kind}, {configuration}: {output} is\n"
                                  f"{got[output]}\nnot\n{wanted[output]}")
        # A probability that is computed, of -4 and 4.
        for p, expected in ((0, inputs["x"]), (1, np.zeros((4, 33), "f4"))):
            for configuration in values["f64"].configurations:
                got = values["f64"].run(configuration, "computed", ["x"], ["y"], [f"p={p}"])
                if got["y"].tobytes() != expected.tobytes():
                    failures += 1
                    print(f"8 ({p} - 0.5), {configuration}: y is\n{got['y']}\nnot\n{expected}")
    if len(kept) != 5:
        failures += 1
        print(f"of five probabilities, {sorted(kept)} of 132 elements are kept")
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
