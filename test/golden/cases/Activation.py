# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What networks put between layers."""
import torch
from torch.nn import functional as F

from golden import Case, choice, normal, number, uniform

SHAPES = (1,), (3, 35), (2, 3, 5), (0, 4)
# Where exponentials overflow, and products with them.
LARGE = [-1e4, -1000.0, -100.0, -20.5, 0.25, 20.5, 100.0, 1000.0, 1e4]

# The text after the operand, with PyTorch's function.
FUNCTIONS = {
    "relu": [("", F.relu)],
    "relu6": [("", F.relu6)],
    "leaky_relu": [("", F.leaky_relu), (" {slope = 0.3}", lambda x: F.leaky_relu(x, 0.3))],
    "elu": [("", F.elu), (" {alpha = 0.7}", lambda x: F.elu(x, 0.7))],
    "selu": [("", F.selu)],
    "hardtanh": [("", F.hardtanh),
                 (" {min = -0.5, max = 2.0}", lambda x: F.hardtanh(x, -0.5, 2.0))],
    # The derivative of F.hardsigmoid has 1/6 as an f32, in f64 too.
    "hard_sigmoid": [("", lambda x: F.relu6(x + 3) / 6)],
    "hard_swish": [("", F.hardswish)],
    "sigmoid": [("", torch.sigmoid)],
    "silu": [("", F.silu)],
    "mish": [("", F.mish)],
    "softplus": [("", F.softplus),
                 (" {beta = 2.5, threshold = 3.0}", lambda x: F.softplus(x, 2.5, 3.0))],
    "softsign": [("", F.softsign)],
    "gelu": [("", F.gelu), (" approximate(tanh)", lambda x: F.gelu(x, approximate="tanh"))],
}


def function(op, index, text, reference, name, x, **options):
    return Case(op=op, name=f"{name}_{index}" if index else name, inputs={"x": x},
                text=f"%y = dl.{op} %x{text} : {{x}}", reference=reference, **options)


def prelu(name, shape, weights):
    return Case(op="prelu", name=name, inputs={"x": normal(*shape), "w": uniform(-1, 1, weights)},
                text="%y = dl.prelu %x, %w : {x}, {w}", reference=F.prelu)


def maxout(name, shape, pieces, x=None):
    def reference(x):
        n, c, *rest = x.shape
        return x.reshape(n, c // pieces, pieces, *rest).amax(2)

    return Case(op="maxout", name=name, inputs={"x": normal(*shape) if x is None else x},
                text=f"%y = dl.maxout %x {{pieces = {pieces}}} : {{x}} -> {{y}}",
                reference=reference)


def along(op, reference, name, x, axis, **options):
    return Case(op=op, name=name, inputs={"x": x}, text=f"%y = dl.{op} %x {{axis = {axis}}} : {{x}}",
                reference=lambda x: reference(x, axis), **options)


def gumbel(name, shape, axis, tau, hard):
    def reference(x, noise):
        soft = F.softmax((x + noise) / tau, axis)
        if not hard:
            return soft
        one = torch.zeros_like(soft).scatter_(axis, soft.argmax(axis, keepdim=True), 1.0)
        return one + soft - soft.detach()

    constants = f"axis = {axis}, tau = {number(tau)}" + (", hard" if hard else "")
    return Case(op="gumbel_softmax", name=name,
                inputs={"x": normal(*shape), "noise": normal(*shape)},
                text=f"%y = dl.gumbel_softmax %x, %noise {{{constants}}} : {{x}}",
                reference=reference)


def cases():
    for op, forms in FUNCTIONS.items():
        for index, (text, reference) in enumerate(forms):
            for shape in SHAPES:
                yield function(op, index, text, reference, f"of_{shape}", normal(*shape) * 3)
            yield function(op, index, text, reference, "of_large", choice(LARGE, 40))

    yield prelu("channels", (2, 5, 3, 3), 5)
    yield prelu("one", (4, 7), 1)
    yield prelu("vector", (6,), 1)
    yield prelu("empty", (0, 3, 2), 3)

    yield maxout("two_pieces", (3, 8), 2)
    yield maxout("images", (2, 6, 3, 5), 3)
    yield maxout("one_piece", (2, 1), 1)
    yield maxout("all", (2, 4, 3), 4)
    yield maxout("ties", (4, 6), 3, choice([0.0, 1.0], 4, 6))
    yield maxout("empty", (0, 4), 2)

    for op, reference in ("softmax", F.softmax), ("log_softmax", F.log_softmax):
        yield along(op, reference, "rows", normal(5, 7), 1)
        yield along(op, reference, "columns", normal(5, 7), 0)
        yield along(op, reference, "middle", normal(2, 3, 5) * 4, 1)
        yield along(op, reference, "vector", normal(9), 0)
        yield along(op, reference, "one", normal(3, 1), 1)
        yield along(op, reference, "large", choice([-1e4, 0.0, 3.0, 1e4], 6, 5), 1)
        yield along(op, reference, "empty", normal(0, 4), 1)

    for hard in False, True:
        kind = "hard" if hard else "soft"
        yield gumbel(f"{kind}_rows", (4, 6), 1, 1.0, hard)
        yield gumbel(f"{kind}_cold", (3, 5), 1, 0.25, hard)
        yield gumbel(f"{kind}_middle", (2, 4, 3), 1, 0.5, hard)
        yield gumbel(f"{kind}_one_row", (1, 5), 1, 0.5, hard)
        yield gumbel(f"{kind}_one_class", (3, 1), 1, 0.5, hard)
        yield gumbel(f"{kind}_no_rows", (0, 4), 1, 0.5, hard)
