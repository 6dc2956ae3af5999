# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Order along a dimension, running sums."""
import numpy as np
import torch

from golden import Case, choice, integers, normal


def sort(name, x, axis, descending=False, **options):
    def reference(x):
        values, indices = torch.sort(x, dim=axis, descending=descending, stable=True)
        return {"v": values, "i": indices.int()}

    flag = ", descending" if descending else ""
    return Case(op="sort", name=name, inputs={"x": x},
                text=f"%v, %i = dl.sort %x {{axis = {axis}{flag}}} : {{x}} -> {{v}}, {{i}}",
                reference=reference, **options)


def argsort(name, x, axis, descending=False):
    flag = ", descending" if descending else ""
    return Case(op="argsort", name=name, inputs={"x": x}, gradients=[],
                text=f"%y = dl.argsort %x {{axis = {axis}{flag}}} : {{x}} -> {{y}}",
                reference=lambda x: torch.argsort(x, dim=axis, descending=descending, stable=True).int())


def top_k(name, x, k, axis, largest=True):
    def reference(x):
        # Of equal values the first, which torch.topk does not promise.
        values, indices = torch.sort(x, dim=axis, descending=largest, stable=True)
        return {"v": values.narrow(axis, 0, k), "i": indices.narrow(axis, 0, k).int()}

    flag = "" if largest else ", largest = false"
    return Case(op="top_k", name=name, inputs={"x": x},
                text=f"%v, %i = dl.top_k %x {{k = {k}, axis = {axis}{flag}}} : {{x}} -> {{v}}, {{i}}",
                reference=reference)


def cumsum(name, x, axis, exclusive=False, reverse=False):
    def reference(x):
        y = x.flip(axis) if reverse else x
        # torch.cumsum of integers is i64; those of the language keep their type.
        y = (torch.cumsum(y, axis) - (y if exclusive else 0)).to(x.dtype)
        return y.flip(axis) if reverse else y

    flags = (", exclusive" if exclusive else "") + (", reverse" if reverse else "")
    return Case(op="cumsum", name=name, inputs={"x": x},
                text=f"%y = dl.cumsum %x {{axis = {axis}{flags}}} : {{x}} -> {{y}}",
                reference=reference)


def cases():
    yield sort("rows", normal(5, 13), 1)
    yield sort("columns_descending", normal(11, 19), 0, descending=True)
    yield sort("middle", normal(2, 7, 3), 1)
    yield sort("one", normal(1), 0)
    yield sort("ties", choice([0.0, 1.0, -1.0], 4, 33), 1)
    yield sort("ties_descending", choice([0.0, 1.0, -1.0], 4, 33), 1, descending=True)
    nan = np.float32([[1, np.nan, -np.inf, 0], [np.nan, np.inf, np.nan, -0.0], [0, -0.0, 3, 2]])
    yield sort("not_a_number", nan, 1, gradients=[])
    yield sort("not_a_number_descending", nan, 1, descending=True, gradients=[])
    yield sort("integers", integers(-50, 50, 3, 21, dtype="i32"), 1)
    yield sort("bytes", integers(0, 256, 35, dtype="ui8"), 0)
    yield sort("empty", normal(3, 0), 1)

    yield argsort("rows", normal(5, 13), 1)
    yield argsort("columns_descending", choice([0.0, 1.0], 9, 4), 0, descending=True)
    yield argsort("one", normal(1, 1), 1)
    yield argsort("empty", normal(3, 0), 1)
    yield argsort("no_rows", normal(0, 4), 1, descending=True)

    yield top_k("rows", normal(5, 13), 3, 1)
    yield top_k("columns_smallest", normal(9, 6), 4, 0, largest=False)
    yield top_k("ties", choice([0.0, 1.0, 2.0], 4, 17), 5, 1)
    yield top_k("all", normal(1, 1), 1, 1)
    yield top_k("no_rows", normal(0, 4), 2, 1)
    yield top_k("none", normal(3, 4), 0, 1)
    yield top_k("integers", integers(-9, 9, 12, dtype="i64"), 5, 0)

    yield cumsum("rows", normal(5, 13), 1)
    yield cumsum("columns", normal(7, 35), 0)
    yield cumsum("exclusive", normal(2, 5, 3), 1, exclusive=True)
    yield cumsum("reverse", normal(4, 9), 1, reverse=True)
    yield cumsum("both", normal(4, 9), 0, exclusive=True, reverse=True)
    yield cumsum("one", normal(1), 0)
    yield cumsum("empty", normal(0, 4), 0)
    yield cumsum("integers", integers(-9, 9, 3, 8, dtype="i32"), 1)
