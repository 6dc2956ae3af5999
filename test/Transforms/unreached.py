# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a dl.minimize does with parameters that its loss does not depend on: nothing, by any
rule and clause, as PyTorch does where `grad` is None.

For each variant of test/golden/descent.py, one descent on a loss of `w`, over

  none       is read and not used
  stopped    is used through dl.stop_gradient
  truth      is compared with 0, and that selects
  flat       is the offset of an affine function, whose gradient is penalised: dl.gradient alone
             is between, and what comes of it does not depend on it
  zero       is multiplied by 0: its gradient is one, of zeros, and weight decay moves it
  penalised  is the slope of the affine function

Prints what moved that should not have, and what should have and did not.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "golden"))
from descent import VARIANTS  # noqa: E402

T = "tensor<2x2xf64>"
STAY, MOVE = ("none", "stopped", "truth", "flat"), ("w", "penalised")
ALL = (*STAY, *MOVE, "zero")
# Those that set it and do not say "0.0"; the defaults of the others.
DECAYS_BY_DEFAULT = ("adamw", "muon")


def decays(rule):
    value = rule.partition("weight_decay = ")[2]
    return float(value.split(",")[0].split(">")[0]) > 0 if value else \
        rule.split("<")[0] in DECAYS_BY_DEFAULT


def descent(v, clauses):
    lines = [f"%{v}_{p} = dl.read @{v}.{p} : {T}" for p in ALL]
    lines += [
        f"%{v}_s = dl.stop_gradient %{v}_stopped : {T}",
        f"%{v}_c = dl.compare gt %{v}_truth, %{v}_s : {T} -> tensor<2x2xi1>",
        f"%{v}_y = dl.mul %{v}_w, %{v}_s : {T}",
        f"%{v}_z = dl.scale %{v}_zero by 0.0 : {T}",
        f"%{v}_t = dl.add %{v}_y, %{v}_z : {T}",
        f"%{v}_a = dl.select %{v}_c, %{v}_t, %{v}_w : tensor<2x2xi1>, {T}",
        f"%{v}_p = dl.mul %{v}_penalised, %x : {T}",
        f"%{v}_f = dl.add %{v}_p, %{v}_flat : {T}",
        f"%{v}_d = dl.gradient %{v}_f wrt %x cotangent(%x) : {T} -> {T}",
        f"%{v}_l = dl.add %{v}_a, %{v}_d : {T}",
        f"%{v}_q = dl.square %{v}_l : {T}",
        f"%{v}_loss = dl.reduce_sum %{v}_q : {T} -> tensor<f64>",
        f'dl.minimize %{v}_loss with @of_{v} over ["{v}.*"] lr(%lr) {clauses.format(v=v)} '
        ": tensor<f64>, tensor<f64>"]
    for p in ALL:
        lines += [f"%{v}_{p}_new = dl.read @{v}.{p} : {T}",
                  f"%{v}_{p}_step = dl.sub %{v}_{p}_new, %{v}_{p} : {T}",
                  f"%{v}_{p}_size = dl.abs %{v}_{p}_step : {T}",
                  f"%{v}_{p}_moved = dl.reduce_sum %{v}_{p}_size : {T} -> tensor<f64>"]
    return lines


def model(variants):
    state, lines, results = [], [], []
    for v in variants:
        rule, _, clauses = VARIANTS[v]
        # Within the bound of clip_weights.
        state += [f"  dl.param @{v}.{p} : {T} = constant<0.125>" for p in ALL]
        state.append(f"  dl.optimizer @of_{v} = #dl.{rule}")
        lines += descent(v, clauses.replace("{v}.b*", "{v}.z*").replace("{v}.w1", "{v}.none"))
        results += [f"{v}_{p}_moved" for p in ALL]
    outs = ", ".join(f"{r}: tensor<f64>" for r in results)
    return "\n".join([
        "dl.model @m {", *state, f"  dl.step @train(%x: {T}) -> ({outs}) {{",
        "%lr = dl.constant dense<0.1> : tensor<f64>", *lines,
        f"dl.return {', '.join('%' + r for r in results)} : {', '.join(['tensor<f64>'] * len(results))}",
        "  }", "}", ""])


def main():
    dlc_run, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    import numpy as np
    np.save(f"{folder}/x.npy", np.array([[1.0, 2.0], [-0.5, 0.75]]))
    warnings = right = 0
    # Compiling takes longer than all the interpreter does.
    for mode, variants in (("--interpret", list(VARIANTS)), ("-O0", ["adam_decay", "accumulate"]),
                           ("-O2", ["adamw", "clip_norm"])):
        path = f"{folder}/m{mode}.mlir"
        with open(path, "w") as file:
            file.write(model(variants))
        run = subprocess.run([dlc_run, path, mode, "--step", "train", "--input", f"x={folder}/x.npy"],
                             capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"{mode}: {run.stderr}")
        for v in variants:
            # Those that are known at once, and the one that `grad` finds.
            known = [p for p in ("none", "stopped", "truth") if not (v == "frozen" and p == "none")]
            for names in (known, ["flat"]):
                listed = ", ".join(f"@{v}.{name}" for name in names)
                warnings += f"the loss does not depend on {listed}; left as" in run.stderr
        moved = dict(line.split(" = ") for line in run.stdout.splitlines() if "_moved = " in line)
        for v in variants:
            rule, _, clauses = VARIANTS[v]
            for p in ALL:
                size = float(moved[f"{v}_{p}_moved"])
                if p in STAY:
                    fine = size == 0
                elif "accumulate" in clauses:
                    fine = size == 0  # no update is due yet
                elif p == "zero":
                    fine = (size > 0) == (decays(rule) and "groups" not in clauses)
                else:
                    fine = size > 0
                right += fine
                if not fine:
                    print(f"{v} {mode}: {p} moved by {size}")
    print(f"{right} right, {warnings} warnings")


if __name__ == "__main__":
    main()
