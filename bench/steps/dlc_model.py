# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The training steps of a model that dlc compiled, for worker.py; and the weights that its peers start from."""
import ctypes
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

import batches

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test/golden"))
from library import HANDLE, TYPE_CODES, Compiled  # noqa: E402
from program import DTYPES  # noqa: E402


def compile_model(name, dlc, folder, check):
    """Compiles one of the models; for a check in f64 and without dropout. Returns the library."""
    if name in batches.PRINTED:
        text = subprocess.run([dlc.with_name("dlc-models"), name, f"--batch={batches.PRINTED[name]}"],
                              capture_output=True, text=True, check=True).stdout
    else:
        text = (pathlib.Path(__file__).parent / "models" / f"{name}.mlir").read_text(encoding="utf-8")
    if check:
        text = text.replace("f32", "f64").replace("{p = 0.5}", "{p = 0.0}")
        # The learning rate stays what it is in the other runs.
        text = re.sub(r"(read_hparam .*: |minimize .*: tensor<f64>, )tensor<f64>", r"\1tensor<f32>", text)
    path = folder / f"{name}.mlir"
    path.write_text(text, encoding="utf-8")
    subprocess.run([dlc, path, "-o", path.with_suffix(".so")], check=True)
    return path.with_suffix(".so")


class Model:
    """An instance of a library with the state of seed 0, and the buffers of its training steps."""

    def __init__(self, path, threads):
        self.library, self.handle = Compiled(path), HANDLE()
        api = self.library.api
        self.library.check(api.create(self.library.table, threads, ctypes.byref(self.handle)), "dlc_create")
        self.library.check(api.init(self.handle, 0), "dlc_init", self.handle)
        self.steps = {name: step for name, step in self.library.steps.items() if step[1].trains}

    def weights(self):
        """Parameters and buffers by name."""
        found = {}
        for entry in json.loads(self.library.table.contents.json)["state"]:
            if entry["kind"] in ("param", "buffer"):
                array = np.empty(entry["shape"], DTYPES[entry["type"]])
                self.library.check(self.library.api.get(self.handle, entry["name"].encode(), array.ctypes.data,
                                                        array.nbytes), "dlc_get", self.handle)
                found[entry["name"]] = array
        return found

    def convert(self, batch):
        """For each step its number, its arrays and pointers to them."""
        calls = []
        for name, (index, table) in self.steps.items():
            arrays = []
            for i in range(table.num_inputs):
                given = table.inputs[i].name.decode()
                arrays.append(np.ascontiguousarray(batch.get(f"{name}.{given}", batch.get(given))))
            for i in range(table.num_outputs):
                tensor = table.outputs[i]
                shape = [tensor.shape[d] for d in range(tensor.rank)]
                arrays.append(np.empty(shape, DTYPES[TYPE_CODES[tensor.type]]))
            calls.append((index, arrays, (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays)),
                          arrays[table.num_inputs]))
        return calls

    def run(self, calls):
        """The losses: each training step gives its loss first."""
        for index, _, io, _ in calls:
            self.library.check(self.library.api.run(self.handle, index, io), "dlc_run", self.handle)
        return [loss for _, _, _, loss in calls]
