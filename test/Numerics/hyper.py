#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every hyper-parameter of every rule and clause, set through the C interface.

    hyper.py DLC

One model names a `dl.hparam` wherever a rule or clause has a number; after six of twelve
updates all get other values, by dlc_set_hparam. It must go as two models that have the
numbers in the program, of which the second continues with the state of the first: 1e-12
of the largest, in f64. The numbers are exact in f32, which a `dl.hparam` is.
"""
import ctypes
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
from library import HANDLE, Compiled  # noqa: E402

SHAPE = (3, 4)
ADAM = {"beta1": (0.875, 0.5), "beta2": (0.75, 0.9375), "eps": (0.125, 0.25),
        "weight_decay": (0.25, 0.5)}
RADAM = ADAM | {"beta2": (0.9375, 0.875)}  # rectified from the sixth update on


def rule(name, flags="", **hypers):
    """The attribute; `{}` in it for each hyper-parameter."""
    fields = [f"{hyper} = {{{hyper}}}" for hyper in hypers] + ([flags] if flags else [])
    return f"#dl.{name}<{', '.join(fields)}>", "", hypers


def clause(text, **hypers):
    return "#dl.sgd", text, hypers


# name: the rule, what follows lr(...), the values before and after the change.
VARIANTS = {
    "sgd": rule("sgd", momentum=(0.5, 0.75), dampening=(0.25, 0.125), weight_decay=(0.25, 0.5)),
    "nesterov": rule("sgd", "nesterov = true", momentum=(0.5, 0.75)),
    "decoupled": rule("sgd", "decoupled_weight_decay = true", weight_decay=(0.25, 0.5)),
    "adagrad": rule("adagrad", lr_decay=(0.5, 0.25), eps=(0.125, 0.25), weight_decay=(0.25, 0.5)),
    "rmsprop": rule("rmsprop", "centered = true", alpha=(0.75, 0.5), eps=(0.5, 0.25),
                    momentum=(0.5, 0.25), weight_decay=(0.25, 0.5)),
    "adadelta": rule("adadelta", rho=(0.75, 0.5), eps=(0.125, 0.25), weight_decay=(0.25, 0.5)),
    "adam": rule("adam", **ADAM),
    "amsgrad": rule("adam", "amsgrad = true", **ADAM),
    "adamw": rule("adamw", **ADAM),
    "adamax": rule("adamax", **ADAM),
    "nadam": rule("nadam", **ADAM, momentum_decay=(0.5, 0.25)),
    "radam": rule("radam", **RADAM),
    "lion": rule("lion", beta1=(0.875, 0.5), beta2=(0.75, 0.9375), weight_decay=(0.25, 0.5)),
    "lamb": rule("lamb", **ADAM),
    "muon": rule("muon", momentum=(0.5, 0.75), weight_decay=(0.25, 0.5)),
    "lookahead": ("#dl.lookahead<#dl.adam<beta1 = {beta1}>, k = 2, alpha = {alpha}>", "",
                  {"beta1": (0.875, 0.5), "alpha": (0.5, 0.75)}),
    "ranger": rule("ranger", "k = 2", **RADAM, alpha=(0.5, 0.75)),
    "group": clause('groups [#dl.group<["*"], lr = {lr}, weight_decay = {weight_decay}>]',
                    lr=(0.5, 2.0), weight_decay=(0.25, 0.5)),
    "clip_value": clause("clip_value({bound})", bound=(0.5, 0.25)),
    "clip_norm": clause("clip_norm({bound})", bound=(0.5, 0.25)),
    "noise": clause("noise({eta}, {gamma})", eta=(0.5, 0.25), gamma=(0.5, 0.75)),
    "clip_weights": clause("clip_weights({bound})", bound=(0.5, 0.25)),
    "average": clause("average({decay})", decay=(0.5, 0.75)),
}


def model(part):
    """The program, with the numbers of that part; of neither: with hyper-parameters."""
    p = "tensor<3x4xf64>"
    lines = ["dl.model @hyper {", "dl.hparam @lr = 0.125"]
    for name, (text, clauses, hypers) in VARIANTS.items():
        if part is None:
            lines += [f"dl.hparam @{name}.{hyper} = 0.0625" for hyper in hypers]
            numbers = {hyper: f"@{name}.{hyper}" for hyper in hypers}
        else:
            numbers = {hyper: str(values[part]) for hyper, values in hypers.items()}
        lines += [f"dl.param @{name}.p : {p} = zeros",
                  f"dl.optimizer @rule_{name} = {text.format(**numbers)}",
                  f"dl.step @{name}(%g: {p}) {{", f"%p = dl.read @{name}.p : {p}",
                  f"%m = dl.mul %p, %g : {p}",
                  f"%s = dl.reduce_sum %m {{axes = [0, 1]}} : {p} -> tensor<f64>",
                  "%lr = dl.read_hparam @lr : tensor<f32>",
                  f'dl.minimize %s with @rule_{name} over ["{name}.p"] lr(%lr) '
                  f"{clauses.format(**numbers)} : tensor<f64>, tensor<f32>", "dl.return", "}"]
    return "\n".join(lines + ["}", ""])


class Run:
    """A compiled model and a handle on it."""

    def __init__(self, folder, dlc, name, text):
        path = pathlib.Path(folder) / name
        path.with_suffix(".mlir").write_text(text)
        subprocess.run([dlc, path.with_suffix(".mlir"), "-o", path.with_suffix(".so")], check=True)
        self.library = Compiled(path.with_suffix(".so"))
        self.handle = HANDLE()
        self.library.check(self.library.api.create(self.library.table, 2,
                                                   ctypes.byref(self.handle)), "dlc_create")
        types = {"f32": "f4", "f64": "f8", "i64": "i8"}
        self.entries = {e["name"]: np.zeros(e["shape"], types[e["type"]])
                        for e in json.loads(self.library.table.contents.json)["state"]
                        if e["kind"] != "hparam"}

    def call(self, function, name, *rest):
        self.library.check(getattr(self.library.api, function)(self.handle, name.encode(), *rest),
                           f"dlc_{function} {name}", self.handle)

    def state(self):
        for name, array in self.entries.items():
            self.call("get", name, array.ctypes.data, array.nbytes)
        return self.entries

    def set(self, state):
        for name, array in state.items():
            self.call("set", name, array.ctypes.data, array.nbytes)

    def update(self, gradient):
        io = (ctypes.c_void_p * 1)(gradient.ctypes.data)
        for index, _ in self.library.steps.values():
            self.library.check(self.library.api.run(self.handle, index, io), "run", self.handle)


def main():
    rng = np.random.default_rng(3)
    gradients = rng.standard_normal((2, 6, *SHAPE))
    start = {f"{name}.p": rng.standard_normal(SHAPE) for name in VARIANTS}
    start["seed"] = np.array(7)
    with tempfile.TemporaryDirectory() as folder:
        parts = [Run(folder, sys.argv[1], f"part{part}", model(part)) for part in (0, 1)]
        named = Run(folder, sys.argv[1], "named", model(None))
    parts[0].set(start)
    named.set(start)
    failures = 0
    for part, literal in enumerate(parts):
        if part:
            literal.set(parts[0].state())
        for name, (_, _, hypers) in VARIANTS.items():
            for hyper, values in hypers.items():
                named.call("set_hparam", f"{name}.{hyper}", values[part])
        for gradient in gradients[part]:
            literal.update(gradient)
            named.update(gradient)
        got = named.state()
        for name, want in literal.state().items():
            error = np.max(np.abs(got[name] - want), initial=0)
            if not error <= 1e-12 * np.max(np.abs(want), initial=0):
                failures += 1
                print(f"part {part}, {name}: is off by {error:.1e}\n{got[name]}\nnot\n{want}")
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
