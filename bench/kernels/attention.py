#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures attention as dlc compiles it: attention.py [--dlc BUILD/bin/dlc] [--threads N] [--peer PYTHON] [NAME...]

Of each size, the forward pass and the forward pass with the gradients of query, key and value. NAME selects those
whose name contains it. With --peer PYTHON, an interpreter that has PyTorch, its scaled_dot_product_attention is
measured between two runs; the last column is its time over ours, and the last line the geometric mean and the
least of these ratios. Needs numpy.
"""
import argparse
import ctypes
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parents[1] / "test/golden")]
from measure import Peer, Rates, least_seconds, print_ratios  # noqa: E402
from library import HANDLE, Compiled  # noqa: E402

# Batch, heads, queries and keys, features; whether a query sees only what is before it.
SIZES = [(32, 4, 64, 32, True), (16, 8, 128, 64, True), (8, 8, 256, 64, False), (4, 12, 512, 64, False),
         (2, 8, 1024, 64, False), (2, 8, 1024, 64, True), (1, 12, 1024, 64, True), (1, 8, 2048, 64, True),
         (1, 8, 4096, 64, True), (1, 4, 2048, 128, False), (2, 8, 1000, 80, True), (1, 16, 1500, 40, False)]

PROGRAM = """
dl.model @attention {{
  dl.step @forward(%q: {t}, %k: {t}, %v: {t}) -> (y: {t}) {{
    %y = dl.scaled_dot_product_attention %q, %k, %v {attributes} : {t}, {t}, {t} -> {t}
    dl.return %y : {t}
  }}
  dl.step @gradients(%q: {t}, %k: {t}, %v: {t}, %dy: {t}) -> (y: {t}, dq: {t}, dk: {t}, dv: {t}) {{
    %y = dl.scaled_dot_product_attention %q, %k, %v {attributes} : {t}, {t}, {t} -> {t}
    %dq, %dk, %dv = dl.gradient %y wrt %q, %k, %v cotangent(%dy) : {t} -> {t}, {t}, {t}
    dl.return %y, %dq, %dk, %dv : {t}, {t}, {t}, {t}
  }}
}}
"""

PEER = """
torch.set_grad_enabled({gradients})
q, k, v = (torch.randn({shape}, requires_grad={gradients}) for _ in range(3))
dy = torch.randn({shape})
def call():
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal={causal})
    if {gradients}:
        torch.autograd.grad(y, (q, k, v), dy)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", type=pathlib.Path, default=HERE.parents[1] / "build/release/bin/dlc")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    rates = Rates("attention", 44, options.peer and Peer(options.peer, options.threads))
    with tempfile.TemporaryDirectory() as folder:
        for number, (batch, heads, length, features, causal) in enumerate(SIZES):
            title = f"{batch}x{heads}x{length}x{features}" + ", causal" * causal
            chosen = [step for step in ("forward", "gradients")
                      if not options.names or any(name in f"{title} {step}" for name in options.names)]
            if not chosen:
                continue
            shape = (batch, heads, length, features)
            path = pathlib.Path(folder) / f"{number}.mlir"
            path.write_text(PROGRAM.format(t=f"tensor<{'x'.join(map(str, shape))}xf32>",
                                           attributes="{is_causal}" if causal else ""), encoding="utf-8")
            subprocess.run([options.dlc, path, "-o", path.with_suffix(".so")], check=True)
            library, handle = Compiled(path.with_suffix(".so")), HANDLE()
            library.check(library.api.create(library.table, options.threads, ctypes.byref(handle)), "dlc_create")
            for step in chosen:
                gradients = step == "gradients"
                # Two products forward, five more for the gradients; what is not seen does not count.
                flops = 2 * batch * heads * length * length * features * (7 if gradients else 2) / (1 + causal)
                rates.measure(f"{title} {step}", flops, lambda step=step: least_seconds(library, handle, step),
                              PEER.format(shape=shape, gradients=gradients, causal=causal))
    print_ratios(rates.ratios, "steps")


if __name__ == "__main__":
    main()
