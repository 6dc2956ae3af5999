# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls the steps of a model through `dlc-run --interpret`: one process a model.

Arrays go through files: inputs and outputs as .npy, all state in one safetensors file."""
import json
import shlex
import struct
import subprocess

import numpy as np

from library import Failure

SAFETENSORS = {"float32": "F32", "float64": "F64", "bool": "BOOL", "int8": "I8", "uint8": "U8",
               "int32": "I32", "int64": "I64"}


def write_safetensors(path, arrays):
    """A length, a JSON header, the bytes."""
    header, offset = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": SAFETENSORS[array.dtype.name], "shape": list(array.shape),
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
    dtypes = {code: name for name, code in SAFETENSORS.items()}
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], dtypes[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in header.items()}


class Interpreted:
    """The calls of the steps of one model."""

    def __init__(self, dlc_run, model, steps, folder, phase="grad"):
        self.command = [dlc_run, str(model), f"--interpret={phase}", "--calls"]
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lines = {step.name: self.line(step) for step in steps}
        state = {step.entry(name): array for step in steps for name, array in step.before.items()}
        if state:
            write_safetensors(folder / "before.safetensors", state)

    def file(self, step, name):
        return self.folder / f"{step.name}.{name}"

    def line(self, step):
        """The options of one call."""
        words = ["--step", step.name]
        for name, array in step.given.items():
            path = self.file(step, f"{name}.npy")
            np.save(path, array)
            words += ["--input", f"{name}={path}"]
        for name in step.outputs:
            words += ["--output", f"{name}={self.file(step, f'{name}.npy')}"]
        if step.state:
            words += ["--params", str(self.folder / "before.safetensors"),
                      "--save-params", str(self.file(step, "safetensors"))]
        return shlex.join(words)

    def run(self, steps):
        """Yields each step with what it gave, or the Failure that ended it."""
        while steps:
            calls = self.folder / "calls.txt"
            calls.write_text("".join(f"{self.lines[step.name]}\n" for step in steps))
            done = subprocess.run([*self.command, str(calls)], capture_output=True, text=True,
                                  errors="replace")
            # Calls run in order, and the outputs of one appear when it has succeeded.
            while steps and self.is_done(steps[0]):
                yield steps[0], self.result(steps[0])
                steps = steps[1:]
            if steps:
                yield steps[0], Failure(f"status {done.returncode} from\n  "
                                        f"{shlex.join(done.args)}\n{done.stderr.strip()}")
                steps = steps[1:]

    def is_done(self, step):
        return all(self.file(step, f"{name}.npy").exists() for name in step.outputs)

    def result(self, step):
        try:
            got = {name: np.load(self.file(step, f"{name}.npy")) for name in step.outputs}
            if step.state:
                after = read_safetensors(self.file(step, "safetensors"))
                got |= {f"@{name}": after[step.entry(name)] for name in step.state}
            return got
        except (OSError, ValueError, KeyError) as error:
            return Failure(f"no usable output: {error!r}")
