# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each pass that can be left out, left out: leave_out.py DLC FOLDER PIPELINES

One model has something for each pass to do: without the pass the program of the phase `vector` is
another, and outputs and state are the same after a training step and a prediction, in f64. The passes
are those that the sources in PIPELINES add as optional; one that this test does not know is an error.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fold_batch_norm import Model  # noqa: E402
from library import Compiled  # noqa: E402
from random_nets import differences, state_of  # noqa: E402

# Passes that may leave this model as it is: with a budget of memory alone
# (test/Schedule/recompute-numeric.test), and of f32 alone (test/Codegen).
IDLE = {"dl-recompute", "dl-approximate-math"}

PARTS = ", ".join(f"%part{i}" for i in range(40))
SLICES = "\n    ".join(f"%part{i} = dl.slice %row at [{(7 * i) % 5000}] size [3] : tensor<6000xf64> -> "
                       f"tensor<3xf64>" for i in range(40))
TEXT = f"""
dl.model @passes attributes {{fastmath}} {{
  dl.param @w : tensor<8x3x3x3xf64> = ones
  dl.param @v : tensor<4x11x3x3xf64> = ones
  dl.param @g : tensor<8xf64> = ones
  dl.param @b : tensor<8xf64> = ones
  dl.param @u : tensor<4x8xf64> = ones
  dl.param @r : tensor<4x4xf64> = ones
  dl.param @q : tensor<48x32x3x3xf64> = ones
  dl.buffer @mean : tensor<8xf64> = zeros
  dl.buffer @var : tensor<8xf64> = ones
  dl.optimizer @sgd = #dl.sgd<momentum = 0.9>
  dl.func @net(%x: tensor<2x3x16x16xf64>, %row: tensor<6000xf64>) -> (tensor<2x4xf64>, tensor<2x8x8x8xf64>) {{
    %w = dl.read @w : tensor<8x3x3x3xf64>
    %g = dl.read @g : tensor<8xf64>
    %b = dl.read @b : tensor<8xf64>
    %u = dl.read @u : tensor<4x8xf64>
    %r = dl.read @r : tensor<4x4xf64>
    // dl-fold-batch-norm, dl-pool-first
    %0 = dl.conv2d %x, %w {{padding = [1, 1]}} : tensor<2x3x16x16xf64>, tensor<8x3x3x3xf64> -> tensor<2x8x16x16xf64>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : tensor<2x8x16x16xf64>, tensor<8xf64>, tensor<8xf64> -> tensor<2x8x16x16xf64>
    %2 = dl.sigmoid %1 : tensor<2x8x16x16xf64>
    %3 = dl.max_pool2d %2 {{kernel = [2, 2]}} : tensor<2x8x16x16xf64> -> tensor<2x8x8x8xf64>
    %4 = dl.transpose %3 perm [0, 2, 3, 1] : tensor<2x8x8x8xf64> -> tensor<2x8x8x8xf64>
    %5 = dl.softmax %4 {{axis = 3}} : tensor<2x8x8x8xf64>
    %6 = dl.mul %5, %4 : tensor<2x8x8x8xf64>
    %7 = dl.mean %6 {{axes = [1, 2]}} : tensor<2x8x8x8xf64> -> tensor<2x8xf64>
    // dl-choose-layout: what is behind the convolution is larger than its input.
    %s = dl.sigmoid %x : tensor<2x3x16x16xf64>
    %k = dl.conv2d %s, %w {{padding = [1, 1]}} : tensor<2x3x16x16xf64>, tensor<8x3x3x3xf64> -> tensor<2x8x16x16xf64>
    %c = dl.concat %k, %s {{axis = 1}} : tensor<2x8x16x16xf64>, tensor<2x3x16x16xf64> -> tensor<2x11x16x16xf64>
    %v = dl.read @v : tensor<4x11x3x3xf64>
    %c1 = dl.conv2d %c, %v : tensor<2x11x16x16xf64>, tensor<4x11x3x3xf64> -> tensor<2x4x14x14xf64>
    // dl-order-kernels: each convolution had better be followed by its mean.
    %c2 = dl.conv2d %s, %w : tensor<2x3x16x16xf64>, tensor<8x3x3x3xf64> -> tensor<2x8x14x14xf64>
    %mean1 = dl.mean %c1 {{axes = [0, 2, 3]}} : tensor<2x4x14x14xf64> -> tensor<4xf64>
    %mean2 = dl.mean %c2 {{axes = [1, 2, 3]}} : tensor<2x8x14x14xf64> -> tensor<2xf64>
    // dl-note-zero-borders: enough channels for the products with zeros to count
    %q = dl.read @q : tensor<48x32x3x3xf64>
    %few = dl.slice %row at [0] size [2048] : tensor<6000xf64> -> tensor<2048xf64>
    %small = dl.reshape %few : tensor<2048xf64> to tensor<4x32x4x4xf64>
    %c3 = dl.conv2d %small, %q {{padding = [1, 1]}} : tensor<4x32x4x4xf64>, tensor<48x32x3x3xf64> -> tensor<4x48x4x4xf64>
    %mean3 = dl.mean %c3 {{axes = [1, 2, 3]}} : tensor<4x48x4x4xf64> -> tensor<4xf64>
    // dl-assign-storage, dl-fast-math, cse
    %8 = dl.linear %7, %u : tensor<2x8xf64>, tensor<4x8xf64> -> tensor<2x4xf64>
    %9 = dl.exp %8 : tensor<2x4xf64>
    %10 = dl.tanh %8 : tensor<2x4xf64>
    %11 = dl.exp %10 : tensor<2x4xf64>
    %12 = dl.mul %9, %11 : tensor<2x4xf64>
    %13 = dl.tanh %8 : tensor<2x4xf64>
    %14 = dl.add %12, %13 : tensor<2x4xf64>
    // dl-hoist-invariants
    %15 = dl.scan 3 carry(%h = %14) with(%m = %r) : (tensor<2x4xf64>, tensor<4x4xf64>) -> tensor<2x4xf64> {{
      %m1 = dl.tanh %m : tensor<4x4xf64>
      %h1 = dl.matmul %h, %m1 : tensor<2x4xf64>, tensor<4x4xf64> -> tensor<2x4xf64>
      %h2 = dl.tanh %h1 : tensor<2x4xf64>
      dl.yield %h2 : tensor<2x4xf64>
    }}
    // dl-split-concats, dl-split-reductions
    {SLICES}
    %joined = dl.concat {PARTS} {{axis = 0}} : {', '.join(['tensor<3xf64>'] * 40)} -> tensor<120xf64>
    %sum = dl.reduce_sum %joined {{axes = [0]}} : tensor<120xf64> -> tensor<f64>
    %total = dl.reduce_sum %row {{axes = [0]}} : tensor<6000xf64> -> tensor<f64>
    %both = dl.add %sum, %total : tensor<f64>
    %16 = dl.add %15, %both : tensor<2x4xf64>, tensor<f64> -> tensor<2x4xf64>
    %means = dl.add %mean1, %mean3 : tensor<4xf64>
    %17 = dl.add %16, %means : tensor<2x4xf64>, tensor<4xf64> -> tensor<2x4xf64>
    %18 = dl.broadcast %mean2 dims [0] : tensor<2xf64> to tensor<2x4xf64>
    %y = dl.add %17, %18 : tensor<2x4xf64>
    dl.return %y, %4 : tensor<2x4xf64>, tensor<2x8x8x8xf64>
  }}
  dl.step @train(%x: tensor<2x3x16x16xf64>, %row: tensor<6000xf64>) -> (loss: tensor<f64>) {{
    %y, %z = dl.call @net(%x, %row) mode(train) : (tensor<2x3x16x16xf64>, tensor<6000xf64>) -> (tensor<2x4xf64>, tensor<2x8x8x8xf64>)
    %q = dl.sin %y : tensor<2x4xf64>
    %loss = dl.reduce_sum %q {{axes = [0, 1]}} : tensor<2x4xf64> -> tensor<f64>
    %lr = dl.constant dense<1.0> : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f64>, tensor<f32>
    dl.return %loss : tensor<f64>
  }}
  dl.step @predict(%x: tensor<2x3x16x16xf64>, %row: tensor<6000xf64>) -> (y: tensor<2x4xf64>, z: tensor<2x8x8x8xf64>) {{
    %y, %z = dl.call @net(%x, %row) mode(eval) : (tensor<2x3x16x16xf64>, tensor<6000xf64>) -> (tensor<2x4xf64>, tensor<2x8x8x8xf64>)
    dl.return %y, %z : tensor<2x4xf64>, tensor<2x8x8x8xf64>
  }}
}}
"""


def optional_passes(folder):
    """The names of the passes in calls of addOptional."""
    names = []
    for path in sorted(pathlib.Path(folder).glob("*.cpp")):
        for found in re.findall(r"addOptional\([^;{]*?create(\w+)\(", path.read_text()):
            name = "cse" if found == "CSEPass" else \
                "dl" + re.sub(r"([A-Z])", lambda m: "-" + m[1].lower(), found)
            if name not in names:
                names.append(name)
    return names


def run(library, x, row, values):
    model = Model(library)
    model.set(values)
    loss, y, z = np.full((), np.nan), np.full((2, 4), np.nan), np.full((2, 8, 8, 8), np.nan)
    model.run("predict", x, row, y, z)
    before = y.copy()
    model.run("train", x, row, loss)
    model.run("predict", x, row, y, z)
    entries = [e for e in json.loads(library.table.contents.json)["state"]
               if e["kind"] in ("param", "buffer")]
    found = {**state_of(model, library, entries), "before": before, "loss": loss, "y": y, "z": z}
    model.close()
    return found


def compile_without(dlc, folder, name, *options):
    """What the phase `vector` leaves, and a library of it, which LLVM need not optimize."""
    left = folder / f"{name}.vector.mlir"
    subprocess.run([dlc, folder / "passes.mlir", "--emit=vector", "-o", left, *options], check=True)
    subprocess.run([dlc, left, "--from=vector", "-O0", "-o", folder / f"{name}.so"], check=True)
    return left.read_text(), Compiled(folder / f"{name}.so")


def main():
    dlc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "passes.mlir").write_text(TEXT)
    everything, library = compile_without(dlc, folder, "all")
    rng = np.random.default_rng(2)
    x, row = rng.normal(size=(2, 3, 16, 16)), rng.normal(size=6000) / 100
    values = {e["name"]: rng.uniform(0.2, 1, e["shape"]) * rng.choice([1, 1, 1, -1], e["shape"])
              if e["kind"] == "param" else rng.uniform(0.5, 1, e["shape"])
              for e in json.loads(library.table.contents.json)["state"]
              if e["kind"] in ("param", "buffer")}
    want = run(library, x, row, values)
    wrong = 0
    names = optional_passes(sys.argv[3])
    for name in names:
        left, other = compile_without(dlc, folder, name, f"--leave-out={name}")
        differing, distance = differences(run(other, x, row, values), want)
        idle = left == everything and name not in IDLE
        wrong += bool(differing) or idle
        print(f"without {name}: within {distance:.0e}{' DIFFERS ' + str(differing) if differing else ''}"
              f"{', but the program is the same' if idle else ''}", flush=True)
    print(f"{len(names)} passes, {wrong} wrong")


if __name__ == "__main__":
    main()
