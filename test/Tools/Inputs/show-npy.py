# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the name of each .npy file and its elements: `x.npy [1.0, 2.0]`."""
import pathlib
import sys

import numpy

for path in map(pathlib.Path, sorted(sys.argv[1:])):
    print(path.name, numpy.load(path).ravel().tolist())
