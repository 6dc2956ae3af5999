#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes an MLIR module that compares kernels with plain loops.

Each case of kernel_cases.py is a kernel body. The module holds it twice: as a kernel, which
dl-emit-loops turns into vector loops, and as a reference, which upstream's
convert-linalg-to-loops turns into scalar loops. main runs the reference once
and the kernel in pieces of 1, 2 and 1000 tasks on integer-valued data, for which
the order of additions does not matter, and prints one line a case with the number
of elements that differ.

  numeric.py > cases.mlir         all cases
  numeric.py NAME... > some.mlir  only these
  numeric.py --wrong > wrong.mlir one case whose kernel subtracts
"""

import sys

from kernel_cases import CASES, generic, memref

HELPERS = {}


def helper(name, text):
    """Adds a function to the module once."""
    HELPERS[name] = text
    return f"@{name}"


def suffix(shape, element):
    return "x".join(map(str, shape + [element]))


def initialise(value, shape, element, salt):
    """Small integers that differ from element to element."""
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    text = "%seven = arith.constant 7 : index\n%three = arith.constant 3 : i32\n"
    last = "%salt"
    for i, factor in zip(range(len(shape)), (3, 5, 11, 2, 13)):
        text += (f"%i{i} = linalg.index {i} : index\n%f{i} = arith.constant {factor} : index\n"
                 f"%p{i} = arith.muli %i{i}, %f{i} : index\n%s{i} = arith.addi {last}, %p{i} : index\n"
                 f"%q{i} = arith.divui %s{i}, %seven : index\n%r{i} = arith.addi %s{i}, %q{i} : index\n")
        last = f"%r{i}"
    text += (f"%r = arith.remui {last}, %seven : index\n%n = arith.index_cast %r : index to i32\n"
             "%v = arith.subi %n, %three : i32\n")
    if element in ("f32", "f64"):
        text += f"%z = arith.sitofp %v : i32 to {element}\n"
    elif element == "i32":
        text += "%z = arith.addi %v, %three : i32\n"
    else:
        text += f"%z = arith.trunci %n : i32 to {element}\n"
    text += f"linalg.yield %z : {element}\n"
    type_ = memref(shape, element)
    name = helper("initialise_" + suffix(shape, element),
                  f"(%X: {type_}, %salt: index) {{\n" +
                  generic(dims, "p" * len(shape), [], [("%X", shape, element, dims)], text) +
                  "return\n}")
    return f"func.call {name}({value}, %c{salt}) : ({type_}, index) -> ()"


def compare(a, b, shape, element):
    """Adds the number of elements that differ to %COUNT."""
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    test = "arith.cmpf une" if element[0] == "f" else "arith.cmpi ne"
    type_ = memref(shape, element)
    name = helper("compare_" + suffix(shape, element),
                  f"(%A: {type_}, %B: {type_}, %COUNT: memref<i32>) {{\n" +
                  generic(dims, "r" * len(shape),
                          [("%A", shape, element, dims), ("%B", shape, element, dims)],
                          [("%COUNT", [], "i32", "")],
                          f"%q = {test}, %a, %b : {element}\n%e = arith.extui %q : i1 to i32\n"
                          "%s = arith.addi %o, %e : i32\nlinalg.yield %s : i32\n") +
                  "return\n}")
    return f"func.call {name}({a}, {b}, %COUNT) : ({type_}, {type_}, memref<i32>) -> ()"


def emit(case, wrong=False):
    """The kernel, its reference, and a function that counts differences."""
    body = case.body.replace("arith.addf", "arith.subf") if wrong else case.body
    args = ", ".join(f"%{n}: {memref(s, t)}" for n, s, t, _ in case.buffers)
    types = ", ".join(memref(s, t) for _, s, t, _ in case.buffers)
    attributes = "dl.kernel, dl.sliced = 1 : i64" if case.sliced else "dl.kernel"
    print(f"func.func private @{case.name}({args}, %worker: !llvm.ptr)"
          f" attributes {{{attributes}}} {{\n{body}return\n}}")
    print(f"func.func private @{case.name}_reference({args}) {{\n{case.body}return\n}}")
    print(f"func.func private @{case.name}_differences() -> i32 {{")
    for i in range(max(5, len(case.buffers))):
        print(f"%c{i} = arith.constant {i} : index")
    print("%none = arith.constant 0 : i32\n"
          "%COUNT = memref.alloc() : memref<i32>\nmemref.store %none, %COUNT[] : memref<i32>")
    for salt, (n, s, t, _) in enumerate(case.buffers):
        for name in (f"%{n}", f"%{n}_EXPECTED"):
            print(f"{name} = memref.alloc() : {memref(s, t)}")
            print(initialise(name, s, t, salt))
    values = ", ".join(f"%{n}" for n, *_ in case.buffers)
    expected = ", ".join(f"%{n}_EXPECTED" for n, *_ in case.buffers)
    print(f"func.call @{case.name}_reference({expected}) : ({types}) -> ()")
    print("%worker = llvm.mlir.zero : !llvm.ptr\n%TASKS = memref.get_global @tasks : memref<3xi64>")
    for size in (1, 2, 1000):
        emit_pieces(case, values, types, size)
    print("%total = memref.load %COUNT[] : memref<i32>\nreturn %total : i32\n}")


def emit_pieces(case, values, types, size):
    """Runs the kernel in pieces of so many tasks, and compares."""
    print(f"%size{size} = arith.constant {size} : i64\nmemref.store %size{size}, %TASKS[%c2] : memref<3xi64>")
    for salt, (n, s, t, out) in enumerate(case.buffers):
        if out:
            print(initialise(f"%{n}", s, t, salt))
    print(f"func.call @{case.name}({values}, %worker) : ({types}, !llvm.ptr) -> ()")
    for n, s, t, out in case.buffers:
        print(compare(f"%{n}", f"%{n}_EXPECTED", s, t))


# What the runtime is to a kernel: gives one worker all tasks, so many at a time. @tasks holds the next one, the
# end, and how many.
RUNTIME = """
memref.global "private" @tasks : memref<3xi64> = uninitialized
func.func private @dlc_rt_share(%worker: !llvm.ptr, %tasks: i64) -> i64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %none = arith.constant 0 : i64
  %all = memref.get_global @tasks : memref<3xi64>
  memref.store %none, %all[%c0] : memref<3xi64>
  memref.store %tasks, %all[%c1] : memref<3xi64>
  %piece = func.call @dlc_rt_next(%worker) : (!llvm.ptr) -> i64
  return %piece : i64
}
func.func private @dlc_rt_next(%worker: !llvm.ptr) -> i64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %none = arith.constant 0 : i64
  %shift = arith.constant 32 : i64
  %all = memref.get_global @tasks : memref<3xi64>
  %begin = memref.load %all[%c0] : memref<3xi64>
  %tasks = memref.load %all[%c1] : memref<3xi64>
  %size = memref.load %all[%c2] : memref<3xi64>
  %next = arith.addi %begin, %size : i64
  %end = arith.minui %next, %tasks : i64
  memref.store %end, %all[%c0] : memref<3xi64>
  %high = arith.shli %begin, %shift : i64
  %piece = arith.ori %high, %end : i64
  %over = arith.cmpi uge, %begin, %tasks : i64
  %result = arith.select %over, %none, %piece : i64
  return %result : i64
}
"""


def main():
    names = sys.argv[1:]
    wrong = names == ["--wrong"]
    if wrong:
        names = [CASES[0].name]
    chosen = [c for c in CASES if not names or c.name in names]
    for case in chosen:
        emit(case, wrong)
    print(RUNTIME)
    for name, text in HELPERS.items():
        print(f"func.func private @{name}{text}")
    print("func.func @main() -> i32 {\n%sum0 = arith.constant 0 : i32\n%zero = arith.constant 0 : i32")
    for i, case in enumerate(chosen):
        print(f"%n{i} = func.call @{case.name}_differences() : () -> i32")
        print(f"%bad{i} = arith.cmpi ne, %n{i}, %zero : i32")
        print(f'scf.if %bad{i} {{\nvector.print str "FAILED {case.name}: "\nvector.print %n{i} : i32\n}}')
        print(f"%sum{i + 1} = arith.addi %sum{i}, %n{i} : i32")
    print(f'vector.print str "cases: {len(chosen)}, differences: "\nvector.print %sum{len(chosen)} : i32')
    print(f"return %sum{len(chosen)} : i32\n}}")


main()
