# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The kernels that numeric.py compares with plain loops."""

CASES = []


class Case:
    """A kernel: its buffers as (name, shape, element type, is_output)."""

    def __init__(self, name, buffers, body, sliced=False):
        self.name = name
        # Capitals: lower case is for values inside of regions.
        self.buffers = [(n.upper(), s, t, o) for n, s, t, o in buffers]
        self.body = body
        self.sliced = sliced
        CASES.append(self)


def memref(shape, element):
    return "memref<" + "".join(f"{d}x" for d in shape) + element + ">"


def inputs(*buffers):
    return [(n, s, t, False) for n, s, t in buffers]


def outputs(*buffers):
    return [(n, s, t, True) for n, s, t in buffers]


def generic(dims, iterators, ins, outs, region):
    """A linalg.generic. ins and outs: (value, shape, element type, map results)."""
    maps = ", ".join(f"affine_map<({dims}) -> ({m})>" for *_, m in ins + outs)
    kinds = ", ".join(
        {"p": '"parallel"', "r": '"reduction"'}[i] for i in iterators)
    text = f"linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}\n"
    if ins:
        text += f"  ins({', '.join(v.upper() for v, *_ in ins)} : {', '.join(memref(s, t) for _, s, t, _ in ins)})\n"
    text += f"  outs({', '.join(v.upper() for v, *_ in outs)} : {', '.join(memref(s, t) for _, s, t, _ in outs)}) {{\n"
    letters = "abcdefgh"
    names = [f"%{letters[i]}" for i in range(len(ins))]
    names += ["%o" if i == 0 else f"%o{i}" for i in range(len(outs))]
    args = ", ".join(f"{n}: {t}" for n, (_, _, t, _) in zip(names, ins + outs))
    text += f"^bb0({args}):\n{region}}}\n"
    return text


def fill(value, name, shape, element):
    return (f"%fill_{name} = arith.constant {value} : {element}\n"
            f"linalg.fill ins(%fill_{name} : {element}) outs(%{name.upper()} : {memref(shape, element)})\n")


def mul_add(t="f32"):
    return (f"%m = arith.mulf %a, %b : {t}\n%s = arith.addf %o, %m : {t}\n"
            f"linalg.yield %s : {t}\n")


def matmul(name, m, n, k, t="f32", filled=True, ta=False, tb=False, sliced=False):
    sa, sb, sc = ([k, m] if ta else [m, k]), ([n, k] if tb else [k, n]), [m, n]
    body = fill("0.0", "c", sc, t) if filled else ""
    body += generic("i, j, k", "ppr",
                    [("%a", sa, t, "k, i" if ta else "i, k"),
                     ("%b", sb, t, "j, k" if tb else "k, j")],
                    [("%c", sc, t, "i, j")], mul_add(t))
    Case(name, inputs(("a", sa, t), ("b", sb, t)) + outputs(("c", sc, t)), body, sliced=sliced)


def blocked(name, m, blocks, width, k, t="f32", ta=False, sliced=False):
    """A product with a matrix in blocks of columns."""
    sa, sb, sc = [k, m] if ta else [m, k], [blocks, k, width], [m, blocks, width]
    Case(name, inputs(("a", sa, t), ("b", sb, t)) + outputs(("c", sc, t)),
         fill("0.0", "c", sc, t) +
         generic("i, l, j, k", "pppr",
                 [("%a", sa, t, "k, i" if ta else "i, k"), ("%b", sb, t, "l, k, j")],
                 [("%c", sc, t, "i, l, j")], mul_add(t)), sliced=sliced)


def rows(name, m, k, hidden, n):
    """relu(x w + b) v, and the sum of the hidden row, in one loop over rows."""
    x, w, h, v, y = [m, k], [k, hidden], [m, hidden], [hidden, n], [m, n]
    Case(name,
         inputs(("x", x, "f32"), ("w", w, "f32"), ("b", [hidden], "f32"), ("v", v, "f32")) +
         outputs(("h", h, "f32"), ("y", y, "f32"), ("s", [m], "f32")),
         fill("0.0", "h", h, "f32") + fill("0.0", "y", y, "f32") + fill("0.0", "s", [m], "f32") +
         generic("i, j, k", "ppr", [("%x", x, "f32", "i, k"), ("%w", w, "f32", "k, j")],
                 [("%h", h, "f32", "i, j")], mul_add()) +
         generic("i, j", "pp", [("%b", [hidden], "f32", "j")], [("%h", h, "f32", "i, j")],
                 "%zero = arith.constant 0.0 : f32\n%t = arith.addf %o, %a : f32\n"
                 "%r = arith.maximumf %t, %zero : f32\nlinalg.yield %r : f32\n") +
         generic("i, j, k", "ppr", [("%h", h, "f32", "i, k"), ("%v", v, "f32", "k, j")],
                 [("%y", y, "f32", "i, j")], mul_add()) +
         generic("i, j", "pr", [("%h", h, "f32", "i, j")], [("%s", [m], "f32", "i")],
                 "%t = arith.addf %o, %a : f32\nlinalg.yield %t : f32\n"), sliced=True)


def panel(name, m, k, n, width, sliced, ta=False):
    """A product with `n` of `width` columns: steps of the reduction are far apart."""
    sa, sb, sc = ([k, m] if ta else [m, k]), [k, width], [m, n]
    part = f"memref<{k}x{n}xf32, strided<[{width}, 1], offset: 16>>"
    maps = ", ".join(f"affine_map<(i, j, k) -> ({e})>" for e in (("k, i" if ta else "i, k"), "k, j", "i, j"))
    Case(name, inputs(("a", sa, "f32"), ("b", sb, "f32")) + outputs(("c", sc, "f32")),
         f"%PART = memref.subview %B[0, 16] [{k}, {n}] [1, 1] : {memref(sb, 'f32')} to {part}\n" +
         fill("0.0", "c", sc, "f32") +
         f"linalg.generic {{indexing_maps = [{maps}], iterator_types = [\"parallel\", \"parallel\", \"reduction\"]}}\n"
         f"  ins(%A, %PART : {memref(sa, 'f32')}, {part}) outs(%C : {memref(sc, 'f32')}) {{\n"
         f"^bb0(%a: f32, %b: f32, %o: f32):\n{mul_add()}}}\n", sliced=sliced)


def conv(name, n, h, w, ic, oc, kh=3, kw=3, stride=1, dilation=1):
    """Forward, filter gradient and input gradient of a convolution."""
    oh = (h - (kh - 1) * dilation - 1) // stride + 1
    ow = (w - (kw - 1) * dilation - 1) // stride + 1
    x, f, y = [n, h, w, ic], [kh, kw, ic, oc], [n, oh, ow, oc]
    window = f"n, oh * {stride} + kh * {dilation}, ow * {stride} + kw * {dilation}, ic"
    Case(name + "_forward",
         inputs(("x", x, "f32"), ("f", f, "f32")) + outputs(("y", y, "f32")),
         fill("0.0", "y", y, "f32") +
         generic("n, oh, ow, oc, kh, kw, ic", "pppprrr",
                 [("%x", x, "f32", window), ("%f", f, "f32", "kh, kw, ic, oc")],
                 [("%y", y, "f32", "n, oh, ow, oc")], mul_add()))
    Case(name + "_filter",
         inputs(("x", x, "f32"), ("y", y, "f32")) + outputs(("f", f, "f32")),
         fill("0.0", "f", f, "f32") +
         generic("kh, kw, ic, oc, n, oh, ow", "pppprrr",
                 [("%x", x, "f32", window), ("%y", y, "f32", "n, oh, ow, oc")],
                 [("%f", f, "f32", "kh, kw, ic, oc")], mul_add()))
    Case(name + "_input",
         inputs(("y", y, "f32"), ("f", f, "f32")) + outputs(("x", x, "f32")),
         fill("0.0", "x", x, "f32") +
         generic("n, ic, oh, ow, kh, kw, oc", "pprrrrr",
                 [("%y", y, "f32", "n, oh, ow, oc"), ("%f", f, "f32", "kh, kw, ic, oc")],
                 [("%x", x, "f32", window)], mul_add()), sliced=True)


def elementwise(name, shape, t="f32"):
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    Case(name, inputs(("x", shape, t), ("b", shape[-1:], t), ("r", shape[:1], t)) +
         outputs(("y", shape, t)),
         generic(dims, "p" * len(shape),
                 [("%x", shape, t, dims), ("%b", shape[-1:], t, f"d{len(shape) - 1}"),
                  ("%r", shape[:1], t, "d0")],
                 [("%y", shape, t, dims)],
                 f"%zero = arith.constant 0.0 : {t}\n%s = arith.addf %a, %b : {t}\n"
                 f"%p = arith.mulf %s, %c : {t}\n%q = arith.cmpf ogt, %p, %zero : {t}\n"
                 f"%z = arith.select %q, %p, %zero : {t}\nlinalg.yield %z : {t}\n"))


def reduction(name, shape, kept, start, op, t="f32"):
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    kinds = "".join("p" if i in kept else "r" for i in range(len(shape)))
    out = [shape[i] for i in kept]
    Case(name, inputs(("x", shape, t)) + outputs(("y", out, t)),
         fill(start, "y", out, t) +
         generic(dims, kinds, [("%x", shape, t, dims)],
                 [("%y", out, t, ", ".join(f"d{i}" for i in kept))],
                 f"%s = {op} %a, %o : {t}\nlinalg.yield %s : {t}\n"))


def pool(name, n, h, w, c, k, stride):
    """Max pooling with the tap that won, and its gradient."""
    oh, ow = (h - k) // stride + 1, (w - k) // stride + 1
    x, y = [n, h, w, c], [n, oh, ow, c]
    window = f"n, oh * {stride} + kh, ow * {stride} + kw, c"
    Case(name, inputs(("x", x, "f32")) + outputs(("y", y, "f32"), ("i", y, "i8")),
         fill("-1000.0", "y", y, "f32") + fill("0", "i", y, "i8") +
         f"%TAPS = memref.alloc() : {memref([k, k], 'f32')}\n" +
         generic("n, oh, ow, c, kh, kw", "pppprr",
                 [("%x", x, "f32", window), ("%taps", [k, k], "f32", "kh, kw")],
                 [("%y", y, "f32", "n, oh, ow, c"), ("%i", y, "i8", "n, oh, ow, c")],
                 f"%kh = linalg.index 4 : index\n%kw = linalg.index 5 : index\n"
                 f"%kc = arith.constant {k} : index\n%row = arith.muli %kh, %kc : index\n"
                 "%tap = arith.addi %row, %kw : index\n%t = arith.index_cast %tap : index to i8\n"
                 "%q = arith.cmpf ogt, %a, %o : f32\n"
                 "%m = arith.select %q, %a, %o : f32\n%w = arith.select %q, %t, %o1 : i8\n"
                 "linalg.yield %m, %w : f32, i8\n"))
    Case(name + "_gradient",
         inputs(("y", y, "f32"), ("i", y, "i8")) + outputs(("x", x, "f32")),
         fill("0.0", "x", x, "f32") +
         f"%TAPS = memref.alloc() : {memref([k, k], 'f32')}\n" +
         generic("n, oh, ow, c, kh, kw", "prrprr",
                 [("%y", y, "f32", "n, oh, ow, c"), ("%i", y, "i8", "n, oh, ow, c"),
                  ("%taps", [k, k], "f32", "kh, kw")],
                 [("%x", x, "f32", window)],
                 f"%kh = linalg.index 4 : index\n%kw = linalg.index 5 : index\n"
                 f"%kc = arith.constant {k} : index\n%row = arith.muli %kh, %kc : index\n"
                 "%tap = arith.addi %row, %kw : index\n%t = arith.index_cast %tap : index to i8\n"
                 "%q = arith.cmpi eq, %b, %t : i8\n%zero = arith.constant 0.0 : f32\n"
                 "%d = arith.select %q, %a, %zero : f32\n%s = arith.addf %o, %d : f32\n"
                 "linalg.yield %s : f32\n"), sliced=True)


def transpose(name, shape, permutation, t="f32"):
    out = [shape[p] for p in permutation]
    Case(name, inputs(("x", shape, t)) + outputs(("y", out, t)),
         f"linalg.transpose ins(%X : {memref(shape, t)}) outs(%Y : {memref(out, t)}) "
         f"permutation = {permutation}\n")


matmul("matmul_primes", 17, 33, 65)
matmul("matmul_one", 1, 1, 1)
matmul("matmul_head", 64, 10, 128)
matmul("matmul_adds", 29, 47, 31, filled=False)
matmul("matmul_wide", 3, 200, 40)
matmul("matmul_f64", 19, 37, 23, t="f64")
matmul("matmul_bt", 13, 11, 67, tb=True)
matmul("matmul_bt_large", 32, 48, 100, tb=True)
matmul("matmul_at", 22, 18, 35, ta=True)
matmul("matvec", 1, 70, 35)
matmul("dot", 1, 1, 77)
# Deep enough for the reduction to be cut into blocks.
matmul("matmul_deep", 14, 64, 6000)
matmul("matmul_deep_adds", 5, 80, 6002, filled=False)
matmul("matmul_deep_prime", 7, 40, 10007)
# Rows of b are transposed on the way to a copy: whole squares and what is left, in one block and in several.
matmul("matmul_bt_rows", 131, 75, 37, tb=True, sliced=True)
matmul("matmul_bt_deep", 200, 64, 1403, tb=True, sliced=True)
matmul("matmul_bt_squares", 128, 64, 64, tb=True, sliced=True)
matmul("matmul_bt_f64", 70, 40, 33, t="f64", tb=True, sliced=True)
# Blocks of rows, of one size and of two.
rows("rows_equal", 64, 48, 40, 33)
rows("rows_unequal", 67, 48, 40, 33)
rows("rows_few", 3, 20, 40, 33)
# Rows of a transposed a are copied, in one block of the reduction and in two, beside panels of b and alone.
matmul("rows_packed", 256, 256, 250, ta=True, sliced=True)
matmul("rows_packed_blocks", 256, 150, 301, ta=True, sliced=True)
matmul("rows_packed_deep", 128, 300, 1024, ta=True, sliced=True)
matmul("rows_packed_f64", 128, 128, 300, t="f64", ta=True, sliced=True)
# Without rows: blocks of the reduction that what all tiles read stays in cache for, and tasks that keep
# the tiles of a panel's copy together.
matmul("whole_at", 300, 200, 1024, ta=True)
matmul("whole_blocks", 520, 150, 1100)
matmul("whole_packed", 200, 512, 512)
# The right operand in blocks of columns, with rows and without, and with less in the last step.
blocked("blocked_rows", 67, 4, 32, 70, sliced=True)
blocked("blocked_whole", 53, 3, 32, 70)
blocked("blocked_narrow", 20, 5, 13, 33, sliced=True)
blocked("blocked_at", 64, 4, 32, 200, ta=True, sliced=True)
blocked("blocked_f64", 40, 4, 16, 50, t="f64")
# Panels that are copied, whole and in blocks of two sizes, with a narrower last one.
panel("panel_whole", 200, 300, 150, 1024, sliced=True)
panel("panel_blocks", 200, 701, 150, 1024, sliced=True)
panel("panel_shared", 200, 701, 150, 1024, sliced=False)
panel("panel_at", 200, 701, 150, 1024, sliced=True, ta=True)

B, M, N, K = 3, 9, 20, 15
Case("matmul_batched",
     inputs(("a", [B, M, K], "f32"), ("b", [B, K, N], "f32")) + outputs(("c", [B, M, N], "f32")),
     fill("0.0", "c", [B, M, N], "f32") +
     f"linalg.batch_matmul ins(%A, %B : {memref([B, M, K], 'f32')}, {memref([B, K, N], 'f32')})"
     f" outs(%C : {memref([B, M, N], 'f32')})\n")

conv("conv3x3", 2, 9, 11, 16, 32)
conv("conv3x3_odd", 2, 8, 8, 3, 10)
conv("conv1x1", 2, 7, 7, 24, 17, 1, 1)
conv("conv_stride", 2, 11, 11, 5, 48, 3, 3, 2)
conv("conv_dilated", 1, 13, 13, 4, 18, 3, 3, 1, 2)
conv("conv_one_channel", 2, 12, 12, 1, 6, 5, 5)
conv("conv7x7", 1, 17, 17, 3, 16, 7, 7, 2)

X, F, Y = [2, 9, 9, 19], [3, 3, 19], [2, 7, 7, 19]
Case("conv_depthwise", inputs(("x", X, "f32"), ("f", F, "f32")) + outputs(("y", Y, "f32")),
     fill("0.0", "y", Y, "f32") +
     generic("n, h, w, c, i, j", "pppprr",
             [("%x", X, "f32", "n, h + i, w + j, c"), ("%f", F, "f32", "i, j, c")],
             [("%y", Y, "f32", "n, h, w, c")], mul_add()))

elementwise("elementwise_rows", [6, 5, 70])
elementwise("elementwise_narrow", [9, 3])
elementwise("elementwise_f64", [4, 21], "f64")

for shape in ([1000], [2, 3, 5, 7], [64, 16], [33]):
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    Case("update_" + "x".join(map(str, shape)),
         inputs(("x", shape, "f32")) + outputs(("y", shape, "f32")),
         generic(dims, "p" * len(shape), [("%x", shape, "f32", dims)],
                 [("%y", shape, "f32", dims)],
                 "%two = arith.constant 2.0 : f32\n%m = arith.mulf %a, %two : f32\n"
                 "%s = arith.subf %o, %m : f32\nlinalg.yield %s : f32\n"))

reduction("sum_rows", [37, 83], [0], "0.0", "arith.addf")
reduction("sum_rows_short", [40, 5], [0], "0.0", "arith.addf")
reduction("sum_rows_long", [3, 1000], [0], "1.0", "arith.addf")
reduction("max_rows", [20, 50], [0], "-1000.0", "arith.maximumf")
reduction("min_rows", [20, 34], [0], "1000.0", "arith.minimumf")
reduction("product_rows", [7, 18], [0], "1.0", "arith.mulf")
reduction("sum_columns", [45, 70], [1], "0.0", "arith.addf")
reduction("sum_to_channels", [2, 5, 6, 20], [3], "0.0", "arith.addf")
reduction("sum_to_middle", [4, 6, 9], [1], "0.0", "arith.addf")
reduction("sum_all", [4, 6, 9], [], "0.0", "arith.addf")
reduction("sum_all_f64", [300], [], "0.0", "arith.addf", "f64")
reduction("sum_i32", [12, 50], [0], "0", "arith.addi", "i32")
reduction("or_i8", [5, 100], [0], "0", "arith.ori", "i8")
reduction("sum_scalar", [1], [], "0.0", "arith.addf")
reduction("sum_pool", [2, 7, 7, 24], [0, 3], "0.0", "arith.addf")

# Not a plain reduction: the position of the last maximum.
ROWS = [9, 40]
Case("argmax_rows", inputs(("x", ROWS, "f32")) + outputs(("m", [9], "f32"), ("i", [9], "i32")),
     fill("-1000.0", "m", [9], "f32") + fill("0", "i", [9], "i32") +
     generic("i, j", "pr", [("%x", ROWS, "f32", "i, j")],
             [("%m", [9], "f32", "i"), ("%i", [9], "i32", "i")],
             "%j = linalg.index 1 : index\n%t = arith.index_cast %j : index to i32\n"
             "%q = arith.cmpf oge, %a, %o : f32\n%v = arith.select %q, %a, %o : f32\n"
             "%w = arith.select %q, %t, %o1 : i32\nlinalg.yield %v, %w : f32, i32\n"))

pool("pool2x2", 2, 8, 8, 20, 2, 2)
pool("pool3x3", 3, 9, 9, 33, 3, 2)

transpose("transpose", [37, 50], [1, 0])
transpose("transpose_blocks", [32, 48], [1, 0])
transpose("transpose_nchw", [2, 6, 5, 19], [0, 3, 1, 2])
transpose("transpose_nhwc", [2, 20, 5, 7], [0, 2, 3, 1])
transpose("transpose_f64", [18, 9], [1, 0], "f64")

Case("cast_ui8", inputs(("x", [5, 77], "i8")) + outputs(("y", [5, 77], "f32")),
     generic("i, j", "pp", [("%x", [5, 77], "i8", "i, j")], [("%y", [5, 77], "f32", "i, j")],
             "%s = arith.uitofp %a : i8 to f32\nlinalg.yield %s : f32\n"))
Case("mask_i1", inputs(("x", [4, 19], "f32")) + outputs(("m", [4, 19], "i1"), ("y", [4, 19], "f32")),
     generic("i, j", "pp", [("%x", [4, 19], "f32", "i, j")], [("%m", [4, 19], "i1", "i, j")],
             "%z = arith.constant 0.0 : f32\n%q = arith.cmpf ogt, %a, %z : f32\nlinalg.yield %q : i1\n") +
     generic("i, j", "pp", [("%m", [4, 19], "i1", "i, j"), ("%x", [4, 19], "f32", "i, j")],
             [("%y", [4, 19], "f32", "i, j")],
             "%z = arith.constant 0.0 : f32\n%r = arith.select %a, %b, %z : f32\nlinalg.yield %r : f32\n"),
     sliced=True)
Case("index_columns", outputs(("y", [3, 37], "i32")),
     generic("i, j", "pp", [], [("%y", [3, 37], "i32", "i, j")],
             "%i = linalg.index 0 : index\n%j = linalg.index 1 : index\n"
             "%p = arith.muli %i, %j : index\n%s = arith.addi %p, %j : index\n"
             "%t = arith.index_cast %s : index to i32\nlinalg.yield %t : i32\n"))
Case("copy", inputs(("x", [3, 5, 7], "f32")) + outputs(("y", [3, 5, 7], "f32")),
     "memref.copy %X, %Y : memref<3x5x7xf32> to memref<3x5x7xf32>\n")
Case("scalar", inputs(("x", [], "f32")) + outputs(("y", [], "f32")),
     generic("", "", [("%x", [], "f32", "")], [("%y", [], "f32", "")],
             "%s = arith.addf %a, %a : f32\nlinalg.yield %s : f32\n"))
Case("fill_only", outputs(("y", [5, 30], "f32")), fill("3.0", "y", [5, 30], "f32"))
Case("broadcast", inputs(("x", [6], "f32")) + outputs(("y", [6, 40], "f32")),
     generic("i, j", "pp", [("%x", [6], "f32", "i")], [("%y", [6, 40], "f32", "i, j")],
             "linalg.yield %a : f32\n"))
Case("reverse", inputs(("x", [40], "f32")) + outputs(("y", [40], "f32")),
     generic("i", "p", [("%x", [40], "f32", "39 - i")], [("%y", [40], "f32", "i")],
             "linalg.yield %a : f32\n"))
Case("gather", inputs(("k", [9], "i32"), ("t", [8, 21], "f32")) + outputs(("y", [9, 21], "f32")),
     generic("i, j", "pp", [("%k", [9], "i32", "i")], [("%y", [9, 21], "f32", "i, j")],
             "%j = linalg.index 1 : index\n%seven = arith.constant 7 : i32\n"
             "%m = arith.andi %a, %seven : i32\n%i = arith.index_cast %m : i32 to index\n"
             "%v = memref.load %T[%i, %j] : memref<8x21xf32>\nlinalg.yield %v : f32\n"))

# Reads and writes the inside of buffers with a border.
HALO = "memref<2x5x6x18xf32, strided<[1008, 144, 18, 1], offset: 162>>"
Case("halo", inputs(("x", [2, 5, 6, 18], "f32")) + outputs(("y", [2, 7, 8, 18], "f32")),
     "%IN = memref.subview %Y[0, 1, 1, 0] [2, 5, 6, 18] [1, 1, 1, 1] : memref<2x7x8x18xf32> to "
     + HALO + "\n" + f"memref.copy %X, %IN : memref<2x5x6x18xf32> to {HALO}\n")
Case("views", inputs(("x", [4, 6, 10], "f32")) + outputs(("y", [24, 10], "f32")),
     "%COLLAPSED = memref.collapse_shape %X [[0, 1], [2]] : memref<4x6x10xf32> into memref<24x10xf32>\n"
     "memref.copy %COLLAPSED, %Y : memref<24x10xf32> to memref<24x10xf32>\n")

# Convolution, bias and ReLU, pooling: one kernel, sliced by image.
X, W, C, P = [3, 10, 10, 5], [3, 3, 5, 20], [3, 8, 8, 20], [3, 4, 4, 20]
Case("sliced_block",
     inputs(("x", X, "f32"), ("w", W, "f32"), ("b", [20], "f32")) +
     outputs(("c", C, "f32"), ("p", P, "f32")),
     fill("0.0", "c", C, "f32") + fill("-1000.0", "p", P, "f32") +
     generic("n, oh, ow, oc, kh, kw, ic", "pppprrr",
             [("%x", X, "f32", "n, oh + kh, ow + kw, ic"), ("%w", W, "f32", "kh, kw, ic, oc")],
             [("%c", C, "f32", "n, oh, ow, oc")], mul_add()) +
     generic("n, h, w, c", "pppp", [("%b", [20], "f32", "c")], [("%c", C, "f32", "n, h, w, c")],
             "%zero = arith.constant 0.0 : f32\n%s = arith.addf %o, %a : f32\n"
             "%r = arith.maximumf %s, %zero : f32\nlinalg.yield %r : f32\n") +
     "%TAPS = memref.alloc() : memref<2x2xf32>\n" +
     generic("n, oh, ow, c, kh, kw", "pppprr",
             [("%c", C, "f32", "n, oh * 2 + kh, ow * 2 + kw, c"), ("%taps", [2, 2], "f32", "kh, kw")],
             [("%p", P, "f32", "n, oh, ow, c")],
             "%m = arith.maximumf %o, %a : f32\nlinalg.yield %m : f32\n"), sliced=True)

# Softmax without the exponential: row maximum, difference, row sum, product.
R = [7, 45]
Case("sliced_rows",
     inputs(("x", R, "f32")) + outputs(("m", [7], "f32"), ("s", [7], "f32"), ("y", R, "f32")),
     fill("-1000.0", "m", [7], "f32") + fill("0.0", "s", [7], "f32") +
     generic("i, j", "pr", [("%x", R, "f32", "i, j")], [("%m", [7], "f32", "i")],
             "%v = arith.maximumf %o, %a : f32\nlinalg.yield %v : f32\n") +
     generic("i, j", "pr", [("%x", R, "f32", "i, j"), ("%m", [7], "f32", "i")],
             [("%s", [7], "f32", "i")],
             "%d = arith.subf %a, %b : f32\n%v = arith.addf %o, %d : f32\nlinalg.yield %v : f32\n") +
     generic("i, j", "pp", [("%x", R, "f32", "i, j"), ("%s", [7], "f32", "i")],
             [("%y", R, "f32", "i, j")],
             "%d = arith.mulf %a, %b : f32\nlinalg.yield %d : f32\n"), sliced=True)

# Several ops that are not sliced: the first worker does them all.
Case("unsliced", inputs(("x", [30, 6], "f32")) + outputs(("s", [6], "f32"), ("y", [30, 6], "f32")),
     generic("i, j", "rp", [("%x", [30, 6], "f32", "i, j")], [("%s", [6], "f32", "j")],
             "%v = arith.addf %o, %a : f32\nlinalg.yield %v : f32\n") +
     generic("i, j", "pp", [("%x", [30, 6], "f32", "i, j"), ("%s", [6], "f32", "j")],
             [("%y", [30, 6], "f32", "i, j")],
             "%d = arith.addf %a, %b : f32\nlinalg.yield %d : f32\n"))
