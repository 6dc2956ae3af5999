# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls the steps of a compiled model through its C interface, include/dlc/Runtime.h."""
import ctypes

import numpy as np

from program import DTYPES


class Failure(Exception):
    """What is wrong, in a sentence."""


class Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("rank", ctypes.c_int32), ("type", ctypes.c_int32)]


class StepTable(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("inputs", ctypes.POINTER(Tensor)),
                ("outputs", ctypes.POINTER(Tensor)), ("faults", ctypes.POINTER(ctypes.c_char_p)),
                ("num_inputs", ctypes.c_int32), ("num_outputs", ctypes.c_int32),
                ("num_faults", ctypes.c_int32), ("trains", ctypes.c_int32),
                ("run", ctypes.c_void_p), ("data", ctypes.c_void_p),
                ("writes", ctypes.c_void_p),
                ("derivations", ctypes.c_void_p), ("num_writes", ctypes.c_int32),
                ("num_derivations", ctypes.c_int32), ("batch", ctypes.c_int64),
                ("sizes", ctypes.c_void_p), ("num_sizes", ctypes.c_int32),
                ("any_batch", ctypes.c_int32)]


class ModelTable(ctypes.Structure):
    _fields_ = [("abi_version", ctypes.c_uint32), ("num_states", ctypes.c_int32),
                ("num_steps", ctypes.c_int32), ("name", ctypes.c_char_p),
                ("json", ctypes.c_char_p), ("states", ctypes.c_void_p),
                ("steps", ctypes.POINTER(StepTable)), ("state_bytes", ctypes.c_int64),
                ("arena_bytes", ctypes.c_int64), ("derivations", ctypes.c_void_p),
                ("num_derivations", ctypes.c_int32), ("frozen", ctypes.c_void_p)]


HANDLE = ctypes.c_void_p
STATUS = ctypes.c_int
DATA = [HANDLE, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t]


class Api(ctypes.Structure):
    _fields_ = [("create", ctypes.CFUNCTYPE(STATUS, ctypes.POINTER(ModelTable), ctypes.c_int,
                                            ctypes.POINTER(HANDLE))),
                ("destroy", ctypes.CFUNCTYPE(None, HANDLE)),
                ("init", ctypes.CFUNCTYPE(STATUS, HANDLE, ctypes.c_uint64)),
                ("run", ctypes.CFUNCTYPE(STATUS, HANDLE, ctypes.c_int,
                                         ctypes.POINTER(ctypes.c_void_p))),
                ("get", ctypes.CFUNCTYPE(STATUS, *DATA)),
                ("set", ctypes.CFUNCTYPE(STATUS, *DATA)),
                ("get_hparam", ctypes.c_void_p),
                ("set_hparam", ctypes.CFUNCTYPE(STATUS, HANDLE, ctypes.c_char_p,
                                                ctypes.c_double)),
                ("save", ctypes.c_void_p), ("load", ctypes.c_void_p),
                ("last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, HANDLE)),
                ("run_batch", ctypes.c_void_p)]


class Library(ctypes.Structure):
    _fields_ = [("model", ctypes.POINTER(ModelTable)), ("api", ctypes.POINTER(Api))]


ABI_VERSION = 7
# The order of dlc_type; bf16 has no numpy type.
TYPE_CODES = ["f32", "f64", "bf16", "i1", "i8", "ui8", "i32", "i64"]
GUARD = 64  # bytes before and after an output that nothing may write


class Compiled:
    """A library that dlc wrote; calls its steps."""

    def __init__(self, path):
        self.loaded = ctypes.CDLL(str(path))
        entry = self.loaded.dlc_library_v1
        entry.restype = ctypes.POINTER(Library)
        library = entry().contents
        self.table, self.api = library.model, library.api.contents
        model = self.table.contents
        if model.abi_version != ABI_VERSION:
            raise Failure(f"the library has interface {model.abi_version}, "
                          f"run_ops.py knows {ABI_VERSION}")
        self.steps = {model.steps[index].name.decode(): (index, model.steps[index])
                      for index in range(model.num_steps)}

    def check(self, status, what, handle=None):
        if status:
            raise Failure(f"{what}: status {status}, "
                          f"{self.api.last_error(handle).decode(errors='replace')}")

    def call(self, step, threads):
        """Outputs and state after one call on a new handle."""
        if step.name not in self.steps:
            raise Failure(f"the library has no step {step.name}")
        handle = HANDLE()
        self.check(self.api.create(self.table, threads, ctypes.byref(handle)), "dlc_create")
        try:
            return self.call_on(handle, step)
        finally:
            self.api.destroy(handle)

    def call_on(self, handle, step):
        for name, array in step.before.items():
            self.check(self.api.set(handle, step.entry(name).encode(), array.ctypes.data,
                                    array.nbytes), f"dlc_set {name}", handle)
        index, table = self.steps[step.name]
        self.compare_tables(table.inputs, table.num_inputs, step.given)
        outputs = {name: step.expected[name] for name in step.outputs}
        self.compare_tables(table.outputs, table.num_outputs, outputs)
        given = [array.copy() for array in step.given.values()]
        # Outputs lie between guards, and no value from before is the right one.
        blocks = [np.full(array.nbytes + 2 * GUARD, 0xA5, np.uint8) for array in outputs.values()]
        addresses = [array.ctypes.data for array in given]
        addresses += [block.ctypes.data + GUARD for block in blocks]
        io = (ctypes.c_void_p * len(addresses))(*addresses)
        self.check(self.api.run(handle, index, io), "dlc_run", handle)

        got = {}
        for (name, array), block in zip(outputs.items(), blocks):
            guards = np.concatenate([block[:GUARD], block[GUARD + array.nbytes:]])
            if np.any(guards != 0xA5):
                raise Failure(f"{name}: written beyond its ends")
            inside = block[GUARD:GUARD + array.nbytes]
            got[name] = inside.view(array.dtype).reshape(array.shape)
        for (name, array), copy in zip(step.given.items(), given):
            if array.tobytes() != copy.tobytes():
                raise Failure(f"the step changed its input {name}")
        for name, spec in step.state.items():
            array = np.empty(spec[1], step.dtype(spec))
            self.check(self.api.get(handle, step.entry(name).encode(), array.ctypes.data,
                                    array.nbytes), f"dlc_get {name}", handle)
            got[f"@{name}"] = array
        return got

    def compare_tables(self, tensors, count, arrays):
        got = [(tensors[i].name.decode(), DTYPES.get(TYPE_CODES[tensors[i].type]),
                tuple(tensors[i].shape[d] for d in range(tensors[i].rank))) for i in range(count)]
        want = [(name, array.dtype.type, array.shape) for name, array in arrays.items()]
        if got != want:
            raise Failure(f"the library's step takes or gives {got}, expected {want}")


class Handle:
    """On a compiled model, with the state of seed 4."""

    def __init__(self, library, threads):
        self.library, self.handle = library, HANDLE()
        self.check(library.api.create(library.table, threads, ctypes.byref(self.handle)))
        self.check(library.api.init(self.handle, 4))

    def check(self, status):
        self.library.check(status, "call", self.handle)
