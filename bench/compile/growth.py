#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How compile time grows with the size of a program.

Compiles programs of growing size, family by family, with `dlc x.mlir -o x.o`, and fits
the exponent of what the program adds to the user time of the compiler: the time less that
of a program of one op. An exponent of 1 is a time proportional to the size; the goal is at most 1.2.
User time of all threads counts, the least of `--runs` runs.

  bench/compile/growth.py [--quick] [--family NAME ...] [--dlc build/release/bin/dlc]

Prints a table a family: ops of the source, seconds, and the exponent from each size to the
next; then the fitted exponent of the upper sizes. Exits with 1 if one is above the goal or a program
does not compile.
"""
import argparse
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = (250, 500, 1000, 2000, 4000)
QUICK = (60, 120, 240)
GOAL = 1.2

HPARAM = "  dl.hparam @lr = 0.01"
RULES = {"adam": "  dl.optimizer @rule = #dl.adam",
         "momentum": "  dl.optimizer @rule = #dl.sgd<momentum = 0.9>"}


def model(declarations, inputs, body, outputs):
    """A program of one step; inputs and outputs are (name, type), outputs named as their values."""
    takes = ", ".join(f"%{name}: {kind}" for name, kind in inputs)
    gives = ", ".join(f"{name}: {kind}" for name, kind in outputs)
    names = ", ".join(f"%{name}" for name, _ in outputs)
    kinds = ", ".join(kind for _, kind in outputs)
    lines = ["dl.model @m {", *declarations, f"  dl.step @f({takes}) -> ({gives}) {{",
             *("    " + line for line in body), f"    dl.return {names} : {kinds}", "  }", "}"]
    return "\n".join(lines) + "\n"


def trained(declarations, inputs, body, rule, functions=()):
    """A program whose step minimises %loss."""
    body = [*body, "%lr = dl.read_hparam @lr : tensor<f32>",
            'dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>']
    return model([HPARAM, RULES[rule], *declarations, *functions], inputs, body,
                 [("loss", "tensor<f32>")])


def mean_square(value, kind):
    return [f"%q = dl.square {value} : {kind}", f"%loss = dl.mean %q : {kind} -> tensor<f32>"]


def chain(n, kind="tensor<64xf32>"):
    """n elementwise ops one after another, and the gradient of the last."""
    makers = ["dl.scale {} by 0.999", "dl.sin {}", "dl.offset {} by 0.001", "dl.tanh {}", "dl.neg {}"]
    body = [f"%v{i} = {makers[i % 5].format(f'%v{i - 1}' if i else '%x')} : {kind}" for i in range(n)]
    body += [f"%y = dl.neg %v{n - 1} : {kind}", f"%s = dl.reduce_sum %y : {kind} -> tensor<f32>",
             f"%dx = dl.gradient %s wrt %x : tensor<f32> -> {kind}"]
    return model([], [("x", kind)], body, [("y", kind), ("dx", kind)])


def wide_sum(n, kind="tensor<7xf32>"):
    """The sum of n parameters in one loss, with Adam."""
    declarations = [f"  dl.param @p{i} : {kind} = uniform<-1.0, 1.0>" for i in range(n)]
    body = [f"%s0 = dl.read @p0 : {kind}"]
    for i in range(1, n):
        body += [f"%p{i} = dl.read @p{i} : {kind}", f"%s{i} = dl.add %s{i - 1}, %p{i} : {kind}"]
    body += [f"%d = dl.sub %s{n - 1}, %t : {kind}", *mean_square("%d", kind)]
    return trained(declarations, [("t", kind)], body, "adam")


def residual(n, rows, width, rule):
    """n layers x + relu(x w)."""
    kind, weight = f"tensor<{rows}x{width}xf32>", f"tensor<{width}x{width}xf32>"
    declarations = [f"  dl.param @w{i} : {weight} = normal<0.0, 0.05>" for i in range(n)]
    body = []
    for i in range(n):
        x = f"%h{i - 1}" if i else "%x"
        body += [f"%w{i} = dl.read @w{i} : {weight}",
                 f"%m{i} = dl.matmul {x}, %w{i} {{transpose_b}} : {kind}, {weight} -> {kind}",
                 f"%r{i} = dl.relu %m{i} : {kind}", f"%h{i} = dl.add {x}, %r{i} : {kind}"]
    return trained(declarations, [("x", kind)], body + mean_square(f"%h{n - 1}", kind), rule)


def transformer(n, batch=2, heads=2, length=16, width=32):
    """n pre-norm blocks of attention and a two-layer perceptron, with Adam."""
    rows, part = batch * length, width // heads
    flat, wide = f"tensor<{rows}x{width}xf32>", f"tensor<{rows}x{4 * width}xf32>"
    split = f"tensor<{batch}x{length}x{heads}x{part}xf32>"
    headed = f"tensor<{batch}x{heads}x{length}x{part}xf32>"
    declarations, body = [], []

    def param(name, shape, start):
        kind = f"tensor<{shape}xf32>"
        declarations.append(f"  dl.param @{name} : {kind} = {start}")
        body.append(f"%{name} = dl.read @{name} : {kind}")
        return f"%{name}", kind

    def linear(result, x, x_kind, kind, name, inner, outer):
        weight, weight_kind = param(f"{name}.weight", f"{outer}x{inner}", "kaiming_uniform")
        bias, bias_kind = param(f"{name}.bias", f"{outer}", "zeros")
        body.append(f"%{result} = dl.linear {x}, {weight} bias {bias} : "
                    f"{x_kind}, {weight_kind}, {bias_kind} -> {kind}")

    def norm(result, x, name):
        weight, weight_kind = param(f"{name}.weight", f"{width}", "ones")
        bias, bias_kind = param(f"{name}.bias", f"{width}", "zeros")
        body.append(f"%{result} = dl.layer_norm {x}, {weight}, {bias} : {flat}, {weight_kind}, {bias_kind} -> {flat}")

    x = "%x"
    for i in range(n):
        norm(f"a{i}", x, f"l{i}.norm1")
        for name in "qkv":
            linear(f"{name}{i}", f"%a{i}", flat, flat, f"l{i}.{name}", width, width)
            body.extend([f"%{name}{i}.s = dl.reshape %{name}{i} : {flat} to {split}",
                         f"%{name}{i}.h = dl.transpose %{name}{i}.s perm [0, 2, 1, 3] : {split} -> {headed}"])
        body.extend([f"%o{i} = dl.scaled_dot_product_attention %q{i}.h, %k{i}.h, %v{i}.h {{is_causal}} : "
                     f"{headed}, {headed}, {headed} -> {headed}",
                     f"%o{i}.s = dl.transpose %o{i} perm [0, 2, 1, 3] : {headed} -> {split}",
                     f"%o{i}.f = dl.reshape %o{i}.s : {split} to {flat}"])
        linear(f"p{i}", f"%o{i}.f", flat, flat, f"l{i}.out", width, width)
        body.append(f"%r{i} = dl.add {x}, %p{i} : {flat}")
        norm(f"b{i}", f"%r{i}", f"l{i}.norm2")
        linear(f"u{i}", f"%b{i}", flat, wide, f"l{i}.up", width, 4 * width)
        body.append(f"%g{i} = dl.gelu %u{i} : {wide}")
        linear(f"d{i}", f"%g{i}", wide, flat, f"l{i}.down", 4 * width, width)
        body.append(f"%h{i} = dl.add %r{i}, %d{i} : {flat}")
        x = f"%h{i}"
    return trained(declarations, [("x", flat)], body + mean_square(x, flat), "adam")


def calls(n, kind="tensor<8x16xf32>", weight="tensor<16x16xf32>"):
    """One function called n times, and the gradient through all calls."""
    declarations = [f"  dl.param @w : {weight} = normal<0.0, 0.05>"]
    function = [f"  dl.func @layer(%x: {kind}) -> {kind} {{", f"    %w = dl.read @w : {weight}",
                f"    %m = dl.matmul %x, %w {{transpose_b}} : {kind}, {weight} -> {kind}",
                f"    %r = dl.relu %m : {kind}", f"    %y = dl.add %x, %r : {kind}",
                f"    dl.return %y : {kind}", "  }"]
    body = [f"%h{i} = dl.call @layer({f'%h{i - 1}' if i else '%x'}) : ({kind}) -> {kind}" for i in range(n)]
    return trained(declarations, [("x", kind)], body + mean_square(f"%h{n - 1}", kind), "momentum", function)


def parameters(n):
    """n parameters of many shapes, each with a term of its own in the loss, with Adam."""
    declarations, body = [], []
    for i in range(n):
        kind = f"tensor<{3 + i % 40}x{5 + i % 7}xf32>"
        declarations.append(f"  dl.param @p{i} : {kind} = uniform<-1.0, 1.0>")
        body += [f"%p{i} = dl.read @p{i} : {kind}", f"%q{i} = dl.square %p{i} : {kind}",
                 f"%m{i} = dl.mean %q{i} : {kind} -> tensor<f32>",
                 f"%l{i} = dl.add {f'%l{i - 1}' if i else '%t'}, %m{i} : tensor<f32>"]
    body.append(f"%loss = dl.neg %l{n - 1} : tensor<f32>")
    return trained(declarations, [("t", "tensor<f32>")], body, "adam")


def inputs(n, kind="tensor<64xf32>"):
    """A step of n inputs and one output."""
    body = [f"%s{i} = dl.add {f'%s{i - 1}' if i > 1 else '%x0'}, %x{i} : {kind}" for i in range(1, n)]
    body.append(f"%y = dl.tanh %s{n - 1} : {kind}")
    return model([], [(f"x{i}", kind) for i in range(n)], body, [("y", kind)])


def outputs(n, kind="tensor<64xf32>"):
    """A step of one input and n outputs."""
    body = [f"%y{i} = dl.scale %x by {i + 2}.0 : {kind}" for i in range(n)]
    return model([], [("x", kind)], body, [(f"y{i}", kind) for i in range(n)])


def scan_body(n, kind="tensor<4x16xf32>", weight="tensor<16x16xf32>", stack="tensor<10x4x16xf32>"):
    """A loop whose body has n ops, and its gradient."""
    body = [f"%w = dl.read @w : {weight}",
            f"%last, %ys = dl.scan 10 carry(%h = %h0) over(%x = %xs) with(%u = %w) : "
            f"({kind}, {stack}, {weight}) -> ({kind}, {stack}) {{",
            f"  %v0 = dl.matmul %h, %u : {kind}, {weight} -> {kind}"]
    makers = ["dl.add {}, %x", "dl.tanh {}", "dl.scale {} by 0.9", "dl.sin {}"]
    body += [f"  %v{i} = {makers[i % 4].format(f'%v{i - 1}')} : {kind}" for i in range(1, n)]
    body += [f"  dl.yield %v{n - 1}, %v{n - 1} : {kind}, {kind}", "}", *mean_square("%ys", stack)]
    return trained([f"  dl.param @w : {weight} = normal<0.0, 0.05>"], [("h0", kind), ("xs", stack)], body,
                   "momentum")


FAMILIES = {
    "chain": chain,
    "wide-sum": wide_sum,
    "residual-16": lambda n: residual(n, 8, 16, "momentum"),
    "residual-16-adam": lambda n: residual(n, 8, 16, "adam"),
    "residual-256": lambda n: residual(n, 64, 256, "momentum"),
    "residual-256-adam": lambda n: residual(n, 64, 256, "adam"),
    "transformer": transformer,
    "calls": calls,
    "parameters": parameters,
    "inputs": inputs,
    "outputs": outputs,
    "scan-body": scan_body,
}


def count_ops(text):
    """Ops of steps and functions in the source, those of a called function once a call."""
    lines = text.splitlines()
    ops = sum(1 for line in lines if re.match(r"\s+(%.* = )?dl\.(?!param|hparam|optimizer|func|step)", line))
    called = sum(1 for line in lines if "dl.call" in line)
    return ops + called * 4


def text_of(make, ops):
    """The program of a family of about that many ops."""
    one, two = count_ops(make(2)), count_ops(make(3))
    return make(max(2, round((ops - one) / (two - one)) + 2))


def user_seconds(command):
    """User time of a process that succeeds, or None."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    message = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        print(message.strip()[:500], file=sys.stderr)
        return None
    return usage.ru_utime


def fit(points):
    """The slope of the logarithms, by least squares."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return (sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) /
            sum((x - mean_x) ** 2 for x in xs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", default=str(ROOT / "build/release/bin/dlc"))
    parser.add_argument("--quick", action="store_true", help="small programs only")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="may be repeated; default: all")
    parser.add_argument("--sizes", help="ops, separated by commas, in place of " + str(SIZES))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--print", type=int, metavar="OPS", help="print the program of --family of that size")
    args = parser.parse_args()
    chosen = args.family or list(FAMILIES)
    if args.print:
        print(text_of(FAMILIES[chosen[0]], args.print), end="")
        return 0
    sizes = [int(size) for size in args.sizes.split(",")] if args.sizes else QUICK if args.quick else SIZES
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "x.mlir"

        def measure(text):
            source.write_text(text)
            times = [user_seconds([args.dlc, source, "-o", source.with_suffix(".o")])
                     for _ in range(args.runs)]
            return None if None in times else min(times)

        base = measure(chain(1))
        if base is None:
            return 1
        print(f"a program of one op: {base:.2f} s", flush=True)
        print(f"{'family':<18} " + " ".join(f"{'~' + str(size):>12}" for size in sizes) + "  exponent", flush=True)
        for name in chosen:
            points, cells = [], []
            for size in sizes:
                text = text_of(FAMILIES[name], size)
                seconds = measure(text)
                if seconds is None:
                    failed = True
                    cells.append(f"{'failed':>12}")
                    break
                points.append((count_ops(text), max(seconds - base, 1e-3)))
                cells.append(f"{points[-1][0]:>5} {seconds:>5.2f}s")
            upper = points[-3:]
            exponent = fit(upper) if len(upper) > 1 else math.nan
            failed |= not exponent <= GOAL
            cells += [" " * 12] * (len(sizes) - len(cells))
            print(f"{name:<18} " + " ".join(cells) + f"  {exponent:8.2f}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
