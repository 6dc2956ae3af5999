# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the parameters of a model: `N parameters, M elements`. Then the first digits of a
digest of the names and shapes of all parameters and buffers, which a module of PyTorch has too:

    lines = sorted(f"{name} {'x'.join(map(str, tensor.shape))}" for name, tensor in
                   module.state_dict().items() if "num_batches_tracked" not in name)
"""
import hashlib
import math
import re
import sys

text = open(sys.argv[1]).read()
shapes = re.findall(r"dl\.param @\S+ : tensor<([0-9x]*)x\w+>", text)
elements = sum(math.prod(int(extent) for extent in shape.split("x")) for shape in shapes)
print(f"{len(shapes)} parameters, {elements} elements")
lines = sorted(f"{name} {shape}" for name, shape in
               re.findall(r"dl\.(?:param|buffer) @(\S+) : tensor<([0-9x]*)x\w+>", text))
print("names", hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12])
