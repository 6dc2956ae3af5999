# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the programs of dlc-hostile-growth.test into a folder."""
import pathlib
import sys

import numpy

folder = pathlib.Path(sys.argv[1])


def step(body, type="tensor<4xf32>", result="%r", args=None, before=""):
    arguments = args or f"%x: {type}"
    return (f"dl.model @m {{\n{before}  dl.step @s({arguments}) -> (y: {type}) {{\n{body}\n"
            f"    dl.return {result} : {type}\n  }}\n}}\n")


def put(name, text, suffix=".mlir"):
    (folder / (name + suffix)).write_text(text)


T = "tensor<4xf32>"
functions = [f"  dl.func @f0(%x: {T}) -> {T} {{\n    %0 = dl.exp %x : {T}\n    dl.return %0 : {T}\n  }}\n"]
for i in range(1, 40):
    call = f"dl.call @f{i - 1}"
    functions.append(f"  dl.func @f{i}(%x: {T}) -> {T} {{\n    %0 = {call}(%x) : ({T}) -> {T}\n"
                     f"    %1 = {call}(%0) : ({T}) -> {T}\n    dl.return %1 : {T}\n  }}\n")
put("calls", step(f"    %r = dl.call @f39(%x) : ({T}) -> {T}", before="".join(functions)))

# d/dx of a product of many factors, again and again.
lines = [f"    %a0 = dl.tanh %x : {T}"]
for i in range(1, 12):
    lines.append(f"    %t{i} = dl.tanh %a{i - 1} : {T}")
    lines.append(f"    %a{i} = dl.mul %t{i}, %a{i - 1} : {T}")
lines.append(f"    %g0 = dl.reduce_sum %a11 {{axes = [0]}} : {T} -> tensor<f32>")
for i in range(1, 12):
    lines.append(f"    %d{i} = dl.gradient %g{i - 1} wrt %x : tensor<f32> -> {T}")
    lines.append(f"    %g{i} = dl.reduce_sum %d{i} {{axes = [0]}} : {T} -> tensor<f32>")
put("gradients", step("\n".join(lines), result="%d11"))

put("inputs", step(f"    %r = dl.exp %x0 : {T}", args=", ".join(f"%x{i}: {T}" for i in range(10001))))
put("ops", step("\n".join([f"    %v0 = dl.exp %x : {T}"] +
                          [f"    %v{i} = dl.exp %v{i - 1} : {T}" for i in range(1, 100001)]), result="%v100000"))
put("rank", step("", "tensor<" + "1x" * 33 + "f32>", "%x"))
put("rank-param", step("", T, "%x", before="  dl.param @w : tensor<" + "1x" * 40 + "f32> = zeros\n"))
put("size", step("", T, "%x", before="  dl.param @w : tensor<4294967296x4294967296xf32> = zeros\n"))
put("state", step("", T, "%x", before="".join(
    f"  dl.param @w{i} : tensor<1048576x1048576xf64> = zeros\n" for i in range(16))))
big = "tensor<1048576x1048576xf64>"
put("values", step(f"    %r = dl.exp %x : {big}", args=", ".join(
    f"%x{i or ''}: {big}" for i in range(9)), type=big))

shape = [1] * 31 + [2]
rank32 = f"tensor<{'x'.join(map(str, shape))}xf32>"
put("rank32", step(f"    %r = dl.exp %x : {rank32}", rank32), ".mlir.good")
numpy.save(folder / "x.npy", numpy.zeros(shape, numpy.float32))
