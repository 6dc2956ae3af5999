# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run.py LIBRARY STEP INPUT.npy... EXPECTED.npy...: calls a step of the toy's C and compares what it writes.

The outputs have the shapes of the expected arrays; a name with "expected" in it is one of those."""
import ctypes
import sys

import numpy as np

library = ctypes.CDLL(sys.argv[1])
blocks = [np.zeros(ctypes.c_long.in_dll(library, name).value + 1, np.int8) for name in ("state_bytes", "arena_bytes")]
inputs = [np.load(path) for path in sys.argv[3:] if "expected" not in path]
expected = [np.load(path) for path in sys.argv[3:] if "expected" in path]
outputs = [np.full_like(array, np.nan) for array in expected]
getattr(library, sys.argv[2])(*(ctypes.c_void_p(a.ctypes.data) for a in blocks + inputs + outputs))
for i, (a, b) in enumerate(zip(outputs, expected)):
    print(f"output {i}: {a.shape}, largest difference {np.abs(a - b).max():.1e}")
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
