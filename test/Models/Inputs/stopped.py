# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The step of the discriminator or critic of every adversarial model of dlc-models, with the
gradient of its loss for each parameter of the generator. As printed every gradient is a number
other than 0 (or the step would say nothing); with dl.stop_gradient behind the call of the
generator each is exactly 0, in steps with a penalty of second order too, and the loss is the same.

usage: stopped.py DLC-MODELS DLC-RUN FOLDER
"""
import pathlib
import re
import sys

import numpy

import every_model
from every_model import run

dlc_models, dlc_run, folder = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
SMALL = {"batch": 4, "width": 8, "latent": 6, "classes": 3, "layers": 2, "dropout": 0}


def with_gradients(program, step, isStopped):
    """The program whose step gives the greatest magnitude of each gradient too."""
    begin = program.index(f"dl.step @{step}(")
    end = program.index("\n  }", begin)
    body = program[begin:end]
    call = re.search(r"(%\d+) = dl\.call @generator\(.*-> (tensor<\S+>)", body)
    if isStopped:
        value, kind = call.groups()
        after = re.sub(rf"{value}\b", "%stopped", body[call.end():])
        body = f"{body[:call.end()]}\n%stopped = dl.stop_gradient {value} : {kind}{after}"
    loss = re.search(r"dl\.minimize (%\d+) ", body).group(1)
    params = re.findall(r"dl\.param @(generator\.\S+) : (\S+)", program)
    lines, names = [], []
    for number, (param, kind) in enumerate(params):
        names.append(f"g{number}")
        axes = list(range(kind.count("x")))
        lines += [f"%p{number} = dl.read @{param} shared : {kind}",
                  f"%d{number} = dl.gradient {loss} wrt %p{number} : tensor<f32> -> {kind}",
                  f"%a{number} = dl.abs %d{number} : {kind}",
                  f"%g{number} = dl.reduce_max %a{number} {{axes = {axes}}} : {kind} -> tensor<f32>"]
    # Instead of the descent.
    head, tail = re.split(r"\n *dl\.minimize .*", body)
    result = re.search(r"dl\.return (.*) : (.*)", tail)
    values = ", ".join([result.group(1)] + [f"%{name}" for name in names])
    kinds = ", ".join([result.group(2)] + ["tensor<f32>"] * len(names))
    outputs = ", ".join(f"{name}: tensor<f32>" for name in names)
    head = re.sub(r"\) updates .*", f", {outputs}) {{", head, count=1)
    body = "\n".join([head, *lines, tail[:result.start()], f"dl.return {values} : {kinds}"])
    return program[:begin] + body + program[end:]


def values(path, step, inputs, mode):
    printed = run(dlc_run, mode, path, "--step", step, *inputs)
    found = {name: float(value) for name, value in re.findall(r"^(\w+) = (\S+)$", printed, re.M)}
    return {name: value for name, value in found.items() if not re.fullmatch(r"g\d+", name)}, \
        [value for name, value in found.items() if re.fullmatch(r"g\d+", name)]


for name, options in every_model.models(dlc_models).items():
    cycle = every_model.cycles(dlc_models)[name]
    if "latent" not in options:
        continue
    words = [word for option, value in SMALL.items() if option in options for word in (f"--{option}", value)]
    program = run(dlc_models, name, *words)
    random = numpy.random.default_rng(0)
    numpy.save(folder / "image.npy", random.integers(0, 256, (4, 28, 28)).astype("uint8"))
    numpy.save(folder / "label.npy", random.integers(0, 3, 4).astype("uint8"))
    inputs = ["--input", f"image={folder}/image.npy"]
    inputs += ["--input", f"label={folder}/label.npy"] if "classes" in options else []
    path = folder / f"{name}.mlir"
    # Optimised code of one of them, since compiling takes longer than all else.
    for mode in ("-O0", "-O2") if name == "wgan-gp" else ("-O0",):
        path.write_text(with_gradients(program, cycle[0], False))
        plain, leaking = values(path, cycle[0], inputs, mode)
        path.write_text(with_gradients(program, cycle[0], True))
        stopped, gradients = values(path, cycle[0], inputs, mode)
        assert leaking and min(leaking) > 0, (name, leaking)
        assert len(gradients) == len(leaking) and not any(gradients), (name, gradients)
        assert all(abs(plain[key] - stopped[key]) <= 1e-5 * (1 + abs(plain[key])) for key in plain), (plain, stopped)
    print(f"{name}: {len(gradients)} gradients of {cycle[0]} are 0")
