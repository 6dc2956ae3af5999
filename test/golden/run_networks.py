#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the gradients of whole networks against PyTorch's, from the same weights.

The networks: LeNet-5 and ResNet-18 as dlc-models prints them, and those in networks/*.mlir, of
which the critic has a gradient penalty, so that its gradients are of second order. Weights and
inputs are drawn from seeds. dl-gradient-step makes of the training step one that gives loss
and gradients; it is compiled at -O2, in f32 and, by dl-widen-floats, in f64.

networks.json has, for the loss and each parameter, the norm of PyTorch's gradient (in f64) and some
of its entries; `run_networks.py --make` writes it, with torch. Right is what is within 1e-4 of
the norm, and within 1e-4 of the largest entry, in f32; within 1e-12 in f64. Where PyTorch's own
f32 run is further than that from its f64 run (`spread`: in ResNet-18 rounding decides on which
side of 0 some of a ReLU's millions of operands are), f32 may be twice as far as that.
"""
import argparse
import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zlib

import numpy as np

from library import HANDLE, Compiled, Failure
from run_ops import newest_tool

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCES = {"f32": 1e-4, "f64": 1e-12}
ENTRIES = 12
PRINTED = {"lenet5": 4, "resnet18": 2}  # batch
NETWORKS = [*PRINTED, "textcnn", "lstm", "gru", "critic"]
INPUT_LIMITS = {"image": 256, "label": 3, "text": 50}
NUMPY = {"ui8": np.uint8, "i32": np.int32, "i64": np.int64}


def rng_of(*words):
    return np.random.default_rng([zlib.crc32(word.encode()) for word in words])


def weight(network, name, shape):
    values = rng_of(network, name).standard_normal(shape)
    if len(shape) > 1 and "norm" not in name:
        values /= np.sqrt(np.prod(shape[1:]))
    else:
        values = values * 0.1 + (name.endswith("weight") and 1)
    return values.astype(np.float32)


def value(network, name, shape, element):
    rng = rng_of(network, "input", name)
    if element == "float":
        uniform = name == "mix"
        return (rng.uniform(0, 1, shape) if uniform else rng.standard_normal(shape)).astype(np.float32)
    return rng.integers(0, INPUT_LIMITS[name], shape).astype(NUMPY[element])


def tensor(text):
    *shape, element = text.split("x")
    return tuple(int(extent) for extent in shape), element


def describe(program):
    """Shapes of the parameters, and the inputs of @train, in their order."""
    params = {name: tensor(t)[0] for name, t in
              re.findall(r"^ *dl\.param @([\w.]+) : tensor<([^>]*)>", program, re.M)}
    step = re.search(r"dl\.step @train\(([^)]*)\)", program)[1]
    inputs = {}
    for name, t in re.findall(r"%(\w+): tensor<([^>]*)>", step):
        shape, element = tensor(t)
        inputs[name] = shape, "float" if element in ("f32", "f64") else element
    return params, inputs


# --- PyTorch -------------------------------------------------------------------------------

def references():
    import torch
    from torch.nn import functional as F

    def lenet5(p, image, label):
        x = (image.to(p["fc3.weight"].dtype) / 255)[:, None]
        x = F.max_pool2d(F.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, p["conv2.weight"], p["conv2.bias"])), 2).flatten(1)
        x = F.relu(F.linear(x, p["fc1.weight"], p["fc1.bias"]))
        x = F.relu(F.linear(x, p["fc2.weight"], p["fc2.bias"]))
        return F.cross_entropy(F.linear(x, p["fc3.weight"], p["fc3.bias"]), label.long())

    def resnet18(p, image, label):
        def norm(x, name):
            return F.batch_norm(x, None, None, p[f"{name}.weight"], p[f"{name}.bias"], training=True)

        x = image.to(p["fc.weight"].dtype) / 255
        x = F.relu(norm(F.conv2d(x, p["conv1.weight"], stride=2, padding=3), "bn1"))
        x = F.max_pool2d(x, 3, 2, 1)
        for layer in 1, 2, 3, 4:
            for block in 0, 1:
                name, stride = f"layer{layer}.{block}", 2 if layer > 1 and block == 0 else 1
                y = F.relu(norm(F.conv2d(x, p[f"{name}.conv1.weight"], stride=stride, padding=1),
                                f"{name}.bn1"))
                y = norm(F.conv2d(y, p[f"{name}.conv2.weight"], padding=1), f"{name}.bn2")
                if f"{name}.downsample.0.weight" in p:
                    x = norm(F.conv2d(x, p[f"{name}.downsample.0.weight"], stride=stride),
                             f"{name}.downsample.1")
                x = F.relu(x + y)
        return F.cross_entropy(F.linear(x.mean((2, 3)), p["fc.weight"], p["fc.bias"]), label.long())

    def textcnn(p, text, label):
        x = F.embedding(text, p["embedding.weight"]).transpose(1, 2)
        parts = [F.relu(F.conv1d(x, p[f"conv{k}.weight"], p[f"conv{k}.bias"])).amax(2) for k in (3, 4)]
        return F.cross_entropy(F.linear(torch.cat(parts, 1), p["fc.weight"], p["fc.bias"]), label)

    def recurrent(kind):
        def loss(p, x, label):
            net = kind(6, 10, 2).to(x.dtype)
            weights = {n[4:]: t for n, t in p.items() if n.startswith("rnn.")}
            y = torch.func.functional_call(net, weights, (x,))[0][-1]
            return F.cross_entropy(F.linear(y, p["fc.weight"], p["fc.bias"]), label)
        return loss

    def critic(p, real, fake, mix):
        def net(x):
            for i in (1, 2):
                x = F.conv2d(x, p[f"conv{i}.weight"], p[f"conv{i}.bias"], stride=2, padding=1)
                x = F.layer_norm(x, x.shape[1:], p[f"norm{i}.weight"], p[f"norm{i}.bias"])
                x = F.leaky_relu(x, 0.2)
            return F.linear(x.flatten(1), p["fc.weight"], p["fc.bias"])

        between = (fake + (real - fake) * mix).requires_grad_()
        (dx,) = torch.autograd.grad(net(between).sum(), between, create_graph=True)
        penalty = 10 * ((dx.flatten(1).norm(dim=1) - 1) ** 2).mean()
        return (net(fake) - net(real)).mean() + penalty

    return {"lenet5": lenet5, "resnet18": resnet18, "textcnn": textcnn, "critic": critic,
            "lstm": recurrent(torch.nn.LSTM), "gru": recurrent(torch.nn.GRU)}


def entries_of(network, name, size):
    return sorted(int(i) for i in rng_of(network, "entries", name).permutation(size)[:ENTRIES])


def summary(network, name, gradient):
    flat = gradient.reshape(-1)
    return {"norm": float(np.linalg.norm(flat)), "largest": float(np.abs(flat).max()),
            "entries": [float(flat[i]) for i in entries_of(network, name, flat.size)]}


def by_torch(network, program, element):
    """Loss and gradients by PyTorch."""
    import torch
    torch.set_num_threads(1)
    dtype = getattr(torch, {"f32": "float32", "f64": "float64"}[element])
    params, inputs = describe(program)
    leaves = {name: torch.from_numpy(weight(network, name, shape)).to(dtype).requires_grad_()
              for name, shape in params.items()}
    given = []
    for name, (shape, kind) in inputs.items():
        array = torch.from_numpy(value(network, name, shape, kind))
        given.append(array.to(dtype) if kind == "float" else array)
    loss = references()[network](leaves, *given)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return {"loss": float(loss.detach()),
            **{name: g.double().numpy() for name, g in zip(leaves, gradients)}}


def make(network, program):
    results = by_torch(network, program, "f64")
    reference = {"loss": results["loss"], "gradients": {
        name: summary(network, name, g) for name, g in results.items() if name != "loss"}}
    spread, _ = difference(network, by_torch(network, program, "f32"), reference)
    if spread > TOLERANCES["f32"]:
        reference["spread"] = float(f"{spread:.2g}")
    return reference


# --- dlc -----------------------------------------------------------------------------------

def run(network, program, element, options, folder):
    """Loss and gradients of the compiled network."""
    widen = "dl-widen-floats," if element == "f64" else ""
    source, step = folder / f"{network}.mlir", folder / f"{network}.{element}.mlir"
    library = folder / f"{network}.{element}.so"
    source.write_text(program)
    for command in ([options.dlc_opt, str(source), f"-pass-pipeline=builtin.module({widen}"
                     "dl.model(dl-gradient-step{step=train}))", "-o", str(step)],
                    [options.dlc, str(step), "-O2", "-o", str(library)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Failure(done.stderr.strip()[:2000])
    compiled = Compiled(library)
    params, inputs = describe(program)
    float_type = np.float32 if element == "f32" else np.float64
    api, handle = compiled.api, HANDLE()
    compiled.check(api.create(compiled.table, 2, ctypes.byref(handle)), "dlc_create")
    compiled.check(api.init(handle, 0), "dlc_init", handle)
    for name, shape in params.items():
        array = np.ascontiguousarray(weight(network, name, shape).astype(float_type))
        compiled.check(api.set(handle, name.encode(), array.ctypes.data, array.nbytes),
                       f"dlc_set {name}", handle)
    given = []
    for name, (shape, kind) in inputs.items():
        array = value(network, name, shape, kind)
        given.append(np.ascontiguousarray(array.astype(float_type) if kind == "float" else array))
    index, table = compiled.steps["gradients"]
    names = [table.outputs[i].name.decode() for i in range(table.num_outputs)]
    order = list(params)
    results = {}
    for name in names:
        shape = () if name == "loss" else params[order[int(name[1:])]]
        results["loss" if name == "loss" else order[int(name[1:])]] = np.empty(shape, float_type)
    addresses = [a.ctypes.data for a in [*given, *results.values()]]
    io = (ctypes.c_void_p * len(addresses))(*addresses)
    compiled.check(api.run(handle, index, io), "dlc_run", handle)
    api.destroy(handle)
    return {name: array.astype(np.float64) for name, array in results.items()}


def difference(network, results, reference):
    """The largest, and where."""
    offs = {"loss": [abs(results["loss"] - reference["loss"]) / abs(reference["loss"])]}
    for name, want in reference["gradients"].items():
        got = summary(network, name, results[name])
        size = want["largest"] or 1.0
        offs[name] = [abs(got["norm"] - want["norm"]) / (want["norm"] or 1.0),
                      *(abs(a - b) / size for a, b in zip(got["entries"], want["entries"]))]
    # What is not a number is the worst of all.
    worst = {name: float(np.max(np.nan_to_num(off, nan=np.inf))) for name, off in offs.items()}
    return max((off, name) for name, off in worst.items())


def tolerance_of(reference, element):
    if element == "f32":
        return max(TOLERANCES["f32"], 2 * reference.get("spread", 0))
    return TOLERANCES[element]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for tool in "dlc", "dlc-opt", "dlc-models":
        parser.add_argument(f"--{tool}", default=newest_tool(tool))
    parser.add_argument("--make", action="store_true", help="write networks.json")
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    options = parser.parse_args()
    path = HERE / "networks.json"
    references_made = json.loads(path.read_text()) if path.exists() else {}
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for network in options.networks:
            if network in PRINTED:
                program = subprocess.run([options.dlc_models, network, "--batch",
                                          str(PRINTED[network])], check=True,
                                         capture_output=True, text=True).stdout
            else:
                program = (HERE / "networks" / f"{network}.mlir").read_text()
            if options.make:
                references_made[network] = make(network, program)
                continue
            for element in TOLERANCES:
                reference = references_made[network]
                try:
                    results = run(network, program, element, options, pathlib.Path(scratch))
                    off, name = difference(network, results, reference)
                    good = off <= tolerance_of(reference, element)
                    failed |= not good
                    print(f"{'ok  ' if good else 'FAIL'} {network} {element}: "
                          f"{off:.1e} off (worst: {name})")
                except Failure as failure:
                    failed = True
                    print(f"FAIL {network} {element}: {failure}")
                sys.stdout.flush()
    if options.make:
        path.write_text(json.dumps(references_made, indent=0).replace(",\n", ", ") + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
