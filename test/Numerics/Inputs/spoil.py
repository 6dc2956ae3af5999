# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Copies golden data of a family, one array of one case changed.

Usage: spoil.py DATA FAMILY OP CASE/ARRAY OUT. Of a float array the largest element
grows by two parts in 100,000, of another one the first element by one.
"""
import pathlib
import shutil
import sys

import numpy as np

data, family, op, name, out = sys.argv[1:]
folder = pathlib.Path(out) / family
folder.mkdir(parents=True, exist_ok=True)
shutil.copy(pathlib.Path(data) / family / f"{op}.json", folder)
with np.load(pathlib.Path(data) / family / f"{op}.npz") as archive:
    arrays = dict(archive)
array = arrays[name].reshape(-1)
if array.dtype.kind == "f":
    array[np.abs(array).argmax()] *= 1 + 2e-5
else:
    array[0] = array[0] + 1 if array.dtype != bool else not array[0]
np.savez(folder / f"{op}.npz", **arrays)
