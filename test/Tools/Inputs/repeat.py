# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles one program several times and compares what comes out: repeat.py FOLDER DLC

Each of the many kernels has a constant of its own, so that tables that are ordered by
address are filled in another order in nearly every run.
"""
import pathlib
import subprocess
import sys

folder, dlc = pathlib.Path(sys.argv[1]), sys.argv[2]
KERNELS, RUNS = 200, 4

lines = ["dl.model @m {",
         "  dl.step @s(%x: tensor<2x2xf32>) -> (y: tensor<2x2xf32>) {",
         "    %y0 = dl.neg %x : tensor<2x2xf32>"]
for i in range(KERNELS):
    lines += [f"    %c{i} = dl.constant dense<[[1.0, {i}.0], [2.0, 3.0]]> : tensor<2x2xf32>",
              f"    %y{i + 1} = dl.matmul %y{i}, %c{i} : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>"]
lines += [f"    dl.return %y{KERNELS} : tensor<2x2xf32>", "  }", "}", ""]
program = folder / "program.mlir"
program.write_text("\n".join(lines))

for options, name in [(["-O0", "--emit=vector"], "vector.mlir"), (["--emit=llvm"], "llvm.mlir"), (["-O0"], "m.so")]:
    found = set()
    for _ in range(RUNS):
        subprocess.run([dlc, program, *options, "-o", folder / name], check=True)
        found.add((folder / name).read_bytes())
    print(f"{name}: {len(found)} of {RUNS} runs differ" if len(found) > 1 else f"{name}: the same in {RUNS} runs")
