#!/usr/bin/env python3
"""Runs every case of cases.json through dlc-run and compares with PyTorch's answers.

A case becomes a model with one step. Gradients are taken of sum(y * dy), which
makes dy the cotangent of y. Each model runs at -O0, at -O2 on one thread, and at
-O2 on two, which must give the bits of one.

TOLERANCE is relative to the largest element of the expected array. It covers f32
sums of some hundred terms in any order (about sqrt(n) * 6e-8 each), and is far
below what a wrong index, a missing term or a wrong factor makes.

Needs numpy. Exit status 0 when every case holds.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np

TOLERANCE = 1e-5
CONFIGURATIONS = [["-O0", "--threads", "1"], ["-O2", "--threads", "1"], ["-O2", "--threads", "2"]]
HERE = pathlib.Path(__file__).resolve().parent


# --- From a case to a program ------------------------------------------------

def tensor(spec):
    element, shape = spec
    return f"tensor<{'x'.join(str(d) for d in [*shape, element])}>"


def number(value):
    """A literal that MLIR reads as a float: 1e-08 needs a point."""
    text = repr(float(value))
    return text if "." in text else text.replace("e", ".0e")


def dictionary(attributes):
    parts = [f"{name} = {number(value) if isinstance(value, float) else value}"
             for name, value in attributes.items()]
    return f" {{{', '.join(parts)}}}" if parts else ""


def types_of(names, specs):
    return ", ".join(tensor(specs[name]) for name in names)


def values(names):
    return ", ".join(f"%{name}" for name in names)


def gradient(of, names, specs):
    results = [f"d{name}" for name in names]
    return (f"    {values(results)} = dl.gradient %{of} wrt {values(names)}"
            f" : tensor<f32> -> {types_of(names, specs)}")


def with_cotangent(specs, y, names):
    """The gradients of sum(y * dy) for the operands `names`."""
    axes = list(range(len(y[1])))
    return [f"    %p = dl.mul %y, %dy : {tensor(y)}",
            f"    %s = dl.reduce_sum %p {{axes = {axes}}} : {tensor(y)} -> tensor<f32>",
            gradient("s", names, specs)]


class Program:
    """The lines of a model, the step's inputs and outputs, and what is in its state."""

    def __init__(self, case):
        self.case = case
        self.inputs = dict(case["inputs"])
        self.outputs = dict(case["outputs"])
        self.state = {}       # array of the case -> name in the state
        self.saved = {}       # expected array -> name in the state afterwards
        self.members, self.body = [], []
        getattr(self, case["op"])()

    def text(self):
        arguments = ", ".join(f"%{name}: {tensor(spec)}" for name, spec in self.inputs.items())
        results = ", ".join(f"{name}: {tensor(spec)}" for name, spec in self.outputs.items())
        return "\n".join([
            "dl.model @golden {", *self.members,
            f"  dl.step @step({arguments}) -> ({results}) {{", *self.body,
            f"    dl.return {values(self.outputs)} : {types_of(self.outputs, self.outputs)}",
            "  }", "}", ""])

    def product(self, mnemonic):
        """conv2d and linear: operands x, w and perhaps b."""
        y, names = self.outputs["y"], [n for n in ("x", "w", "b") if n in self.inputs]
        bias = " bias %b" if "b" in names else ""
        self.body = [f"    %y = dl.{mnemonic} %x, %w{bias}{dictionary(self.case['attributes'])}"
                     f" : {types_of(names, self.inputs)} -> {tensor(y)}",
                     *with_cotangent(self.inputs, y, names)]

    def conv2d(self):
        self.product("conv2d")

    def linear(self):
        self.product("linear")

    def batch_norm(self):
        attributes = dict(self.case["attributes"])
        mode = attributes.pop("mode")
        for name, init in (("running_mean", "zeros"), ("running_var", "ones")):
            self.members.append(f"  dl.buffer @{name} : {tensor(self.inputs.pop(name))} = {init}")
            self.state[name] = name
            self.saved["new_" + name] = name
            del self.outputs["new_" + name]
        names, y = ["x", "w", "b"], self.outputs["y"]
        self.body = [f"    %y = dl.batch_norm %x, %w, %b stats(@running_mean, @running_var)"
                     f" mode({mode}){dictionary(attributes)}"
                     f" : {types_of(names, self.inputs)} -> {tensor(y)}",
                     *with_cotangent(self.inputs, y, names)]

    def max_pool2d(self):
        x, y = self.inputs["x"], self.outputs["y"]
        self.body = [f"    %y = dl.max_pool2d %x{dictionary(self.case['attributes'])}"
                     f" : {tensor(x)} -> {tensor(y)}",
                     *with_cotangent(self.inputs, y, ["x"])]

    def elementwise(self):
        names, y = [n for n in self.inputs if n != "dy"], self.outputs["y"]
        self.body = [f"    %y = dl.{self.case['attributes']['name']} {values(names)} : {tensor(y)}",
                     *with_cotangent(self.inputs, y, names)]

    def cross_entropy(self):
        self.body = ["    %loss = dl.cross_entropy %logits, %label"
                     f" : {types_of(['logits', 'label'], self.inputs)} -> tensor<f32>",
                     gradient("loss", ["logits"], self.inputs)]

    def optimizer(self, rule):
        """Three descents in one step: the gradient of sum(p * g) is g."""
        attributes = dict(self.case["attributes"])
        lr = attributes.pop("lr")
        p = self.inputs.pop("p")
        parameters = dictionary(attributes).strip(" {}")
        self.members = [
            f"  dl.hparam @lr = {number(lr)}",
            f"  dl.param @p : {tensor(p)} = zeros",
            f"  dl.optimizer @rule = #dl.{rule}{f'<{parameters}>' if parameters else ''}"]
        self.state["p"] = "p"
        axes = list(range(len(p[1])))
        self.body = ["    %lr = dl.read_hparam @lr : tensor<f32>",
                     f"    %p0 = dl.read @p : {tensor(p)}"]
        for k in (1, 2, 3):
            self.body += [
                f"    %m{k} = dl.mul %p{k - 1}, %g{k} : {tensor(p)}",
                f"    %s{k} = dl.reduce_sum %m{k} {{axes = {axes}}} : {tensor(p)} -> tensor<f32>",
                f"    dl.minimize %s{k} with @rule over [\"*\"] lr(%lr) : tensor<f32>, tensor<f32>",
                f"    %p{k} = dl.read @p : {tensor(p)}"]

    def adam(self):
        self.optimizer("adam")

    def sgd(self):
        self.optimizer("sgd")


# --- safetensors: a length, a JSON header, the bytes ---------------------------

def write_safetensors(path, arrays):
    header, offset = {}, 0
    for name, array in arrays.items():
        assert array.dtype == np.float32
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text
                     + b"".join(array.tobytes() for array in arrays.values()))


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
            for name, entry in header.items() if entry["dtype"] == "F32"}


# --- Running and comparing -----------------------------------------------------

class Failure(Exception):
    pass


def run(dlc_run, program, folder, configuration):
    """Calls the step once; returns its outputs and the saved state by expected name."""
    case = program.case
    arrays = HERE / case["op"] / case["case"]
    command = [dlc_run, str(folder / "model.mlir"), "--step", "step", *configuration]
    for name in program.inputs:
        command += ["--input", f"{name}={arrays / name}.npy"]
    if program.state:
        params = folder / "before.safetensors"
        write_safetensors(params, {entry: np.load(arrays / f"{name}.npy")
                                   for name, entry in program.state.items()})
        command += ["--params", str(params)]
    tag = "".join(configuration).replace("--threads", "-t")
    answers = {name: folder / f"{name}{tag}.npy" for name in program.outputs}
    for name, path in answers.items():
        command += ["--output", f"{name}={path}"]
    after = folder / f"after{tag}.safetensors"
    if program.saved:
        command += ["--save-params", str(after)]

    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"status {done.returncode} from\n  {' '.join(command)}\n{done.stderr.strip()}")
    try:
        got = {name: np.load(path) for name, path in answers.items()}
        if program.saved:
            state = read_safetensors(after)
            got |= {name: state[entry] for name, entry in program.saved.items()}
    except (OSError, ValueError, KeyError) as error:
        raise Failure(f"{' '.join(configuration)}: no usable output: {error!r}") from error
    return got


def compare(name, got, want):
    """The largest difference relative to the largest expected element."""
    if got.shape != want.shape or got.dtype != want.dtype:
        raise Failure(f"{name}: {got.dtype}{list(got.shape)}, "
                      f"expected {want.dtype}{list(want.shape)}")
    difference = np.abs(got.astype(np.float64) - want.astype(np.float64))
    difference = np.where(np.isfinite(difference), difference, np.inf)
    largest = difference.max() if difference.max() == 0 else difference.max() / np.abs(want).max()
    if not largest <= TOLERANCE:
        place = tuple(int(i) for i in np.unravel_index(difference.argmax(), want.shape))
        raise Failure(f"{name}{list(place)}: {got[place]:.9g}, expected {want[place]:.9g} "
                      f"(relative to the largest element {largest:.2g}, at most {TOLERANCE})")
    return largest


def check(dlc_run, case, keep):
    """(passed, line to print) for one case."""
    label = f"{case['op']}/{case['case']}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep / case["op"] / case["case"] if keep else pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        program = Program(case)
        (folder / "model.mlir").write_text(program.text())
        want = {name: np.load(HERE / case["op"] / case["case"] / f"{name}.npy")
                for name in case["outputs"]}
        try:
            largest, previous = 0.0, None
            for configuration in CONFIGURATIONS:
                got = run(dlc_run, program, folder, configuration)
                for name in want:
                    try:
                        largest = max(largest, compare(name, got[name], want[name]))
                    except Failure as failure:
                        raise Failure(f"{' '.join(configuration)}: {failure}") from failure
                    if configuration[0] == "-O2" and previous is not None \
                            and got[name].tobytes() != previous[name].tobytes():
                        raise Failure(f"{name}: one thread and two give different bits")
                previous = got if configuration[0] == "-O2" else None
        except Failure as failure:
            return False, f"FAIL {label}: {failure}"
        return True, f"ok   {label}: {largest:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc-run", required=True)
    parser.add_argument("--only", default="", help="run cases whose op/case contains this")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the programs and outputs")
    parser.add_argument("--print", action="store_true", help="print the programs, run nothing")
    args = parser.parse_args()

    cases = [case for case in json.loads((HERE / "cases.json").read_text())
             if args.only in f"{case['op']}/{case['case']}"]
    if not cases:
        sys.exit(f"no case contains '{args.only}'")
    if args.print:
        for case in cases:
            print(f"// {case['op']}/{case['case']}\n{Program(case).text()}")
        return
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: check(args.dlc_run, case, args.keep), cases))
    for _, line in results:
        print(line)
    failed = sum(not passed for passed, _ in results)
    print(f"{len(results) - failed} of {len(results)} cases hold")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
