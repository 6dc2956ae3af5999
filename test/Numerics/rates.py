#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The forms of the learning rate in dl.minimize, under every rule and clause.

    rates.py DLC

lr(@lr) must give the bits of lr(%lr), where %lr is the dl.read_hparam of @lr, before and
after another value is set, for a dl.hparam of f32 and of f64; lr(0.3) those of lr(%lr),
where %lr is a constant of f64, and those of a dl.hparam of f64 that is 0.3. All with
parameters of f32 and of f64. Other rates must give other bits; the f32 nearest to 0.3 is
one, with parameters of f64.
"""
import pathlib
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from hyper import SHAPE, VARIANTS, Run  # noqa: E402

# form: what makes the rate, how the clause names it, its type behind that of the loss.
FORMS = {
    "operand": ("%lr = dl.read_hparam @lr : tensor<f32>", "lr(%lr)", ", tensor<f32>"),
    "name": ("", "lr(@lr)", ""),
    "wide operand": ("%lr = dl.read_hparam @lr : tensor<f64>", "lr(%lr)", ", tensor<f64>"),
    "wide name": ("", "lr(@lr)", ""),
    "constant": ("%lr = dl.constant dense<0.3> : tensor<f64>", "lr(%lr)", ", tensor<f64>"),
    "number": ("", "lr(0.3)", ""),
}
NAMED = ("operand", "name", "wide operand", "wide name")


def model(form, element):
    """The program with that form of the rate."""
    made, clause, of_rate = FORMS[form]
    p = f"tensor<{'x'.join(map(str, SHAPE))}x{element}>"
    lines = ["dl.model @rates {"]
    if form in NAMED:
        lines += ["dl.hparam @lr : tensor<f64> = 0.3" if "wide" in form else "dl.hparam @lr = 0.3"]
    for name, (text, clauses, hypers) in VARIANTS.items():
        numbers = {hyper: str(values[0]) for hyper, values in hypers.items()}
        lines += [f"dl.param @{name}.p : {p} = zeros",
                  f"dl.optimizer @rule_{name} = {text.format(**numbers)}",
                  f"dl.step @{name}(%g: {p}) {{", f"%p = dl.read @{name}.p : {p}",
                  f"%m = dl.mul %p, %g : {p}",
                  f"%s = dl.reduce_sum %m {{axes = [0, 1]}} : {p} -> tensor<{element}>", made,
                  f'dl.minimize %s with @rule_{name} over ["{name}.p"] {clause} '
                  f"{clauses.format(**numbers)} : tensor<{element}>{of_rate}", "dl.return", "}"]
    return "\n".join(lines + ["}", ""])


def differing(a, b):
    """The parameters that have other bits in b."""
    return {name.removesuffix(".p") for name in a
            if name.endswith(".p") and a[name].tobytes() != b[name].tobytes()}


def check(folder, dlc, element, rng):
    """The number of failures with parameters of that type."""
    dtype = {"f32": "f4", "f64": "f8"}[element]
    runs = {form: Run(folder, dlc, f"{form.replace(' ', '-')}-{element}", model(form, element)) for form in FORMS}
    start = {f"{name}.p": rng.standard_normal(SHAPE).astype(dtype) for name in VARIANTS}
    start["seed"] = np.array(7)
    for run in runs.values():
        run.set(start)
    failures = 0
    for rate in (None, 0.1):
        for form in NAMED if rate else ():
            runs[form].call("set_hparam", "lr", rate)
        for _ in range(3):
            gradient = rng.standard_normal(SHAPE).astype(dtype)
            for run in runs.values():
                run.update(gradient)
        states = {form: run.state() for form, run in runs.items()}
        pairs = [("operand", "name"), ("wide operand", "wide name"), ("constant", "number")]
        if not rate:
            pairs += [("wide name", "number")]
            exact = set(VARIANTS) & differing(states["name"], states["number"])
        for one, other in pairs:
            for name in states[one]:
                if states[one][name].tobytes() != states[other][name].tobytes():
                    failures += 1
                    print(f"{element}: {name} is {states[other][name]} with the {other}, "
                          f"not {states[one][name]} as with the {one}")
    still = set(VARIANTS) - differing(states["name"], states["number"])
    if still:
        failures += 1
        print(f"{element}: another rate does not change {sorted(still)}")
    if element == "f64" and exact != set(VARIANTS):
        failures += 1
        print(f"0.3 of f32 gives the bits of 0.3 in {sorted(set(VARIANTS) - exact)}")
    return failures


def main():
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        failures = sum(check(folder, sys.argv[1], element, rng) for element in ("f32", "f64"))
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
