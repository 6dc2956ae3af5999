# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A step that trains a parameter which is not among those that it updates is an error, in
whatever way it does; one that leaves it as it is runs, and leaves it to the bit.

For each variant of test/golden/descent.py a step that updates `in` alone:

  all        descends over both, on a loss of both
  other      descends over `out` alone
  two        descends over `in`, then over `out`
  unread     descends over both, on a loss of `in`: an error where a clause changes parameters
             that the loss does not depend on (clip_weights, from 0.5 to 0.25)
  called     writes `out` in a function
  by_hand    writes `out` less its gradient
  own        descends over `in`, on a loss of both                               (runs)
  frozen     descends over both, on a loss of both, and `out` is frozen          (runs)
  statistics as own, through a batch norm whose running statistics are another's (runs)

Prints what was taken that should not have been, and the other way round.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "golden"))
from descent import VARIANTS  # noqa: E402

T = "tensor<2x2xf64>"
RUNS = ("own", "frozen", "statistics")
# These say nothing of a rule or a clause.
ONCE = ("called", "by_hand")
FORMS = ("all", "other", "two", "unread", *ONCE, *RUNS)


def minimize(loss, patterns, clauses, frozen=""):
    return f"dl.minimize {loss} with @rule over {patterns} lr(%lr) {frozen} {clauses} : tensor<f64>, tensor<f64>"


def body(form, clauses):
    loss = "%both" if form != "unread" else "%one"
    over = {"all": '["in", "out"]', "unread": '["in", "out"]', "frozen": '["in", "out"]',
            "other": '["out"]'}.get(form, '["in"]')
    if form == "called":
        return [f"dl.call @set(%x) : ({T}) -> ()"]
    if form == "by_hand":
        return [f"%d = dl.gradient %both wrt %out : tensor<f64> -> {T}",
                f"%new = dl.sub %out, %d : {T}", f"dl.write %new, @out : {T}"]
    if form == "statistics":
        loss = "%normed"
    lines = [minimize(loss, over, clauses, 'frozen ["out"]' if form == "frozen" else "")]
    if form == "two":
        lines.append(minimize(loss, '["out"]', clauses))
    return lines


def model(form, rule, clauses):
    statistics = [] if form != "statistics" else [
        "  dl.buffer @mean : tensor<2xf64> = zeros", "  dl.buffer @var : tensor<2xf64> = ones"]
    normed = [] if form != "statistics" else [
        f"%n = dl.batch_norm %p stats(@mean, @var) {{mode = #dl<mode train>}} : {T} -> {T}",
        f"%ns = dl.mul %n, %p : {T}",
        f"%normed = dl.reduce_sum %ns : {T} -> tensor<f64>"]
    return "\n".join([
        "dl.model @m {", f"  dl.param @in : {T} = constant<0.5>", f"  dl.param @out : {T} = constant<0.5>",
        *statistics, f"  dl.optimizer @rule = #dl.{rule}",
        f"  dl.func @set(%x: {T}) {{", f"dl.write %x, @out : {T}", "dl.return", "}",
        f'  dl.step @train(%x: {T}) -> (moved: tensor<f64>, changed: tensor<f64>) updates ["in"] {{',
        "%lr = dl.constant dense<0.1> : tensor<f64>",
        f"%in = dl.read @in : {T}", f"%out = dl.read @out : {T}",
        f"%a = dl.mul %in, %x : {T}", f"%p = dl.mul %a, %out : {T}",
        f"%one = dl.reduce_sum %a : {T} -> tensor<f64>", f"%both = dl.reduce_sum %p : {T} -> tensor<f64>",
        *normed, *body(form, clauses),
        *[line for n in ("in", "out") for line in (
            f"%{n}_new = dl.read @{n} : {T}", f"%{n}_step = dl.sub %{n}_new, %{n} : {T}",
            f"%{n}_abs = dl.abs %{n}_step : {T}", f"%{n}_size = dl.reduce_sum %{n}_abs : {T} -> tensor<f64>")],
        "dl.return %in_size, %out_size : tensor<f64>, tensor<f64>", "  }", "}", ""])


def main():
    dlc_run, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    import numpy as np
    np.save(f"{folder}/x.npy", np.array([[1.0, 2.0], [-0.5, 0.75]]))
    path = f"{folder}/m.mlir"
    right = {True: 0, False: 0}
    for v, (rule, _, clauses) in VARIANTS.items():
        clauses = clauses.replace("{v}.b*", "*").replace("frozen [\"{v}.w1\"]", "")
        for form in FORMS:
            if form in ONCE and v != "sgd":
                continue
            isTaken = form in RUNS or (form == "unread" and "clip_weights" not in clauses)
            with open(path, "w") as file:
                file.write(model(form, rule, clauses))
            run = subprocess.run([dlc_run, path, "--interpret", "--step", "train", "--input", f"x={folder}/x.npy"],
                                 capture_output=True, text=True)
            if isTaken:
                printed = dict(line.split(" = ") for line in run.stdout.splitlines())
                isDue = "accumulate" not in clauses
                fine = run.returncode == 0 and float(printed["changed"]) == 0 and (float(printed["moved"]) > 0) == isDue
            else:
                fine = run.returncode == 1 and \
                    "changes @out, which is not among the parameters that @train updates" in run.stderr
            right[isTaken] += fine
            if not fine:
                print(f"{v} {form}: {run.stdout}{run.stderr}")
    print(f"{right[False]} refused, {right[True]} run")


if __name__ == "__main__":
    main()
