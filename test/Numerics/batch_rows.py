# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps with `batch(1 to 32)` against the same steps of fixed sizes: batch_rows.py DLC_RUN FOLDER

A step whose rows do not depend on each other, nor on how many there are, gives for any number of rows
what the program of that number gives. All others are refused. Each body below is one or the other;
losses come with every reduction, and with gradients of first and second order.
"""
import pathlib
import subprocess
import sys

import numpy as np

ROWS = (1, 3, 5, 13, 32)
T, V, S = "tensor<@x4xf32>", "tensor<@xf32>", "tensor<f32>"

BODIES = {
    "pointwise": f"%y = dl.tanh %x : {T}",
    "softmax": f"%y = dl.softmax %x {{axis = 1}} : {T}",
    "mean of a row": f"%m = dl.mean %x {{axes = [1]}} : {T} -> {V}\n%b = dl.broadcast %m dims [0] : {V} to {T}\n"
                     f"%y = dl.sub %x, %b : {T}",
    "mean of the batch": f"%m = dl.mean %x : {T} -> {S}\n%y = dl.sub %x, %m : {T}, {S} -> {T}",
    "number of ones": f"%o = dl.constant dense<1.0> : {T}\n%a = dl.add %x, %o : {T}\n"
                      f"%s = dl.reduce_sum %o : {T} -> {S}\n%y = dl.mul %a, %s : {T}, {S} -> {T}",
    "sum of a broadcast": f"%c = dl.constant dense<0.5> : {S}\n%o = dl.broadcast %c dims [] : {S} to {T}\n"
                          f"%a = dl.add %x, %o : {T}\n%s = dl.reduce_sum %o : {T} -> {S}\n"
                          f"%y = dl.mul %a, %s : {T}, {S} -> {T}",
    "mean of a broadcast": f"%c = dl.constant dense<0.5> : {S}\n%o = dl.broadcast %c dims [] : {S} to {T}\n"
                           f"%a = dl.add %x, %o : {T}\n%s = dl.mean %o : {T} -> {S}\n"
                           f"%y = dl.mul %a, %s : {T}, {S} -> {T}",
    "running sum of ones": f"%o = dl.constant dense<1.0> : {T}\n%c = dl.cumsum %o {{axis = 0}} : {T} -> {T}\n"
                           f"%y = dl.add %x, %c : {T}",
    "gradient of a sum of rows": f"%q = dl.square %x : {T}\n%m = dl.mean %q {{axes = [1]}} : {T} -> {V}\n"
                                 f"%l = dl.reduce_sum %m : {V} -> {S}\n%y = dl.gradient %l wrt %x : {S} -> {T}",
    "step along the gradient of a mean": f"%t = dl.tanh %x : {T}\n%m = dl.mean %t : {T} -> {S}\n"
                                         f"%g = dl.gradient %m wrt %x : {S} -> {T}\n%e = dl.scale %g by 10.0 : {T}\n"
                                         f"%y = dl.sub %x, %e : {T}",
    "norm of the batch": f"%n = dl.norm %x : {T} -> {S}\n%y = dl.div %x, %n : {T}, {S} -> {T}",
}
LOSSES = {
    "mse": f"%t = dl.tanh %x : {T}\n%l = dl.mse %x, %t reduction(@R) : {T} -> @L",
    "l1": f"%t = dl.tanh %x : {T}\n%l = dl.l1 %x, %t reduction(@R) : {T} -> @L",
    "huber": f"%t = dl.tanh %x : {T}\n%l = dl.huber %x, %t reduction(@R) : {T} -> @L",
    "bce_with_logits": f"%t = dl.sigmoid %x : {T}\n%l = dl.bce_with_logits %x, %t reduction(@R) : {T} -> @L",
    "cross_entropy": f"%k = dl.argmax %x {{axis = 1}} : {T} -> tensor<@xi32>\n"
                     f"%l = dl.cross_entropy %x, %k reduction(@R) : {T}, tensor<@xi32> -> @L",
}
for loss, text in LOSSES.items():
    for reduction in ("mean", "sum"):
        base = text.replace("@R", reduction).replace("@L", S)
        first = f"{base}\n%g = dl.gradient %l wrt %x : {S} -> {T}\n"
        BODIES[f"gradient of {loss}, {reduction}"] = first + f"%y = dl.add %g, %x : {T}"
        if loss != "l1":
            BODIES[f"second gradient of {loss}, {reduction}"] = (
                first + f"%h = dl.square %g : {T}\n%s = dl.reduce_sum %h : {T} -> {S}\n"
                f"%d = dl.gradient %s wrt %x : {S} -> {T}\n%y = dl.add %d, %x : {T}")


def model(body, rows, clause):
    return (f"dl.model @m {{\n  dl.step @f(%x: {T}) -> (y: {T}) {clause} {{\n{body}\n    dl.return %y : {T}\n  }}\n}}\n"
            .replace("@x", f"{rows}x"))


def main(dlc_run, folder):
    folder = pathlib.Path(folder)
    x = np.random.default_rng(3).normal(size=(32, 4)).astype(np.float32)
    equal = refused = wrong = 0
    for name, body in BODIES.items():
        any_rows, fixed = folder / "any.mlir", folder / "fixed.mlir"
        any_rows.write_text(model(body, 8, "batch(1 to 32)"))
        verdict = "equal"
        for rows in ROWS:
            fixed.write_text(model(body, rows, ""))
            np.save(folder / "x.npy", x[:rows])

            def run(program):
                return subprocess.run([dlc_run, program, "--interpret", "--step", "f", "--input", f"x={folder}/x.npy",
                                       "--output", f"y={folder}/{program.stem}.npy"], capture_output=True, text=True)

            if (right := run(fixed)).returncode:
                sys.exit(f"{name}: {right.stderr}")
            got = run(any_rows)
            if got.returncode:
                verdict = "refused" if "takes a batch of any size" in got.stderr else got.stderr
                break
            want, seen = np.load(folder / "fixed.npy"), np.load(folder / "any.npy")
            if not np.allclose(want, seen, rtol=1e-5, atol=1e-6):
                verdict = f"wrong for {rows} rows"
                break
        equal += verdict == "equal"
        refused += verdict == "refused"
        wrong += verdict not in ("equal", "refused")
        print(f"{name}: {verdict}")
    print(f"{equal} equal, {refused} refused, {wrong} wrong")


if __name__ == "__main__":
    main(*sys.argv[1:])
