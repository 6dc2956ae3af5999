# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The critic's step of small forms of wgan-gp against PyTorch's numbers in test/golden/data/penalty.npz,
in f64 and f32: its outputs and the gradients of all parameters, read off a step of plain descent.

usage: penalty.py DLC-MODELS DLC-RUN FOLDER
"""
import pathlib
import re
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "bench/adversarial"), str(ROOT / "test/golden")]
import models  # noqa: E402
from interpreter import read_safetensors, write_safetensors  # noqa: E402

# As in make_penalty.py.
OPTIONS = {"batch": 3, "image": "1x8x8", "width": 2, "latent": 3}
# A rate at which the difference of parameters has the digits of the gradient.
RATE = 1024.0

dlc_models, dlc_run, folder = map(pathlib.Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
known = np.load(ROOT / "test/golden/data/penalty.npz")


def part(norm, kind):
    prefix = f"{norm}/{kind}/"
    return {name.removeprefix(prefix): known[name] for name in known if name.startswith(prefix)}


for norm in sorted({name.split("/")[0] for name in known}):
    for kind, limit in (("float64", 1e-12), ("float32", 2e-5)):
        program = models.Program("wgan-gp", dlc_models.parent, norm=norm, **OPTIONS)
        program.with_plain_descent()
        if kind == "float64":
            program.in_f64()
        program.with_draws()
        (folder / "model.mlir").write_text(program.text)
        start = {name: value.astype(kind) for name, value in part(norm, "start").items()}
        write_safetensors(folder / "start.safetensors", start)
        words = ["--step", "train_critic", "--params", folder / "start.safetensors", "--set", f"lr={RATE}",
                 "--save-params", folder / "after.safetensors"]
        for name, value in part(norm, "input").items():
            np.save(folder / f"{name}.npy", value if value.dtype == np.uint8 else value.astype(kind))
            words += ["--input", f"{name}={folder / name}.npy"]
        printed = models.run(dlc_run, folder / "model.mlir", "-O0", *words)
        ours = {name: float(value) for name, value in re.findall(r"^(\w+) = (\S+)$", printed, re.M)}
        theirs = part(norm, "output")
        assert ours.keys() == theirs.keys(), (ours, theirs)
        after = read_safetensors(folder / "after.safetensors")
        gradients = part(norm, "gradient")
        whole = np.sqrt(sum(np.sum(value ** 2) for value in gradients.values()))
        errors = {name: abs(ours[name] - value) / max(1, abs(value)) for name, value in theirs.items()}
        for name, value in gradients.items():
            moved = (start[name].astype("float64") - after[name]) / RATE
            errors[name] = np.linalg.norm(moved - value) / max(np.linalg.norm(value), 1e-4 * whole)
        wrong = {name: error for name, error in errors.items() if not error <= limit}
        assert not wrong, (norm, kind, wrong)
        print(f"{norm}, {kind}: {len(theirs)} outputs and {len(gradients)} gradients")
