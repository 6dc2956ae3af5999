# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the parameters of a model: `N parameters, M elements`."""
import math
import re
import sys

shapes = re.findall(r"dl\.param @\S+ : tensor<([0-9x]*)x\w+>", open(sys.argv[1]).read())
elements = sum(math.prod(int(extent) for extent in shape.split("x")) for shape in shapes)
print(f"{len(shapes)} parameters, {elements} elements")
