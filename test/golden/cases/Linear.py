# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of matrices."""
from torch.nn import functional as F

from golden import Case, normal


def linear(name, rows, inner, columns, bias=True):
    inputs = {"x": normal(rows, inner), "w": normal(columns, inner)}
    if bias:
        inputs["b"] = normal(columns)
    return Case(op="linear", name=name, inputs=inputs,
                text=f"%y = dl.linear %x, %w {'bias %b ' if bias else ''}"
                     f": {{x}}, {{w}}{', {b}' if bias else ''} -> {{y}}",
                reference=F.linear)


def cases():
    yield linear("small", 8, 20, 7)
    yield linear("odd_everything", 13, 33, 35)
    yield linear("no_bias", 5, 16, 32, bias=False)
    yield linear("one", 1, 1, 1)
    yield linear("long_sum", 4, 500, 3)
    for shape, bias in ((5,), True), ((2, 3, 6), True), ((2, 1, 3, 4), False), ((0, 3), True), ((2, 0, 3), True):
        inputs = {"x": normal(*shape), "w": normal(7, shape[-1])}
        if bias:
            inputs["b"] = normal(7)
        yield Case(op="linear", name=f"of_{shape}", inputs=inputs,
                   text=f"%y = dl.linear %x, %w {'bias %b ' if bias else ''}"
                        f": {{x}}, {{w}}{', {b}' if bias else ''} -> {{y}}",
                   reference=F.linear)
    for front, back in ((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((3,), ()), ((), (2, 2)), ((1, 4), (1, 4)), ((0,), (0,)):
        for sizes in ((5, 7, 3), (1, 1, 1), (4, 17, 19)) if front == back else ((5, 7, 3),):
            yield from products(front, back, *sizes)
    # Many small products, of one row, one column, and with one matrix for all.
    for sizes in (5, 7, 1), (1, 7, 4), (5, 1, 4), (1, 9, 1), (33, 5, 17):
        yield from products((8,), (8,), *sizes) if sizes[0] < 33 else ()
        yield from products((8,), (), *sizes)
    yield from products((2,), (2,), 3, 0, 4)
    yield from products((), (), 0, 5, 4)


def products(front, back, m, k, n):
    for ta in (False, True):
        for tb in (False, True):
            words = [word for word, said in (("transpose_a", ta), ("transpose_b", tb)) if said]
            a, b = (*front, k, m) if ta else (*front, m, k), (*back, n, k) if tb else (*back, k, n)
            yield Case(op="matmul", name=f"{a}_times_{b}{'_a' if ta else ''}{'_b' if tb else ''}",
                       inputs={"a": normal(*a), "b": normal(*b)},
                       text=f"%y = dl.matmul %a, %b {{{', '.join(words)}}} : {{a}}, {{b}} -> {{y}}",
                       reference=lambda a, b: (a.mT if ta else a) @ (b.mT if tb else b))
