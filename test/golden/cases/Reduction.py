# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums, maxima and their places."""
import numpy as np
import torch

from golden import Case, booleans, choice, integers, normal, number, uniform

# Shape, axes (None: all of them), keep_dims.
WAYS = [((1,), None, False), ((3, 35), [1], False), ((3, 35), [0], True), ((2, 3, 5, 7), [1, 3], False),
        ((2, 3, 5, 7), [0, 2], True), ((6, 1, 4), [1], True), ((), None, False)]
EMPTY = [((0, 4), [0], False), ((3, 0), [1], True), ((0, 4), [1], False), ((0,), None, False)]


def attributes(axes, keep, *more):
    parts = list(more)
    if axes is not None:
        parts.append(f"axes = {axes}")
    if keep:
        parts.append("keep_dims")
    return f" {{{', '.join(parts)}}}" if parts else ""


def named(shape, axes, keep):
    over = "all" if axes is None else "_".join(map(str, axes))
    return f"{shape}_over_{over}{'_kept' if keep else ''}"


def dims(x, axes):
    return tuple(range(x.dim())) if axes is None else tuple(axes)


def case(op, name, x, axes, keep, function, words="", **options):
    return Case(op=op, name=name, inputs={"x": x},
                text=f"%y = dl.{op} %x{words}{attributes(axes, keep, *options.pop('more', []))} : {{x}} -> {{y}}",
                reference=function, **options)


def prod(axes, keep):
    def function(x):
        for axis in sorted(dims(x, axes), reverse=True):
            x = torch.prod(x, axis, keepdim=keep)
        return x
    return function


def sums():
    for shape, axes, keep in WAYS + EMPTY:
        name = named(shape, axes, keep)
        yield case("reduce_sum", name, normal(*shape), axes, keep,
                   lambda x: torch.sum(x, dims(x, axes), keep))
        yield case("reduce_prod", name, normal(*shape) + 1, axes, keep, prod(axes, keep))
        yield case("mean", name, normal(*shape), axes, keep,
                   lambda x: torch.mean(x, dims(x, axes), keep))
        yield case("logsumexp", name, normal(*shape) * 3, axes, keep,
                   lambda x: torch.logsumexp(x, dims(x, axes), keep))
        for correction in (0, 1):
            # One element has no variance, and nothing to differentiate.
            few = np.prod([1, *shape]) <= 1 or 0 in shape or 1 in [shape[a] for a in axes or []]
            yield case("var", f"{name}_correction_{correction}", normal(*shape), axes, keep,
                       lambda x: torch.var(x, dims(x, axes), correction=correction, keepdim=keep),
                       more=[f"correction = {correction}"], gradients=[] if few else None)
    yield case("var", "far_from_zero", normal(4, 50) * 0.25 + 64, [1], False,
               lambda x: torch.var(x, 1))
    yield case("reduce_prod", "with_zeros", choice([0.0, 0.5, 2.0, -1.5], 9, 6), [1], False,
               lambda x: torch.prod(x, 1))
    yield case("logsumexp", "large", normal(5, 8) * 50, [1], False,
               lambda x: torch.logsumexp(x, 1))
    infinite = np.array([[-np.inf, -np.inf], [np.inf, 1], [-np.inf, 2], [0.5, 3]], np.float32)
    yield case("logsumexp", "infinite", infinite, [1], False, lambda x: torch.logsumexp(x, 1),
               gradients=[])
    yield case("reduce_sum", "integers", integers(-50, 50, 5, 7, dtype="i32"), [0], False,
               lambda x: x.sum(0, dtype=torch.int32), types=["f32"])
    yield case("reduce_prod", "integers", integers(-3, 4, 5, 7), [1], False,
               lambda x: x.prod(1), types=["f32"])
    # Constants round the same way every time: the worst a sum can meet.
    yield case("reduce_sum", "long", np.full((3, 1543), 0.1, np.float32), [1], False,
               lambda x: x.sum(1))
    yield case("reduce_sum", "long_columns", uniform(0, 1, 2400, 2), [0], False, lambda x: x.sum(0))
    yield case("reduce_sum", "long_all", uniform(0, 1, 40, 60, 2), None, False, lambda x: x.sum())


def extrema():
    for shape, axes, keep in WAYS:
        name = named(shape, axes, keep)
        yield case("reduce_max", name, normal(*shape), axes, keep,
                   lambda x: torch.amax(x, dims(x, axes), keep))
        yield case("reduce_min", name, normal(*shape), axes, keep,
                   lambda x: torch.amin(x, dims(x, axes), keep))
        yield case("any", name, booleans(*shape), axes, keep,
                   lambda x: x.numpy().any(dims(x, axes), keepdims=keep), types=["f32"])
        yield case("all", name, booleans(*shape), axes, keep,
                   lambda x: x.numpy().all(dims(x, axes), keepdims=keep), types=["f32"])
    for name, of in (("any", np.any), ("all", np.all)):
        yield case(name, "of_nothing", booleans(3, 0), [1], False,
                   lambda x, of=of: of(x.numpy(), 1), types=["f32"])
    for op, of in (("reduce_max", torch.amax), ("reduce_min", torch.amin)):
        yield case(op, "ties", choice([-1.0, 0.0, 1.0], 6, 9), [1], False, lambda x, of=of: of(x, 1))
        for dtype in ("i8", "ui8", "i32", "i64"):
            low = 0 if dtype == "ui8" else -100
            yield case(op, dtype, integers(low, 100, 4, 7, dtype=dtype), [1], False,
                       lambda x, of=of: of(x, 1), types=["f32"])
        yield case(op, "empty_rows", normal(0, 4), [1], False, lambda x, of=of: of(x, 1))
    for op, of in (("argmax", torch.argmax), ("argmin", torch.argmin)):
        for shape, axis in ((1,), 0), ((3, 35), 1), ((4, 3, 5), 0), ((2, 5, 3), 1), ((0, 4), 1):
            for keep in (False, True):
                yield Case(op=op, name=f"{shape}_along_{axis}{'_kept' if keep else ''}",
                           inputs={"x": normal(*shape)}, gradients=[],
                           text=f"%y = dl.{op} %x {{axis = {axis}{', keep_dims' if keep else ''}}} : {{x}} -> {{y}}",
                           reference=lambda x, of=of: of(x, axis, keep).to(torch.int32))
        # The first of several; what is not a number.
        corners = np.array([[1, 3, 3], [-1, -1, 0], [np.nan, 9, np.nan], [2, np.inf, np.nan]], np.float32)
        first = lambda x, of=np.argmax if op == "argmax" else np.argmin: of(x.detach().numpy(), 1).astype(np.int32)
        yield Case(op=op, name="first", inputs={"x": corners}, gradients=[],
                   text=f"%y = dl.{op} %x {{axis = 1}} : {{x}} -> {{y}}", reference=first)
        yield Case(op=op, name="bytes", inputs={"x": integers(0, 256, 5, 9, dtype="ui8")},
                   text=f"%y = dl.{op} %x {{axis = 1}} : {{x}} -> {{y}}", types=["f32"],
                   reference=lambda x, of=np.argmax if op == "argmax" else np.argmin:
                   of(x.numpy(), 1).astype(np.int32))


def norms():
    for p in (1.0, 2.0, 3.0, 0.5, np.inf, -np.inf, 0.0):
        words = "" if p == 2 else f" p {p if np.isinf(p) else number(p)}"
        for shape, axes, keep in WAYS[1:6:2]:
            yield case("norm", f"p_{str(p).replace('-', 'minus_')}_{named(shape, axes, keep)}",
                       normal(*shape), axes, keep,
                       lambda x: torch.linalg.vector_norm(x, p, dims(x, axes), keep), words)
    rows = np.array([[0, 0, 0], [3, 0, -4], [0, 0, 2]], np.float32)
    for p in (1.0, 2.0, 3.0):
        words = "" if p == 2 else f" p {number(p)}"
        yield case("norm", f"p_{p}_of_zeros", rows, [1], False,
                   lambda x: torch.linalg.vector_norm(x, p, 1), words)
        yield case("norm", f"p_{p}_of_nothing", normal(3, 0), [1], False,
                   lambda x: torch.linalg.vector_norm(x, p, 1), words)
    # Squares would leave the range of f32.
    for name, factor in ("huge", 1e30), ("tiny", 1e-30):
        yield case("norm", name, normal(3, 9) * factor, [1], False,
                   lambda x: torch.linalg.vector_norm(x, 2, 1))


def cases():
    yield from sums()
    yield from agreements()
    yield from extrema()
    yield from norms()


def agreements():
    for shape in (1,), (37,), (3, 5), (0, 4):
        for dtype in "i32", "ui8":
            yield Case(op="count_equal", name=f"{dtype}_{shape}",
                       inputs={"a": integers(0, 3, *shape, dtype=dtype),
                               "b": integers(0, 3, *shape, dtype=dtype)},
                       text="%y = dl.count_equal %a, %b : {a} -> {y}",
                       reference=lambda a, b: (a == b).sum().int())
