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
