#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures products of matrices as dlc compiles them, on one thread.

  products.py [--dlc BUILD/bin/dlc] [--peer PYTHON] [--threads N] [NAME...]

Each is a step of its own, with inputs and outputs as they lie in memory: `a b`, and with the right or the left operand
transposed. NAME selects those whose name contains it. With --peer PYTHON, an interpreter that has PyTorch, the same is
measured there (MKL) between two runs; the last column is its time over ours, and the last line the geometric mean and
the least of these ratios. Needs numpy.
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

# Batch (none: 0), rows, columns, length of the sums.
PRODUCTS = [(0, size, size, size) for size in (64, 128, 256, 512, 768, 1024, 2048, 4096)] + [
    (0, 128, 1024, 1024), (0, 128, 512, 784), (0, 32, 1024, 256), (0, 49, 2048, 512), (0, 2048, 1024, 256),
    (0, 4096, 64, 512), (0, 64, 4096, 512), (0, 127, 513, 1001), (0, 256, 1024, 2048), (0, 1000, 10, 512),
    (384, 64, 32, 64), (384, 64, 64, 32),
]
KINDS = ("", " transposed b", " transposed a")

STEP = """
  dl.step @{name}(%a: {a}, %b: {b}) -> (c: {c}) {{
    {transpose}
    %c = dl.matmul {left}, {right} : {lt}, {rt} -> {c}
    dl.return %c : {c}
  }}
"""
PEER = """
a, b = torch.randn{a}, torch.randn{b}
c = torch.empty{c}
call = lambda: torch.matmul(a{ta}, b{tb}, out=c)
"""


def tensor(shape):
    return "tensor<" + "".join(f"{extent}x" for extent in shape) + "f32>"


class Product:
    """One product: the shapes of its operands in memory, its step, and its twin."""

    def __init__(self, batch, m, n, k, kind):
        head = [batch] if batch else []
        self.title = (f"{batch} x " if batch else "") + f"{m}x{n}x{k}" + kind
        self.name = "_".join(map(str, [batch, m, n, k])) + kind.replace(" ", "_")
        self.flops = 2 * max(1, batch) * m * n * k
        left, right, c = head + [m, k], head + [k, n], head + [m, n]
        ta, tb = kind == " transposed a", kind == " transposed b"
        a, b = head + [k, m] if ta else left, head + [n, k] if tb else right
        order = list(range(len(head))) + [len(head) + 1, len(head)]
        transpose = ""
        if ta or tb:
            source, kept, turned = ("a", a, left) if ta else ("b", b, right)
            transpose = f"%t = dl.transpose %{source} perm {order} : {tensor(kept)} -> {tensor(turned)}"
        self.step = STEP.format(name="s" + self.name, a=tensor(a), b=tensor(b), c=tensor(c), transpose=transpose,
                                left="%t" if ta else "%a", right="%t" if tb else "%b", lt=tensor(left), rt=tensor(right))
        self.peer = PEER.format(a=tuple(a), b=tuple(b), c=tuple(c), ta=".mT" * ta, tb=".mT" * tb)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", type=pathlib.Path, default=HERE.parents[1] / "build/release/bin/dlc")
    parser.add_argument("--peer")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    rates = Rates("product", 32, options.peer and Peer(options.peer, options.threads))
    products = [Product(*shape, kind) for shape in PRODUCTS for kind in KINDS]
    products = [p for p in products if not options.names or any(name in p.title for name in options.names)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "products.mlir"
        path.write_text("dl.model @products {" + "".join(p.step for p in products) + "}\n", encoding="utf-8")
        subprocess.run([options.dlc, path, "-o", path.with_suffix(".so")], check=True)
        library, handle = Compiled(path.with_suffix(".so")), HANDLE()
        library.check(library.api.create(library.table, options.threads, ctypes.byref(handle)), "dlc_create")
        for product in products:
            rates.measure(product.title, product.flops, lambda name="s" + product.name: least_seconds(library, handle, name),
                          product.peer)
    print_ratios(rates.ratios, "products")


if __name__ == "__main__":
    main()
