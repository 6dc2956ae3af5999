# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Blocks against the program written out by hand: blocks.py DLC-RUN FOLDER

The network of Inputs/blocks.mlir is written out here, each layer by its name, with the entries of
the state in the order of the calls. Three steps of training and a prediction have to give the same
bits.
"""
import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


class Net:
    """Lines of state, in the order in which they are first needed, and of a function."""

    def __init__(self):
        self.state, self.number = {}, 0

    def value(self):
        self.number += 1
        return f"%v{self.number}"

    def entry(self, kind, name, shape, init):
        self.state.setdefault(name, f"  dl.{kind} @{name} : {shape} = {init}")
        return name

    def read(self, lines, name, shape):
        value = self.value()
        lines.append(f"    {value} = dl.read @{name} : {shape}")
        return value

    def conv(self, lines, name, x, channels, n):
        ins, outs = channels
        filters, vector = f"tensor<{outs}x{ins}x3x3xf32>", f"tensor<{outs}xf32>"
        before, after = f"tensor<{n}x{ins}x6x6xf32>", f"tensor<{n}x{outs}x6x6xf32>"
        self.entry("param", f"{name}.weight", filters, "kaiming_uniform")
        w = self.read(lines, f"{name}.weight", filters)
        y = self.value()
        lines.append(f"    {y} = dl.conv2d {x}, {w} {{padding = [1, 1]}} : {before}, {filters} -> {after}")
        for kind, entry, init in (("param", "weight", "ones"), ("param", "bias", "zeros"),
                                  ("buffer", "mean", "zeros"), ("buffer", "var", "ones")):
            self.entry(kind, f"{name}.bn.{entry}", vector, init)
        g, b = (self.read(lines, f"{name}.bn.{entry}", vector) for entry in ("weight", "bias"))
        z = self.value()
        lines.append(f"    {z} = dl.batch_norm {y}, {g}, {b} stats(@{name}.bn.mean, @{name}.bn.var)"
                     f" : {after}, {vector}, {vector} -> {after}")
        return z

    def block(self, lines, name, x, n):
        image = f"tensor<{n}x8x6x6xf32>"
        y = self.conv(lines, f"{name}.conv1", x, (8, 8), n)
        r, d = self.value(), self.value()
        lines.append(f"    {r} = dl.relu {y} : {image}")
        lines.append(f"    {d} = dl.dropout {r} {{p = 0.25}} : {image}")
        y = self.conv(lines, f"{name}.conv2", d, (8, 8), n)
        z = self.value()
        lines.append(f"    {z} = dl.add {x}, {y} : {image}")
        return z

    def function(self, n):
        lines = []
        self.entry("param", "fc", "tensor<5x8xf32>", "kaiming_uniform")
        x = self.conv(lines, "stem", "%x", (3, 8), n)
        for name in ("layer.0", "layer.1", "layer.1"):
            x = self.block(lines, name, x, n)
        m, y = self.value(), self.value()
        lines.append(f"    {m} = dl.mean {x} {{axes = [2, 3]}} : tensor<{n}x8x6x6xf32> -> tensor<{n}x8xf32>")
        w = self.read(lines, "fc", "tensor<5x8xf32>")
        lines.append(f"    {y} = dl.linear {m}, {w} : tensor<{n}x8xf32>, tensor<5x8xf32> -> tensor<{n}x5xf32>")
        return "\n".join([f"  dl.func @net{n}(%x: tensor<{n}x3x6x6xf32>) -> tensor<{n}x5xf32> {{", *lines,
                          f"    dl.return {y} : tensor<{n}x5xf32>", "  }"])


def written_out(blocks):
    """The same program without blocks."""
    net = Net()
    functions = [net.function(4), net.function(1)]
    lines = blocks.split("\n")
    start = next(i for i, line in enumerate(lines) if "dl.func" in line)
    steps = next(i for i, line in enumerate(lines) if "dl.step" in line)
    text = "\n".join([*lines[:start], *net.state.values(), *functions, *lines[steps:]])
    return text.replace("@net(%x) mode(train)", "@net4(%x) mode(train)").replace(
        "@net(%x) mode(eval)", "@net1(%x) mode(eval)")


def main():
    dlc_run, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    rng = np.random.default_rng(5)
    np.save(folder / "x.npy", rng.standard_normal((4, 3, 6, 6)).astype(np.float32))
    np.save(folder / "one.npy", rng.standard_normal((1, 3, 6, 6)).astype(np.float32))
    np.save(folder / "t.npy", rng.integers(0, 5, 4))
    blocks = (HERE / "Inputs" / "blocks.mlir").read_text()
    made = {}
    for name, text in (("blocks", blocks), ("written", written_out(blocks))):
        model = folder / f"{name}.mlir"
        model.write_text(text)
        state = folder / f"{name}.safetensors"
        for call in range(3):
            before = ["--params", str(state)] if call else []
            subprocess.run([dlc_run, str(model), "--step", "train", "--input", f"x={folder}/x.npy", "--input",
                            f"t={folder}/t.npy", "--seed", str(call), *before, "--save-params", str(state)],
                           check=True, stdout=subprocess.DEVNULL)
        subprocess.run([dlc_run, str(model), "--step", "predict", "--input", f"x={folder}/one.npy", "--params",
                        str(state), "--output", f"y={folder}/{name}.npy"], check=True, stdout=subprocess.DEVNULL)
        made[name] = [(folder / f"{name}.{kind}").read_bytes() for kind in ("safetensors", "npy")]
    for kind, ours, theirs in zip(("state", "prediction"), made["blocks"], made["written"]):
        print(f"{kind}: {len(ours)} bytes, {'equal' if ours == theirs else 'DIFFERENT'}")


if __name__ == "__main__":
    main()
