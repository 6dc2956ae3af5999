# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where elements stand."""
import numpy as np
import torch
from torch.nn import functional as F

from golden import Case, booleans, integers, normal


def one(op, name, x, words, function, **options):
    """An op of one operand; `words` stand behind it."""
    return Case(op=op, name=name, inputs={"x": x}, text=f"%y = dl.{op} %x {words} : {{x}} -> {{y}}",
                reference=function, **options)


def views():
    for before, after in ((3, 35), (5, 3, 7)), ((1,), ()), ((2, 3, 4), (24,)), ((0, 4), (2, 0, 3)), ((), (1, 1)):
        yield Case(op="reshape", name=f"{before}_to_{after}", inputs={"x": normal(*before)},
                   text="%y = dl.reshape %x : {x} to {y}", reference=lambda x: x.reshape(after))
    for shape, start, end in ((3, 35), None, None), ((2, 3, 4, 5), None, None), ((2, 3, 4, 5), 0, 1), \
            ((2, 3, 4, 5), 1, 2), ((1,), 0, 0), ((0, 3, 4), None, None), ((2, 3, 4), 2, 2):
        words = [f"{name} = {axis}" for name, axis in (("start_axis", start), ("end_axis", end))
                 if axis is not None]
        yield Case(op="flatten", name=f"{shape}_from_{start}_to_{end}", inputs={"x": normal(*shape)},
                   text=f"%y = dl.flatten %x {{{', '.join(words)}}} : {{x}} to {{y}}",
                   reference=lambda x: torch.flatten(x, 1 if start is None else start,
                                                     -1 if end is None else end))
    for shape, perm in ((3, 35), [1, 0]), ((2, 1, 5), [2, 0, 1]), ((2, 3, 4, 5), [3, 1, 0, 2]), ((0, 4), [1, 0]), ((), []):
        yield one("transpose", f"{shape}_{perm}", normal(*shape), f"perm {perm}",
                  lambda x: x.permute(perm))
    for shape in (3, 5), (2, 7, 4), (2, 3, 4, 5), (1, 4, 3), (0, 4, 3), (3, 0, 2):
        yield one("unblock", f"{shape}", normal(*shape), "",
                  lambda x: x.movedim(0, -2).reshape(*x.shape[1:-1], -1 if x.numel() else x.shape[0] * x.shape[-1]))
    for shape, target, dims in ((3,), (2, 3, 5), [1]), ((2, 5), (2, 3, 5), [0, 2]), ((), (3, 4), []), ((0,), (0, 4), [0]), \
            ((1,), (1, 4), [0]), ((1,), (3, 1), [1]), ((3, 1), (3, 2, 1), [0, 2]):
        def spread(x):
            where = [x.shape[dims.index(d)] if d in dims else 1 for d in range(len(target))]
            return x.reshape(where).expand(target)
        yield Case(op="broadcast", name=f"{shape}_to_{target}", inputs={"x": normal(*shape)},
                   text=f"%y = dl.broadcast %x dims {dims} : {{x}} to {{y}}", reference=spread)
    for shape, dims in ((3, 35), [1]), ((2, 3, 5), [0, 2]), ((1, 4), [0]), ((0, 4), [1]), ((), []):
        yield Case(op="reverse", name=f"{shape}_{dims}", inputs={"x": normal(*shape)},
                   text=f"%y = dl.reverse %x dims {dims} : {{x}}", reference=lambda x: torch.flip(x, dims))


def boxes():
    for shape, at, size, stride in ((5, 7), [1, 2], [3, 4], None), ((9, 8), [1, 0], [3, 3], [3, 2]), \
            ((1, 4), [0, 3], [1, 1], None), ((5, 7), [5, 0], [0, 7], None), ((2, 3, 5), [0, 1, 1], [2, 2, 2], [1, 1, 3]), \
            ((7, 3), [0, 0], [0, 2], [2, 1]), ((), [], [], None):
        def cut(x):
            return x[tuple(slice(a, a + n * s, s) for a, n, s in zip(at, size, stride or [1] * len(at)))]
        yield one("slice", f"{shape}_at_{at}_size_{size}{f'_stride_{stride}' if stride else ''}", normal(*shape),
                  f"at {at} size {size}{f' stride {stride}' if stride else ''}", cut)
    for shape, low, high, interior, value in ((3, 5), [1, 0], [0, 2], None, 0.0), ((3, 5), [0, 1], [2, 1], [0, 2], 0.0), \
            ((1,), [3], [0], None, -1.5), ((2, 3, 4), [0, 1, 0], [1, 0, 2], [1, 0, 1], 0.25), ((0, 3), [2, 0], [1, 1], None, 2.0), \
            ((0, 3), [0, 1], [0, 1], None, 0.0), ((4, 3), [0, 0], [0, 0], None, 1.0), ((), [], [], None, 1.0):
        def pad(x):
            between = interior or [0] * len(low)
            inner = [max(0, n + b * (n - 1)) for n, b in zip(x.shape, between)]
            y = torch.full([n + a + b for n, a, b in zip(inner, low, high)], value, dtype=x.dtype)
            y = y.clone()
            y[tuple(slice(a, a + n, b + 1) for a, n, b in zip(low, inner, between))] = x
            return y
        yield one("pad", f"{shape}_{low}_{high}{f'_between_{interior}' if interior else ''}_of_{value}".replace("-", "minus_"),
                  normal(*shape), f"low {low} high {high}{f' interior {interior}' if interior else ''} {{value = {value}}}", pad)
    for dtype, value in ("i8", -3), ("ui8", 200), ("i32", 7), ("i64", -1), ("i1", 1):
        x = booleans(2, 3) if dtype == "i1" else integers(0, 100, 2, 3, dtype=dtype)
        yield one("pad", f"of_{dtype}", x, f"low [0, 1] high [1, 0] {{value = {value}.0}}",
                  lambda x: F.pad(x, (1, 0, 0, 1), value=value), types=["f32"])
    # PyTorch pads the last dimensions of tensors with two more in front.
    for op, mode in ("reflection_pad", "reflect"), ("replication_pad", "replicate"), ("circular_pad", "circular"):
        for shape, low, high in ((2, 3, 5), [2], [3]), ((2, 3, 4, 5), [1, 0], [2, 4]), ((1, 1, 3, 4), [2, 2], [0, 1]), \
                ((0, 2, 5), [2], [3]):
            front = [0] * (len(shape) - len(low))
            pairs = [n for pair in reversed(list(zip(low, high))) for n in pair]
            yield one(op, f"{shape}_{low}_{high}", normal(*shape), f"low {front + low} high {front + high}",
                      lambda x: F.pad(x, pairs, mode=mode))
    yield one("replication_pad", "of_one", normal(1, 1, 1), "low [0, 0, 2] high [0, 0, 3]",
              lambda x: F.pad(x, (2, 3), mode="replicate"))


def parts():
    for name, shapes, axis in ("columns", [(3, 4), (3, 1), (3, 6)], 1), ("rows", [(2, 5), (3, 5)], 0), ("one", [(3, 4)], 1), \
            ("middle", [(2, 3, 4), (2, 1, 4), (2, 2, 4)], 1), ("empty", [(3, 0), (3, 2), (3, 0)], 1), \
            ("nothing", [(0, 4), (0, 2)], 1), ("vectors", [(1,), (3,)], 0), ("many_rows", [(9, 6), (9, 11)], 1):
        inputs = {f"x{i}": normal(*shape) for i, shape in enumerate(shapes)}
        yield Case(op="concat", name=name, inputs=inputs,
                   text=f"%y = dl.concat {', '.join('%' + n for n in inputs)} {{axis = {axis}}}"
                        f" : {', '.join(f'{{{n}}}' for n in inputs)} -> {{y}}",
                   reference=lambda *xs: torch.cat(xs, axis))
    yield Case(op="concat", name="computed", inputs={"a": normal(8, 5), "b": normal(8, 3)},
               text="%e = dl.exp %a : {a}\n%s = dl.sin %b : {b}\n"
                    "%c = dl.concat %e, %s, %a {axis = 1} : {a}, {b}, {a} -> {y}\n%y = dl.square %c : {y}",
               reference=lambda a, b: torch.cat([a.exp(), b.sin(), a], 1) ** 2)
    for shape, count, axis in ((3, 4), 2, 1), ((5,), 3, 0), ((2, 3, 4), 3, 1), ((9, 2, 3), 2, 0), ((3, 0), 2, 1), ((4, 1), 1, 0):
        inputs = {f"x{i}": normal(*shape) for i in range(count)}
        yield Case(op="concat", name=f"interleaved_{count}_of_{shape}_along_{axis}", inputs=inputs,
                   text=f"%y = dl.concat {', '.join('%' + n for n in inputs)} {{axis = {axis}, interleaved}}"
                        f" : {', '.join(f'{{{n}}}' for n in inputs)} -> {{y}}",
                   reference=lambda *xs: torch.stack(xs, axis + 1).flatten(axis, axis + 1))
    for dtype in ("i8", "ui8", "i32", "i64", "i1"):
        x = booleans(2, 3) if dtype == "i1" else integers(0, 100, 2, 3, dtype=dtype)
        yield Case(op="concat", name=f"of_{dtype}", inputs={"a": x, "b": x}, types=["f32"], gradients=[],
                   text="%y = dl.concat %a, %b {axis = 0} : {a}, {b} -> {y}",
                   reference=lambda a, b: torch.cat([a, b], 0))
    for shape, sizes, axis in ((3, 7), [2, 5], 1), ((6, 1, 2), [1, 2, 3], 0), ((4, 3), [0, 3], 1), ((0, 4), [1, 3], 1):
        names = [f"y{i}" for i in range(len(sizes))]
        yield Case(op="split", name=f"{shape}_in_{sizes}_along_{axis}", inputs={"x": normal(*shape)},
                   text=f"{', '.join('%' + n for n in names)} = dl.split %x sizes {sizes} {{axis = {axis}}}"
                        f" : {{x}} -> {', '.join(f'{{{n}}}' for n in names)}",
                   reference=lambda x: dict(zip(names, torch.split(x, sizes, axis))))
    for shape, number, axis in ((3, 5), 2, 0), ((3, 5), 3, 2), ((), 2, 0), ((1, 4), 2, 1), ((0, 2), 2, 1):
        names = [f"x{i}" for i in range(number)]
        yield Case(op="stack", name=f"{number}_of_{shape}_along_{axis}", inputs={n: normal(*shape) for n in names},
                   text=f"%y = dl.stack {', '.join('%' + n for n in names)} {{axis = {axis}}}"
                        f" : {', '.join(f'{{{n}}}' for n in names)} -> {{y}}",
                   reference=lambda *xs: torch.stack(xs, axis))


def indices():
    types = {"float": torch.float64, "i8": torch.int8, "ui8": torch.uint8, "i32": torch.int32, "i64": torch.int64}
    for name, dtype in types.items():
        for shape, axis in ((7,), 0), ((3, 35), 1), ((5, 2, 3), 0), ((1, 4), 0), ((0, 4), 1):
            def count(_):
                view = [shape[axis] if d == axis else 1 for d in range(len(shape))]
                return torch.arange(shape[axis], dtype=dtype).reshape(view).expand(shape)
            yield Case(op="iota", name=f"{name}_{shape}_along_{axis}", inputs={"x": normal(1)}, gradients=[],
                       types=["f32", "f64"] if name == "float" else ["f32"],
                       text=f"%y = dl.iota {{axis = {axis}}} : {{y}}", reference=count)
    for shape, dtype in ((6,), "i32"), ((3, 5), "i64"), ((4,), "ui8"), ((0,), "i32"), ((5,), "i8"), ((1,), "i64"), ((3, 1), "i32"):
        low = 0 if dtype == "ui8" else -2
        yield Case(op="one_hot", name=f"{dtype}_{shape}", inputs={"i": integers(low, 9, *shape, dtype=dtype)},
                   gradients=[], text="%y = dl.one_hot %i : {i} to {y}",
                   reference=lambda i: (i.long()[..., None] == torch.arange(7)).double())
    yield Case(op="one_hot", name="one_class", inputs={"i": integers(-1, 2, 1, 4, dtype="i32")},
               gradients=[], text="%y = dl.one_hot %i : {i} to {y}",
               reference=lambda i: (i[..., None] == 0).double())
    yield Case(op="one_hot", name="whole", inputs={"i": integers(0, 3, 4, dtype="i64")}, types=["f32"],
               text="%y = dl.one_hot %i : {i} to {y}", reference=lambda i: F.one_hot(i, 3), gradients=[])
    yield Case(op="constant", name="list", inputs={"x": normal(1)}, gradients=[], types=["f32"],
               text="%y = dl.constant dense<[[1, -2], [3, 4]]> : {y}",
               reference=lambda x: np.array([[1, -2], [3, 4]], np.int32))
    yield Case(op="constant", name="empty", inputs={"x": normal(1)}, gradients=[], types=["f32"],
               text="%y = dl.constant dense<> : {y}", reference=lambda x: np.zeros((0, 3), np.int32))


def cases():
    yield from views()
    yield from boxes()
    yield from parts()
    yield from indices()
