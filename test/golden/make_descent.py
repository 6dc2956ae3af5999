#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes data/descent.npz: the variants of descent.py by PyTorch's optimizers, in f64."""
import pathlib

import numpy as np
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import get_ema_multi_avg_fn

from descent import BATCHES, CHECKED, STEPS, VARIANTS, NUMPY, draw, rate
from torch import optim

# Scalars that optimizers keep, as NAdam's, are of this type.
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

RULES = {
    "sgd": (optim.SGD, {}),
    "sgd_momentum": (optim.SGD, {"momentum": 0.9}),
    "sgd_dampening": (optim.SGD, {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}),
    "sgd_nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.001}),
    "adagrad": (optim.Adagrad, {}),
    "adagrad_all": (optim.Adagrad, {"lr_decay": 0.01, "initial_accumulator_value": 0.1,
                                    "weight_decay": 0.01}),
    "rmsprop": (optim.RMSprop, {}),
    "rmsprop_centered": (optim.RMSprop, {"centered": True, "alpha": 0.9, "eps": 1e-3}),
    "rmsprop_momentum": (optim.RMSprop, {"momentum": 0.5, "weight_decay": 0.01}),
    "rmsprop_both": (optim.RMSprop, {"momentum": 0.5, "centered": True, "eps": 1e-3}),
    "adadelta": (optim.Adadelta, {}),
    "adadelta_decay": (optim.Adadelta, {"rho": 0.8, "weight_decay": 0.01}),
    "adam": (optim.Adam, {}),
    "adam_amsgrad": (optim.Adam, {"amsgrad": True, "betas": (0.9, 0.9)}),
    "adam_decay": (optim.Adam, {"weight_decay": 0.05}),
    "adamw": (optim.AdamW, {}),
    "adamw_amsgrad": (optim.AdamW, {"amsgrad": True, "weight_decay": 0.1}),
    "adamax": (optim.Adamax, {"weight_decay": 0.01}),
    "nadam": (optim.NAdam, {}),
    "nadam_decoupled": (optim.NAdam, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam": (optim.RAdam, {}),
    "radam_decay": (optim.RAdam, {"weight_decay": 0.05, "betas": (0.9, 0.9)}),
    "muon": (optim.Muon, {}),
    "muon_rms": (optim.Muon, {"nesterov": False, "adjust_lr_fn": "match_rms_adamw",
                              "weight_decay": 0.0}),
    "clip_value": (optim.SGD, {"momentum": 0.9}),
    "clip_norm": (optim.Adam, {}),
    "groups": (optim.AdamW, {}),
    "frozen": (optim.SGD, {}),
    "accumulate": (optim.Adam, {}),
    "clip_weights": (optim.RMSprop, {}),
    "average": (optim.Adam, {}),
}

# Muon orthogonalizes in bf16, dlc in the type of the parameter.
torch.bfloat16 = torch.float64


def rules(name, p):
    rule, options = RULES[name]
    lr = rate(name)
    options = options | {"lr": lr}
    if rule is not optim.Muon:
        options |= {"foreach": False}
    weights, biases = [p["w1"], p["w2"]], [p["b1"], p["b2"]]
    if rule is optim.Muon:
        return [rule(weights, **options), optim.AdamW(biases, lr=lr, foreach=False)]
    if name == "groups":
        return [rule([{"params": weights}, {"params": biases, "lr": 3 * lr, "weight_decay": 0}],
                     **options)]
    if name == "frozen":
        return [rule([p["b1"], p["w2"], p["b2"]], **options)]
    return [rule(list(p.values()), **options)]


def descend(name):
    start, xs, ys = draw()
    p = {key: torch.tensor(array, dtype=torch.float64, requires_grad=True)
         for key, array in start.items()}
    optimizers, rows, average = rules(name, p), [], None
    every = 4 if name == "accumulate" else 1
    for t in range(1, STEPS + 1):
        x, y = (torch.tensor(a[(t - 1) % BATCHES], dtype=torch.float64) for a in (xs, ys))
        h = torch.tanh(torch.nn.functional.linear(x, p["w1"], p["b1"]))
        loss = torch.nn.functional.mse_loss(torch.nn.functional.linear(h, p["w2"], p["b2"]), y)
        (loss / every).backward()
        if name == "clip_value":
            clip_grad_value_(p.values(), 0.02)
        if name == "clip_norm":
            clip_grad_norm_(p.values(), 0.05)
        if t % every == 0:
            for optimizer in optimizers:
                optimizer.step()
            for value in p.values():
                value.grad = None
        with torch.no_grad():
            if name == "clip_weights":
                for value in p.values():
                    value.clamp_(-0.25, 0.25)
            if name == "average":
                values = [value.detach() for value in p.values()]
                if average is None:
                    average = [value.clone() for value in values]
                else:
                    get_ema_multi_avg_fn(0.9)(average, values, t)
        if t in CHECKED:
            rows.append(torch.cat([value.detach().ravel()
                                   for value in (average or p.values())]).numpy())
    return np.array(rows)


def main():
    assert set(VARIANTS) == set(RULES) | set(NUMPY)
    path = pathlib.Path(__file__).resolve().parent / "data" / "descent.npz"
    np.savez_compressed(path, **{name: descend(name) for name in RULES})
    print(f"{path}: {len(RULES)} variants, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
