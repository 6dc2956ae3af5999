#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the golden data of the op tests, by PyTorch. golden.py says what a case is.

    make_ops.py                  all families
    make_ops.py Pooling Loss     these
    make_ops.py --only gelu      this op
    make_ops.py --check [...]    writes nothing; says what differs from the files

A new op: add its cases to cases/<Family>.py, run `make_ops.py --only OP`, then
`run_ops.py --only OP`, and commit cases and data. A new family: also add
test/Numerics/<Family>.test, like its neighbours.

data/<Family>/<op>.json is a record a case: the text of its step, and of inputs, outputs
and state the types ("float": that of the model) and shapes. data/<Family>/<op>.npz
has the arrays: <case>/<name> for inputs, cotangents d_<output>, outputs and
gradients d<input>; <case>/before/<name> and <case>/after/<name> for state. Answers
are kept as f64, inputs as the f32 that they are.

PyTorch computes in f64, on one thread. Equal cases give equal files: the archives
carry no time. Needs torch and numpy.
"""
import argparse
import importlib
import io
import json
import pathlib
import re
import sys
import textwrap
import zipfile

import numpy as np
import torch

from golden import TYPES

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 5_000  # elements of one committed array
# Answers may come from another processor: other vector routines, other last bits.
SAME = 1e-13


class BadCase(Exception):
    pass


def leaf(array):
    tensor = torch.from_numpy(array.copy())
    return tensor.double().requires_grad_() if array.dtype.kind == "f" else tensor


def to_array(value):
    value = value.detach().numpy() if isinstance(value, torch.Tensor) else value
    array = np.array(value, order="C")
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def spec(array):
    """The type of a tensor: its element type and its shape."""
    element = "float" if array.dtype.kind == "f" else TYPES[array.dtype.name]
    return [element, list(array.shape)]


def gradients_of(outputs, cotangents, leaves):
    """Of the sum of output * cotangent, zero where nothing depends on an input."""
    roots = [name for name in cotangents if outputs[name].requires_grad]
    if not roots or not leaves:
        return [torch.zeros_like(x) for x in leaves]
    return torch.autograd.grad([outputs[name] for name in roots], leaves,
                               [torch.from_numpy(cotangents[name]).double() for name in roots],
                               allow_unused=True, materialize_grads=True)


def make(case):
    """The record and the arrays of one case."""
    label = f"{case.op}/{case.name}"
    inputs = {name: case.draw(name, array) for name, array in case.inputs.items()}
    state = {name: case.draw(name, array) for name, array in case.state.items()}
    leaves = {name: leaf(array) for name, array in inputs.items()}
    entries = {name: leaf(array).detach() for name, array in state.items()}
    answer = case.reference(*leaves.values(), *entries.values())
    if not isinstance(answer, dict):
        answer = {"y": answer}
    outputs = {name: value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
               for name, value in answer.items() if name not in state}
    if not outputs:
        raise BadCase(f"{label}: the reference returns no output")
    after = {name: to_array(answer.get(name, torch.from_numpy(array)))
             for name, array in state.items()}

    wanted = case.gradients
    if wanted is None:
        wanted = [name for name, array in inputs.items() if array.dtype.kind == "f"]
    cotangents = {}
    if wanted:
        cotangents = {name: case.cotangent(f"d_{name}", tuple(value.shape))
                      for name, value in outputs.items() if value.dtype.is_floating_point}
        if not cotangents:
            raise BadCase(f"{label}: no output of float type, so say gradients=[]")
    gradients = gradients_of(outputs, cotangents, [leaves[name] for name in wanted])

    arrays = dict(inputs)
    arrays |= {f"d_{name}": array for name, array in cotangents.items()}
    arrays |= {name: to_array(value) for name, value in outputs.items()}
    arrays |= {f"d{name}": to_array(value) for name, value in zip(wanted, gradients)}
    arrays |= {f"before/{name}": array for name, array in state.items()}
    arrays |= {f"after/{name}": array for name, array in after.items()}
    expected = len(inputs) + len(cotangents) + len(outputs) + len(wanted) + 2 * len(state)
    if len(arrays) != expected:
        raise BadCase(f"{label}: two arrays have one name, of {', '.join(arrays)}")
    for name, array in arrays.items():
        if array.size > LIMIT:
            raise BadCase(f"{label}: {name} has {array.size} elements, at most {LIMIT}")
    for name in outputs:
        if not re.search(rf"%{re.escape(name)}\b", case.text):
            raise BadCase(f"{label}: the text does not define %{name}")

    record = {"name": case.name, "types": list(case.types),
              "text": textwrap.dedent(case.text).strip().splitlines(),
              "inputs": {name: spec(array) for name, array in inputs.items()},
              "outputs": {name: spec(to_array(value)) for name, value in outputs.items()},
              "gradients": list(wanted)}
    if state:
        record["members"] = [line.strip() for line in case.members if line.strip()]
        record["state"] = {name: spec(array) for name, array in state.items()}
    elif case.members:
        record["members"] = [line.strip() for line in case.members if line.strip()]
    if case.tolerance:
        record["tolerance"] = case.tolerance
    if case.scale:
        record["scale"] = case.scale
    return record, {f"{case.name}/{name}": array for name, array in arrays.items()}


def make_family(family, only):
    """op -> (records, arrays) of cases/<family>.py."""
    ops = {}
    for case in importlib.import_module(f"cases.{family}").cases():
        if only and case.op != only:
            continue
        records, arrays = ops.setdefault(case.op, ([], {}))
        if case.name in [record["name"] for record in records]:
            raise BadCase(f"{case.op}: two cases have the name {case.name}")
        record, made = make(case)
        records.append(record)
        arrays.update(made)
    return ops


# --- Files ---------------------------------------------------------------------

def dump(value, depth=0):
    """JSON in which everything that is short is on one line."""
    line = json.dumps(value)
    if not value or not isinstance(value, (dict, list)) or len(line) + depth <= 96:
        return line
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {dump(part, depth + 1)}" for key, part in value.items()]
    else:
        parts = [dump(part, depth + 1) for part in value]
    inner = "".join(f"\n{' ' * (depth + 1)}{part}," for part in parts)[:-1]
    return f"{line[0]}{inner}\n{' ' * depth}{line[-1]}"


def pack(arrays):
    """An .npz archive without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.lib.format.write_array(raw, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, raw.getvalue(), compresslevel=9)
    return out.getvalue()


def write(path, content):
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def remove_others(folder, ops):
    """Files of ops that the family does not have any more."""
    for path in folder.glob("*"):
        if path.stem not in ops:
            path.unlink()


def same(name, made, committed):
    """Whether two arrays agree; inputs to the bit."""
    if made.shape != committed.shape or made.dtype != committed.dtype:
        return False
    if made.dtype != np.float64:
        return made.tobytes() == committed.tobytes()
    finite = np.isfinite(made)
    if not np.array_equal(np.where(finite, 0, made), np.where(np.isfinite(committed), 0, committed),
                          equal_nan=True):
        return False
    size = np.abs(made[finite]).max(initial=0)
    return bool(np.all(np.abs(made[finite] - committed[finite]) <= SAME * size))


def differences(folder, family, op, records, arrays):
    """Lines that say what the committed files have otherwise."""
    record_file, array_file = folder / f"{op}.json", folder / f"{op}.npz"
    if not record_file.exists() or not array_file.exists():
        yield f"{family}/{op}: not committed"
        return
    committed = {record["name"]: record for record in json.loads(record_file.read_text())["cases"]}
    made = {record["name"]: record for record in records}
    for name in {**made, **committed}:
        if made.get(name) != committed.get(name):
            what = ("not committed" if name not in committed else
                    "committed, but no case any more" if name not in made else
                    "another record is committed")
            yield f"{family}/{op}/{name}: {what}"
    with np.load(array_file) as data:
        for name in {**arrays, **dict.fromkeys(data.files)}:
            if name not in arrays or name not in data.files:
                if name.split("/")[0] in made and name.split("/")[0] in committed:
                    yield f"{family}/{op}/{name}: array only in the " + (
                        "cases" if name in arrays else "files")
            elif not same(name, arrays[name], data[name]):
                yield f"{family}/{op}/{name}: another array is committed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", metavar="FAMILY",
                        help="name of a file in cases (default: all)")
    parser.add_argument("--only", metavar="OP", help="this op alone")
    parser.add_argument("--check", action="store_true",
                        help="write nothing, say what differs from the committed files")
    args = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    sys.path.insert(0, str(HERE))

    known = sorted(path.stem for path in (HERE / "cases").glob("[!_]*.py"))
    unknown = set(args.families) - set(known)
    if unknown:
        sys.exit(f"no family {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    count, differing = 0, []
    for family in args.families or known:
        try:
            ops = make_family(family, args.only)
        except BadCase as error:
            sys.exit(str(error))
        folder = HERE / "data" / family
        count += sum(len(records) for records, _ in ops.values())
        for op, (records, arrays) in ops.items():
            if args.check:
                differing += differences(folder, family, op, records, arrays)
            else:
                record = {"op": op, "family": family, "cases": records}
                write(folder / f"{op}.json", f"{dump(record)}\n".encode())
                write(folder / f"{op}.npz", pack(arrays))
        if not args.only and args.check:
            differing += [f"{family}/{path.stem}: committed, but no op any more"
                          for path in sorted(folder.glob("*.json")) if path.stem not in ops]
        elif not args.only:
            remove_others(folder, ops)
    if not count:
        sys.exit(f"no case of {args.only or 'these families'}")
    for line in differing:
        print(line)
    print(f"{count} cases, {len(differing)} differences" if args.check else f"{count} cases")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
