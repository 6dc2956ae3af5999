#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures code that dl-emit-loops makes, on one core.

Compiles each kernel to an object file, links it with a driver in C, and prints
time, GFLOP/s and the share of the peak of fused multiply-adds, which the same
process measures between its runs; for kernels without products, GB/s.

  kernels.py [--build DIR] [--bits 512] [--cpu CPU] [--set KEY=VALUE] [--keep DIR] [--peer PYTHON] [NAME...]

CPU is a processor as `dlc --cpu` takes it; --set changes a key of its
description (the attribute that dl-attach-target writes). NAME selects kernels whose name contains it. With --keep the sources, the
assembly and the binary stay in DIR. With --peer PYTHON, an interpreter that has
PyTorch, products and convolutions are measured in PyTorch too (MKL and oneDNN),
between two runs of the kernel; the last column is their time over the kernel's,
and the last line the geometric mean and the least of these ratios.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

from measure import Peer, print_ratios

KERNELS = []


class Kernel:
    """Buffers are element counts of f32, in argument order. `peer` is Python
    that sets `call`; with `rows` it is a kernel over that many rows."""

    def __init__(self, name, shapes, body, flops=0, moved=0, peer="", rows=0):
        self.name, self.shapes, self.body = name, shapes, body
        self.flops, self.bytes, self.peer, self.rows = flops, moved, peer, rows
        KERNELS.append(self)

    def mlir(self):
        args = ", ".join(f"%{n}: {memref(s)}" for n, s in self.shapes.items())
        return ("func.func private @dlc_rt_share(!llvm.ptr, i64) -> i64\n"
                "func.func private @dlc_rt_next(!llvm.ptr) -> i64\n"
                f"func.func @kernel({args}, %worker: !llvm.ptr)"
                f" attributes {{dl.kernel{f', dl.sliced = {self.rows} : i64' if self.rows else ''}}} {{\n"
                f"%zero = arith.constant 0.0 : f32\n{self.body}return\n}}\n")


def memref(shape):
    return "memref<" + "".join(f"{d}x" for d in shape) + "f32>"


def elements(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def generic(dims, iterators, shapes, ins, out, region):
    """ins: {name: map results}; out: (name, map results)."""
    maps = [f"affine_map<({dims}) -> ({m})>" for m in [*ins.values(), out[1]]]
    kinds = ['"parallel"' if i == "p" else '"reduction"' for i in iterators]
    args = ", ".join(f"%{n}_: f32" for n in [*ins, out[0]])
    return (f"linalg.generic {{indexing_maps = [{', '.join(maps)}], iterator_types = [{', '.join(kinds)}]}}\n"
            f"ins({', '.join('%' + n for n in ins)} : {', '.join(memref(shapes[n]) for n in ins)})\n"
            f"outs(%{out[0]} : {memref(shapes[out[0]])}) {{\n^bb0({args}):\n{region}}}\n")


def fill(shapes, name):
    return f"linalg.fill ins(%zero : f32) outs(%{name} : {memref(shapes[name])})\n"


def accumulate(a, b, out):
    return (f"%m = arith.mulf %{a}_, %{b}_ : f32\n%s = arith.addf %{out}_, %m : f32\n"
            "linalg.yield %s : f32\n")


IMAGES = """
x = torch.randn({n}, {ic}, {padded}, {padded}).contiguous(memory_format=torch.channels_last)
w = torch.randn({oc}, {ic}, {k}, {k}).contiguous(memory_format=torch.channels_last)
"""
FORWARD = IMAGES + "call = lambda: torch.nn.functional.conv2d(x, w, stride={stride})"
FILTER = IMAGES + """
dy = torch.randn({n}, {oc}, {out}, {out}).contiguous(memory_format=torch.channels_last)
call = lambda: torch.ops.aten.convolution_backward(
    dy, x, w, None, [{stride}] * 2, [0, 0], [1, 1], False, [0, 0], 1, [False, True, False])
"""
PRODUCT = "a, b = torch.randn({a}){at}, torch.randn({b}){bt}\ncall = lambda: torch.matmul(a, b)"


def conv(n, size, ic, oc, k=3, stride=1):
    out = (size - 1) // stride + 1
    padded = (out - 1) * stride + k
    shapes = {"x": [n, padded, padded, ic], "f": [k, k, ic, oc], "y": [n, out, out, oc]}
    window = f"n, oh * {stride} + kh, ow * {stride} + kw, ic"
    flops = 2 * n * out * out * oc * ic * k * k
    title = f"{k}x{k} {size}x{size}x{ic}" + (f" -> {oc}" if oc != ic else "") + (f" / {stride}" if stride > 1 else "")
    Kernel("conv " + title, shapes, fill(shapes, "y") + generic(
        "n, oh, ow, oc, kh, kw, ic", "pppprrr", shapes,
        {"x": window, "f": "kh, kw, ic, oc"}, ("y", "n, oh, ow, oc"), accumulate("x", "f", "y")), flops,
        peer=FORWARD.format(**locals()))
    packed = {**shapes, "f": [oc // 32, k, k, ic, 32], "y": [n, out, out, oc // 32, 32]}
    Kernel("packed conv " + title, packed, fill(packed, "y") + generic(
        "n, oh, ow, co, ci, kh, kw, ic", "ppppprrr", packed,
        {"x": window, "f": "co, kh, kw, ic, ci"}, ("y", "n, oh, ow, co, ci"), accumulate("x", "f", "y")), flops)
    Kernel("filter gradient " + title, shapes, fill(shapes, "f") + generic(
        "kh, kw, ic, oc, n, oh, ow", "pppprrr", shapes,
        {"x": window, "y": "n, oh, ow, oc"}, ("f", "kh, kw, ic, oc"), accumulate("x", "y", "f")), flops,
        peer=FILTER.format(**locals()))


def gemm(m, n, k, batch=0):
    """In all transpositions, and with weights in blocks of columns; one loop over rows, as products of a model are."""
    for title, a, b in ("", "i, k", "k, j"), (" transposed b", "i, k", "j, k"), (" transposed a", "k, i", "k, j"):
        shape = {"i": m, "j": n, "k": k}
        front, lead = ([batch], "l, ") if batch else ([], "")
        shapes = {"a": front + [shape[d] for d in a.split(", ")], "b": front + [shape[d] for d in b.split(", ")],
                  "c": front + [m, n]}
        size = f"{batch} x " * bool(batch) + f"{m}x{n}x{k}"
        Kernel(f"gemm{title} {size}", shapes, fill(shapes, "c") + generic(
            lead + "i, j, k", "p" * bool(batch) + "ppr", shapes, {"a": lead + a, "b": lead + b},
            ("c", lead + "i, j"), accumulate("a", "b", "c")), 2 * max(1, batch) * m * n * k, rows=batch or m,
            peer=PRODUCT.format(a=shapes["a"], b=shapes["b"], at=".mT" * (a[0] == "k"), bt=".mT" * (b[0] == "j")))
    if not batch and n % 32 == 0:
        blocks = {"a": [m, k], "b": [n // 32, k, 32], "c": [m, n // 32, 32]}
        Kernel(f"gemm b in blocks {m}x{n}x{k}", blocks, fill(blocks, "c") + generic(
            "i, l, j, k", "pppr", blocks, {"a": "i, k", "b": "l, k, j"}, ("c", "i, l, j"),
            accumulate("a", "b", "c")), 2 * m * n * k, rows=m)


def memory_bound():
    shapes = {"x": [8, 56, 56, 64], "b": [64], "y": [8, 56, 56, 64]}
    Kernel("bias relu 8x56x56x64", shapes, generic(
        "n, h, w, c", "pppp", shapes, {"x": "n, h, w, c", "b": "c"}, ("y", "n, h, w, c"),
        "%s = arith.addf %x_, %b_ : f32\n%r = arith.maximumf %s, %zero : f32\nlinalg.yield %r : f32\n"),
        moved=8 * elements(shapes["x"]))
    shapes = {"x": [8, 56, 56, 64], "s": [64]}
    Kernel("sum to channels 8x56x56x64", shapes, fill(shapes, "s") + generic(
        "c, n, h, w", "prrr", shapes, {"x": "n, h, w, c"}, ("s", "c"),
        "%t = arith.addf %s_, %x_ : f32\nlinalg.yield %t : f32\n"), moved=4 * elements(shapes["x"]))
    shapes = {"x": [512, 1000], "s": [512]}
    Kernel("sum rows 512x1000", shapes, fill(shapes, "s") + generic(
        "i, j", "pr", shapes, {"x": "i, j"}, ("s", "i"),
        "%t = arith.addf %s_, %x_ : f32\nlinalg.yield %t : f32\n"), moved=4 * elements(shapes["x"]))
    shapes = {"x": [1024, 1024], "y": [1024, 1024]}
    Kernel("transpose 1024x1024", shapes, generic(
        "i, j", "pp", shapes, {"x": "j, i"}, ("y", "i, j"), "linalg.yield %x_ : f32\n"),
        moved=8 * elements(shapes["x"]))
    shapes = {"x": [8, 56, 56, 64], "y": [8, 28, 28, 64]}
    Kernel("max pool 2x2 8x56x56x64", shapes, generic(
        "n, h, w, c, i, j", "pppprr", {**shapes, "t": [2, 2]},
        {"x": "n, h * 2 + i, w * 2 + j, c", "t": "i, j"}, ("y", "n, h, w, c"),
        "%m = arith.maximumf %y_, %x_ : f32\nlinalg.yield %m : f32\n").join(
            ["%t = memref.alloca() : memref<2x2xf32>\n", ""]), moved=5 * elements(shapes["x"]))


conv(8, 56, 64, 64)
conv(8, 28, 128, 128)
conv(8, 14, 256, 256)
conv(8, 7, 512, 512)
conv(8, 56, 64, 256, k=1)
conv(8, 56, 128, 128, stride=2)
conv(8, 224, 3, 64, k=7, stride=2)
conv(64, 28, 1, 32)
for size in 64, 128, 256, 512, 768, 1024, 2048:
    gemm(size, size, size)
gemm(128, 1024, 1024)
gemm(128, 512, 784)
gemm(32, 1024, 256)
gemm(49, 2048, 512)
gemm(2048, 1024, 256)
gemm(4096, 64, 512)
gemm(64, 4096, 512)
gemm(127, 513, 1001)
gemm(256, 1024, 2048)
gemm(1000, 10, 512)
gemm(64, 32, 64, batch=384)
gemm(64, 64, 32, batch=384)
memory_bound()

DRIVER = r"""
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void kernel(%(types)s, void *worker);

/* One worker has all tasks at once. */
uint64_t dlc_rt_share(void *worker, int64_t tasks) { return tasks; }
uint64_t dlc_rt_next(void *worker) { return 0; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* Peak of fused multiply-adds: enough independent sums to hide the latency,
   and long enough for the clock to settle where it does for kernels. */
typedef float vec __attribute__((vector_size(%(bytes)d)));
static volatile float factor = 0.999f;
static double peak(void) {
  vec sums[12], f;
  for (int i = 0; i < %(bytes)d / 4; ++i) {
    f[i] = factor;
    for (int s = 0; s < 12; ++s) sums[s][i] = s;
  }
  double best = 0;
  for (int repeat = 0; repeat < 2; ++repeat) {
    double start = now();
    for (int i = 0; i < 2000000; ++i)
#pragma clang loop unroll(full)
      for (int s = 0; s < 12; ++s) {
        sums[s] = __builtin_elementwise_fma(sums[s], f, f);
        __asm__("" : "+v"(sums[s]));
      }
    double rate = 2000000.0 * 12 * 2 * (%(bytes)d / 4) / (now() - start);
    if (rate > best) best = rate;
  }
  for (int s = 0; s < 12; ++s) factor = factor + 0 * sums[s][0];
  factor = 0.999f;
  return best;
}

static float *buffer(int64_t count) {
  float *data = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  for (int64_t i = 0; i < count; ++i) data[i] = (i * 7 %% 11) * 0.1f - 0.5f;
  return data;
}

int main(void) {
  float *args[] = {%(buffers)s};
  double fma = 0, best = 1e9, total = 0, since = 1;
  for (int runs = 0; runs < 3 || (total < 0.4 && runs < 100000); ++runs) {
    if (since > 0.1) {
      double rate = peak();
      if (rate > fma) fma = rate;
      since = 0;
    }
    double start = now();
    kernel(%(args)s, 0);
    double time = now() - start;
    total += time;
    since += time;
    if (time < best) best = time;
  }
  printf("%%.9f %%.0f\n", best, fma);
  return 0;
}
"""

# By the bits of their vectors.
TARGETS = {0: "plain", 128: "cpu=x86-64", 256: "cpu=x86-64-v3", 512: "cpu=x86-64-v4"}

PIPELINE = ("builtin.module(func.func(dl-emit-loops,canonicalize,cse),"
            "expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,convert-math-to-llvm,"
            "finalize-memref-to-llvm,convert-arith-to-llvm,convert-ub-to-llvm,convert-index-to-llvm,"
            "convert-func-to-llvm{use-bare-ptr-memref-call-conv=true},convert-cf-to-llvm,"
            "reconcile-unrealized-casts)")


def build(kernel, options, folder):
    """A program that measures the kernel."""
    llvm = os.path.join(options.llvm, "bin")
    path = os.path.join(folder, "".join(c if c.isalnum() else "_" for c in kernel.name))
    opt = os.path.join(options.build, "bin", "dlc-opt")
    target = f"cpu={options.cpu}" if options.cpu else TARGETS[options.bits]
    source = subprocess.run([opt, f"-pass-pipeline=builtin.module(dl-attach-target{{{target}}})"],
                            input=kernel.mlir(), check=True, capture_output=True, text=True).stdout
    for change in options.set:
        key, value = change.split("=")
        source, found = re.subn(rf'("{key}" = )[^:]*?( : \w+)', rf"\g<1>{value}\2", source)
        if not found:
            sys.exit(f"--set {change}: no such key in the description of a target")
    with open(path + ".mlir", "w") as file:
        file.write(source)
    subprocess.run([opt, path + ".mlir", f"-pass-pipeline={PIPELINE}", "-o", path + ".llvm.mlir"], check=True)
    subprocess.run([os.path.join(llvm, "mlir-translate"), "--mlir-to-llvmir", path + ".llvm.mlir",
                    "-o", path + ".ll"], check=True)
    count = len(kernel.shapes)
    with open(path + ".c", "w") as file:
        file.write(DRIVER % {
            "bytes": max(16, options.bits // 8), "types": ", ".join(["float *"] * count),
            "buffers": ", ".join(f"buffer({elements(s)})" for s in kernel.shapes.values()),
            "args": ", ".join(f"args[{i}]" for i in range(count))})
    flags = ["-O3", "-march=native", f"-mprefer-vector-width={max(128, options.bits)}",
             "-fno-slp-vectorize", "-Wno-override-module"]
    clang = os.path.join(llvm, "clang")
    if options.keep:
        subprocess.run([clang, *flags, "-S", path + ".ll", "-o", path + ".s"], check=True)
    subprocess.run([clang, *flags, path + ".ll", path + ".c", "-o", path], check=True)
    return path


def measure(path):
    """Best time of one call in seconds, and the peak in FLOP/s."""
    result = subprocess.run([path], check=True, capture_output=True, text=True)
    return [float(number) for number in result.stdout.split()]


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(root, "build", "release"))
    parser.add_argument("--llvm", default="/usr/lib/llvm-22")
    parser.add_argument("--bits", type=int, default=512, choices=TARGETS)
    parser.add_argument("--cpu")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--keep")
    parser.add_argument("--peer")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    peer, ratios = options.peer and Peer(options.peer), []
    print(f"{'kernel':42} {'ms':>9} {'GFLOP/s':>8} {'of peak':>8} {'GB/s':>7}" + f" {'peer':>6}" * bool(peer))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for kernel in KERNELS:
            if options.names and not any(n in kernel.name for n in options.names):
                continue
            if options.peer and not kernel.peer:
                continue
            binary = build(kernel, options, folder)
            seconds, peak = measure(binary)
            if peer:
                other = peer.seconds(kernel.peer)
                again, peak_again = measure(binary)
                seconds, peak = min(seconds, again), max(peak, peak_again)
                ratios.append(other / seconds)
            line = f"{kernel.name:42} {seconds * 1e3:9.4f}"
            if kernel.flops:
                rate = kernel.flops / seconds
                line += f" {rate / 1e9:8.1f} {100 * rate / peak:7.1f}%"
            else:
                line += f" {'':8} {'':8} {kernel.bytes / seconds / 1e9:7.1f}"
            if peer:
                line += f" {'':7} {ratios[-1]:6.2f}"
            print(line, flush=True)
    print_ratios(ratios, "kernels")


if __name__ == "__main__":
    main()
