# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Values made where they are used, read at other rows than the reader's own.

Every op that moves rows, or reads a whole operand for each row, is applied to every kind
of value that kernels make for themselves (FreeOps.h), and differentiated with a cotangent
that is such a value too. Compiled steps are compared with the interpreter, -O0 and -O2 on
1, 2 and 3 threads; the bits of the thread counts have to be equal.

    free_values.py DLC DLC_RUN
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

X = "tensor<6x4xf32>"

# Name, text that makes %s : tensor<6x4xf32> from the inputs %v, %u, %t, and the input whose
# gradient is taken, if any.
SOURCES = [
    ("iota_rows", f"%s = dl.iota {{axis = 0}} : {X}", None),
    ("iota_columns", f"%s = dl.iota {{axis = 1}} : {X}", None),
    ("uniform", f"%s = dl.uniform : {X}", None),
    ("bernoulli", f"%s0 = dl.bernoulli {{p = 0.4}} : tensor<6x4xi1>\n"
                  f"%s = dl.cast %s0 : tensor<6x4xi1> to {X}", None),
    ("broadcast_rows", f"%s = dl.broadcast %v dims [0] : tensor<6xf32> to {X}", "v"),
    ("broadcast_columns", f"%s = dl.broadcast %u dims [1] : tensor<4xf32> to {X}", "u"),
    ("reshape_broadcast", "%s0 = dl.broadcast %t dims [0] : tensor<3xf32> to tensor<3x8xf32>\n"
                          f"%s = dl.reshape %s0 : tensor<3x8xf32> to {X}", "t"),
    ("reshape_iota", "%s0 = dl.iota {axis = 0} : tensor<24xf32>\n"
                     f"%s = dl.reshape %s0 : tensor<24xf32> to {X}", None),
    ("of_iota", f"%s0 = dl.iota {{axis = 0}} : {X}\n%s = dl.sin %s0 : {X}", None),
    ("random_mask", f"%s0 = dl.uniform : {X}\n%c = dl.constant dense<0.5> : {X}\n"
                    f"%s1 = dl.compare gt %s0, %c : {X} -> tensor<6x4xi1>\n"
                    f"%s = dl.cast %s1 : tensor<6x4xi1> to {X}", None),
]


def unary(text, result):
    return f"%y = dl.{text} : {X} -> {result}", result


def same(text):
    return f"%y = dl.{text} : {X}", X


# Name, text that makes %y from %s and %x : tensor<6x4xf32>, its type.
OPS = [
    ("slice_rows", *unary("slice %s at [2, 0] size [3, 4]", "tensor<3x4xf32>")),
    ("slice_strided", *unary("slice %s at [1, 1] size [3, 2] stride [2, 2]", "tensor<3x2xf32>")),
    ("slice_columns", *unary("slice %s at [0, 1] size [6, 2]", "tensor<6x2xf32>")),
    ("reverse_rows", *same("reverse %s dims [0]")),
    ("reverse_columns", *same("reverse %s dims [1]")),
    ("reverse_both", *same("reverse %s dims [0, 1]")),
    ("concat_rows", f"%y = dl.concat %s, %x {{axis = 0}} : {X}, {X} -> tensor<12x4xf32>",
     "tensor<12x4xf32>"),
    ("concat_itself", f"%y = dl.concat %s, %s {{axis = 0}} : {X}, {X} -> tensor<12x4xf32>",
     "tensor<12x4xf32>"),
    ("concat_columns", f"%y = dl.concat %x, %s {{axis = 1}} : {X}, {X} -> tensor<6x8xf32>",
     "tensor<6x8xf32>"),
    ("stack", f"%y = dl.stack %s, %x {{axis = 0}} : {X}, {X} -> tensor<2x6x4xf32>",
     "tensor<2x6x4xf32>"),
    ("split", f"%z, %y = dl.split %s sizes [4, 2] {{axis = 0}} : {X} -> {X.replace('6x4', '4x4')}, "
              "tensor<2x4xf32>", "tensor<2x4xf32>"),
    ("pad_rows", *unary("pad %s low [1, 0] high [2, 0]", "tensor<9x4xf32>")),
    ("pad_columns", *unary("pad %s low [0, 1] high [0, 1]", "tensor<6x6xf32>")),
    ("pad_between", *unary("pad %s low [0, 0] high [0, 0] interior [1, 0]", "tensor<11x4xf32>")),
    ("transpose", *unary("transpose %s perm [1, 0]", "tensor<4x6xf32>")),
    ("matmul_left", "%a = dl.iota {axis = 1} : tensor<4x5xf32>\n"
     f"%y = dl.matmul %s, %a : {X}, tensor<4x5xf32> -> tensor<6x5xf32>", "tensor<6x5xf32>"),
    ("matmul_right", f"%y = dl.matmul %x, %s {{transpose_a}} : {X}, {X} -> tensor<4x4xf32>",
     "tensor<4x4xf32>"),
    ("matmul_transposed", f"%y = dl.matmul %x, %s {{transpose_b}} : {X}, {X} -> tensor<6x6xf32>",
     "tensor<6x6xf32>"),
    ("matmul_itself", f"%y = dl.matmul %s, %s {{transpose_b}} : {X}, {X} -> tensor<6x6xf32>",
     "tensor<6x6xf32>"),
    ("linear_weight", f"%y = dl.linear %x, %s : {X}, {X} -> tensor<6x6xf32>", "tensor<6x6xf32>"),
    ("sum_rows", *unary("reduce_sum %s {axes = [0]}", "tensor<4xf32>")),
    ("sum_columns", *unary("reduce_sum %s {axes = [1]}", "tensor<6xf32>")),
    ("sum_all", *unary("reduce_sum %s", "tensor<f32>")),
    ("mean_rows", *unary("mean %s {axes = [0]}", "tensor<4xf32>")),
    ("max_rows", *unary("reduce_max %s {axes = [0]}", "tensor<4xf32>")),
    ("max_all", *unary("reduce_max %s", "tensor<f32>")),
    ("product_rows", *unary("reduce_prod %s {axes = [0]}", "tensor<4xf32>")),
    ("norm", *unary("norm %s", "tensor<f32>")),
    ("cumsum_rows", *unary("cumsum %s {axis = 0 : i64}", X)),
    ("cumsum_columns", *unary("cumsum %s {axis = 1 : i64}", X)),
    ("sort_rows", f"%y, %i = dl.sort %s {{axis = 0 : i64}} : {X} -> {X}, tensor<6x4xi32>", X),
    ("top_rows", f"%y, %i = dl.top_k %s {{k = 2 : i64, axis = 0 : i64}} : {X} -> tensor<2x4xf32>, "
                 "tensor<2x4xi32>", "tensor<2x4xf32>"),
    ("select_rows", "%i = dl.constant dense<[5, 0, 3]> : tensor<3xi32>\n"
     f"%y = dl.index_select %s at %i {{axis = 0 : i64}} : {X}, tensor<3xi32> -> tensor<3x4xf32>",
     "tensor<3x4xf32>"),
    ("select_made_index", "%j = dl.iota {axis = 0} : tensor<6xi32>\n"
     "%i = dl.reverse %j dims [0] : tensor<6xi32>\n"
     f"%y = dl.index_select %s at %i {{axis = 0 : i64}} : {X}, tensor<6xi32> -> {X}", X),
    ("add_rows", "%i = dl.constant dense<[5, 0, 3, 3, 1, 0]> : tensor<6xi32>\n"
     f"%y = dl.index_add %s at %i {{axis = 0 : i64}} : {X}, tensor<6xi32> -> tensor<7x4xf32>",
     "tensor<7x4xf32>"),
    ("softmax_rows", *same("softmax %s {axis = 0}")),
    ("normalize", *unary("layer_norm %s", X)),
    ("batch_norm", *unary("batch_norm %s mode(train)", X)),
    ("broadcast_again", f"%y = dl.broadcast %s dims [1, 2] : {X} to tensor<5x6x4xf32>",
     "tensor<5x6x4xf32>"),
    ("reshape_flat", f"%z = dl.reshape %s : {X} to tensor<2x12xf32>\n"
     "%q = dl.broadcast %t dims [0] : tensor<3xf32> to tensor<3x8xf32>\n"
     "%r = dl.reshape %q : tensor<3x8xf32> to tensor<2x12xf32>\n"
     "%y = dl.mul %z, %r : tensor<2x12xf32>", "tensor<2x12xf32>"),
    ("convolution", f"%z = dl.reshape %s : {X} to tensor<1x1x6x4xf32>\n"
     "%q = dl.iota {axis = 2} : tensor<2x1x3x3xf32>\n"
     "%y = dl.conv2d %z, %q {padding = [1, 1]} : tensor<1x1x6x4xf32>, tensor<2x1x3x3xf32> -> "
     "tensor<1x2x6x4xf32>", "tensor<1x2x6x4xf32>"),
    ("scan_over", f"%h0 = dl.constant dense<0.5> : tensor<4xf32>\n"
     f"%h1, %y = dl.scan 6 carry(%h = %h0) over(%r = %s) : (tensor<4xf32>, {X}) -> "
     f"(tensor<4xf32>, {X}) {{\n%a = dl.mul %h, %r : tensor<4xf32>\n"
     "%b = dl.tanh %a : tensor<4xf32>\n%d = dl.reverse %b dims [0] : tensor<4xf32>\n"
     "dl.yield %b, %d : tensor<4xf32>, tensor<4xf32>\n}", X),
]


def step(op, source):
    """The text of one step, and the outputs it has."""
    op_name, apply, y_type = op
    source_name, make, wrt = source
    lines = [make, apply]
    # A cotangent of two free values.
    rank = y_type.count("x")
    if rank:
        lines += [f"%k = dl.iota {{axis = {rank - 1}}} : {y_type}",
                  f"%l = dl.iota {{axis = 0}} : {y_type}",
                  f"%m = dl.scale %l by 0.5 : {y_type}",
                  f"%n = dl.add %k, %m : {y_type}"]
    else:
        lines += ["%n = dl.constant dense<1.5> : tensor<f32>"]
    results = [("y", "%y", y_type)]
    if wrt:
        types = {"v": "tensor<6xf32>", "u": "tensor<4xf32>", "t": "tensor<3xf32>"}
        lines.append(f"%g = dl.gradient %y wrt %{wrt} cotangent(%n) : {y_type} -> {types[wrt]}")
        results.append(("g", "%g", types[wrt]))
    if "%x" in apply:
        lines.append(f"%gx = dl.gradient %y wrt %x cotangent(%n) : {y_type} -> {X}")
        results.append(("gx", "%gx", X))
    # The same op on a value in memory, plus the free one: its gradient moves free rows.
    signature = ", ".join(f"{name}: {type_}" for name, _, type_ in results)
    lines.append(f"dl.return {', '.join(v for _, v, _ in results)} : "
                 f"{', '.join(t for _, _, t in results)}")
    body = "\n    ".join("\n".join(lines).split("\n"))
    name = f"{op_name}_of_{source_name}"
    return (name, f"  dl.step @{name}(%v: tensor<6xf32>, %u: tensor<4xf32>, %t: tensor<3xf32>, "
                  f"%x: {X}) -> ({signature}) {{\n    {body}\n  }}\n",
            [n for n, _, _ in results])


def in_memory(op):
    """The same op on %x, whose gradient moves rows of the free cotangent."""
    name, apply, y_type = op
    return name, apply.replace("%s", "%x"), y_type


def command(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(done.args)}\n{done.stderr}")


def run(dlc_run, folder, model, steps, *mode):
    """Calls all steps in one process; the outputs by step and name."""
    label = model.name + "".join(mode)
    lines = []
    for name, outputs in steps:
        given = " ".join(f"--input {i}={folder / i}.npy" for i in "vutx")
        taken = " ".join(f"--output {o}={folder / name}.{o}.{label}.npy" for o in outputs)
        lines.append(f"--step {name} {given} {taken}\n")
    calls = folder / f"calls.{label}"
    calls.write_text("".join(lines))
    command(dlc_run, model, *mode, "--calls", calls)
    return {(name, o): np.load(f"{folder / name}.{o}.{label}.npy")
            for name, outputs in steps for o in outputs}


def main(dlc, dlc_run):
    random = np.random.default_rng(7)
    texts, steps = [], []
    pairs = [(op, source) for op in OPS for source in SOURCES]
    pairs += [(in_memory(op), ("memory", "%unused = dl.constant dense<0.0> : tensor<f32>", None))
              for op in OPS]
    for op, source in pairs:
        name, text, outputs = step(op, source)
        texts.append(text)
        steps.append((name, outputs))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, shape in {"v": (6,), "u": (4,), "t": (3,), "x": (6, 4)}.items():
            np.save(folder / f"{name}.npy", random.normal(size=shape).astype(np.float32))
        model = folder / "model.mlir"
        model.write_text("dl.model @m {\n" + "".join(texts) + "}\n")
        want = run(dlc_run, folder, model, steps, "--interpret")
        wrong = 0
        for level in ["-O0", "-O2"]:
            library = folder / f"model{level}.so"
            command(dlc, model, level, "-o", library)
            one = None
            for threads in ["1", "2", "3"]:
                got = run(dlc_run, folder, library, steps, "--threads", threads)
                one = one or got
                for key, value in want.items():
                    # f32 sums of at most 24 terms, the interpreter's in f64.
                    near = np.allclose(got[key], value, rtol=2e-5, atol=2e-5, equal_nan=True)
                    if not near or got[key].tobytes() != one[key].tobytes():
                        wrong += 1
                        print(f"{key[0]} {key[1]} {level} --threads {threads}:\n{got[key]}\n"
                              f"not\n{value if not near else one[key]}")
    print(f"{len(steps)} steps, {len(want)} outputs, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
