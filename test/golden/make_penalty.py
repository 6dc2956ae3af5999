# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes data/penalty.npz: the critic's step of small forms of wgan-gp in PyTorch, in f64.

For each norm of the critic weights, images and what the step draws, with its outputs (the penalty and the norm of
the critic's gradient among them) and the gradients of the critic's parameters, which are of second order. Needs
PyTorch, and dlc-models for the shapes of what is drawn. test/Models/Inputs/penalty.py compares.

usage: make_penalty.py FOLDER-OF-DLC-MODELS
"""
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "bench/adversarial"))
import models  # noqa: E402

OPTIONS = {"batch": 3, "image": "1x8x8", "width": 2, "latent": 3}
NORMS = ("layer", "none")


def main():
    found = {}
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    for norm in NORMS:
        program = models.Program("wgan-gp", pathlib.Path(sys.argv[1]), norm=norm, **OPTIONS)
        twin = models.twins()["wgan-gp"](program.options)
        twin.module.double()
        fields = twin.batch(random)
        draws = [random.normal(size=shape) if kind == "normal" else random.uniform(size=shape)
                 for kind, shape in program.with_draws()["train_critic"]]
        start = {name: value.numpy().copy() for name, value in twin.module.state_dict().items()
                 if not name.endswith("num_batches_tracked")}
        outputs = twin.outputs("train_critic", {name: torch.from_numpy(value) for name, value in fields.items()},
                               [torch.from_numpy(value) for value in draws])
        named = dict(twin.module["critic"].named_parameters())
        # The last bias has none: it changes neither the distance nor the slope.
        gradients = torch.autograd.grad(outputs["loss"], list(named.values()))
        found |= {f"{norm}/start/{name}": value for name, value in start.items()}
        found |= {f"{norm}/input/{name}": value for name, value in fields.items()}
        found |= {f"{norm}/input/draw{place}": value for place, value in enumerate(draws)}
        found |= {f"{norm}/output/{name}": value.detach().numpy() for name, value in outputs.items()}
        found |= {f"{norm}/gradient/critic.{name}": value.numpy() for name, value in zip(named, gradients)}
    np.savez_compressed(HERE / "data/penalty.npz", **found)


if __name__ == "__main__":
    main()
