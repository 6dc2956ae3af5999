# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Scalar functions of tensors."""
import numpy as np
import torch

from golden import Case, booleans, choice, integers, normal, number, uniform

SHAPES = (1,), (3, 35), (2, 3, 5), (0, 4)

# Each with PyTorch's function and the interval that its operands are from.
UNARY = {"abs": (torch.abs, -3, 3), "sign": (torch.sign, -3, 3), "log1p": (torch.log1p, -0.9, 5),
         "expm1": (torch.expm1, -3, 3), "reciprocal": (torch.reciprocal, 0.1, 4),
         "square": (torch.square, -3, 3), "sin": (torch.sin, -9, 9), "cos": (torch.cos, -9, 9),
         "tanh": (torch.tanh, -4, 4), "erf": (torch.erf, -3, 3), "floor": (torch.floor, -4, 4),
         "ceil": (torch.ceil, -4, 4), "round": (torch.round, -4, 4), "exp": (torch.exp, -5, 5),
         "log": (torch.log, 0.01, 9), "sqrt": (torch.sqrt, 0.01, 9),
         "rsqrt": (torch.rsqrt, 0.01, 9), "neg": (torch.neg, -3, 3)}
INTEGER_UNARY = {"neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square}
BINARY = {"add": (torch.add, -3, 3), "sub": (torch.sub, -3, 3), "mul": (torch.mul, -3, 3),
          "div": (torch.div, 0.2, 3), "max": (torch.maximum, -3, 3),
          "min": (torch.minimum, -3, 3), "pow": (torch.pow, 0.1, 3)}
# Of integers; division is toward zero.
INTEGER = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "max": torch.maximum,
           "min": torch.minimum,
           "div": lambda a, b: torch.div(a, b, rounding_mode="trunc")}
LOGIC = {"and": torch.logical_and, "or": torch.logical_or, "xor": torch.logical_xor}
# The shapes of two operands that broadcast.
BROADCASTS = [((4, 17), (17,)), ((3, 1), (1, 5)), ((), (2, 3)), ((2, 1, 4), (3, 1)),
              ((1,), (1, 1)), ((0, 4), (4,)), ((1, 4), (0, 1))]
# f32 numbers at the ends of the functions' domains.
CORNERS = {"exp": [-1e4, -104.0, -87.0, -1e-8, 0.0, 1e-8, 88.0, 88.7, 89.0, 1e4],
           "log": [1e-45, 1e-40, 1.1e-38, 1e-30, 0.99999, 1.0, 1.00001, 3e38],
           "log1p": [-1.0, -0.99999, -1e-3, -1e-7, -1e-20, 1e-20, 1e-7, 1e-3, 1e10, 3e38],
           "expm1": [-1e4, -104.0, -1e-3, -1e-7, -1e-20, 0.0, 1e-20, 1e-7, 1e-3, 88.0, 1e4],
           "tanh": [-1e4, -9.0, -1e-4, -1e-20, 0.0, 1e-20, 1e-4, 9.0, 1e4],
           "erf": [-1e4, -4.5, -1e-4, -1e-20, 0.0, 1e-20, 1e-4, 4.5, 1e4],
           "sin": [-1e4, -6.2831855, -3.1415927, -1e-20, 1e-20, 3.1415927, 1e4],
           "cos": [-1e4, -4.712389, -1.5707964, 0.0, 1.5707964, 4.712389, 1e4],
           "sqrt": [0.0, 1.2e-38, 1e-20, 1e20, 3e38], "rsqrt": [1.2e-38, 1e-20, 1e20, 3e38]}
INFINITIES = ["exp", "log1p", "expm1", "tanh", "erf", "sqrt", "log", "rsqrt", "floor", "round"]
COMPARISONS = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt,
               "ge": torch.ge}


def unary(op, function, low, high, shape):
    return Case(op=op, name=f"of_{shape}", inputs={"x": uniform(low, high, *shape)},
                text=f"%y = dl.{op} %x : {{x}}", reference=function)


def binary(op, function, low, high, shape):
    return Case(op=op, name=f"of_{shape}",
                inputs={"a": uniform(low, high, *shape), "b": uniform(low, high, *shape)},
                text=f"%y = dl.{op} %a, %b : {{y}}", reference=function)


def integer(op, function, dtype, shape):
    b = integers(1, 7, *shape, dtype=dtype) * choice([-1, 1], *shape).apply(
        lambda signs: signs.astype(dtype.replace("i", "int")))
    return Case(op=op, name=f"{dtype}_{shape}", types=["f32"],
                inputs={"a": integers(-50, 50, *shape, dtype=dtype), "b": b},
                text=f"%y = dl.{op} %a, %b : {{y}}", reference=function, gradients=[])


def compare(name, function, shape):
    # Halves, so that some are equal.
    values = [-1.0, -0.5, 0.0, 0.5, 1.0]
    return Case(op="compare", name=f"{name}_{shape}", gradients=[],
                inputs={"a": choice(values, *shape), "b": choice(values, *shape)},
                text=f"%y = dl.compare {name} %a, %b : {{a}} -> {{y}}", reference=function)


def select(shape):
    return Case(op="select", name=f"of_{shape}",
                inputs={"m": integers(0, 2, *shape, dtype="i1"), "a": normal(*shape),
                        "b": normal(*shape)},
                text="%y = dl.select %m, %a, %b : {m}, {y}", reference=torch.where)


def cast(name, x, to, **options):
    return Case(op="cast", name=name, inputs={"x": x}, text="%y = dl.cast %x : {x} to {y}",
                reference=lambda x: x.to(to), **options)


def broadcast(op, function, low, high, first, second):
    return Case(op=op, name=f"broadcast_{first}_with_{second}",
                inputs={"a": uniform(low, high, *first), "b": uniform(low, high, *second)},
                text=f"%y = dl.{op} %a, %b : {{a}}, {{b}} -> {{y}}", reference=function)


def logic(op, function, first, second):
    return Case(op=op, name=f"of_{first}_with_{second}",
                inputs={"a": booleans(*first), "b": booleans(*second)}, types=["f32"],
                text=f"%y = dl.{op} %a, %b : {{a}}, {{b}} -> {{y}}", reference=function,
                gradients=[])


def corner(op, function, index, value):
    """One number a case: the others' size must not hide its error."""
    return Case(op=op, name=f"corner_{index}", inputs={"x": np.float32([value] * 3)},
                text=f"%y = dl.{op} %x : {{x}}", reference=function, gradients=[])


def clamp(name, x, low, high, **options):
    constants = [f"{word} = {number(value)}" for word, value in (("min", low), ("max", high))
                 if value is not None]
    return Case(op="clamp", name=name, inputs={"x": x},
                text=f"%y = dl.clamp %x {{{', '.join(constants)}}} : {{x}}",
                reference=lambda x: torch.clamp(x, low, high), **options)


def by_constant(op, function, value, shape):
    return Case(op=op, name=f"of_{shape}", inputs={"x": normal(*shape)},
                text=f"%y = dl.{op} %x by {number(value)} : {{x}}",
                reference=lambda x: function(x, value))


def cases():
    for shape in SHAPES:
        for op, (function, low, high) in UNARY.items():
            yield unary(op, function, low, high, shape)
        for op, (function, low, high) in BINARY.items():
            yield binary(op, function, low, high, shape)
        yield select(shape)
        yield by_constant("scale", torch.mul, -0.7, shape)
        yield by_constant("offset", torch.add, 0.3, shape)
        for name, function in COMPARISONS.items():
            yield compare(name, function, shape)
        # Rounded toward zero.
        yield cast(f"float_to_i32_{shape}", uniform(-9, 9, *shape), torch.int32, gradients=[])
        yield cast(f"ui8_to_float_{shape}", integers(0, 256, *shape, dtype="ui8"), torch.float64,
                   gradients=[])
        yield clamp(f"both_{shape}", normal(*shape), -0.5, 0.75)
    yield clamp("low", normal(3, 7), 0.25, None)
    yield clamp("high", normal(3, 7), None, 0.25)
    yield clamp("crossed", normal(3, 7), 0.5, -0.5)
    yield clamp("ends", choice([-1.0, 0.0, 1.0], 4, 5), -1.0, 1.0)
    yield clamp("i32", integers(-9, 9, 3, 7, dtype="i32"), -3, 4, types=["f32"], gradients=[])
    for first, second in BROADCASTS:
        for op, (function, low, high) in BINARY.items():
            yield broadcast(op, function, low, high, first, second)
        for op, function in LOGIC.items():
            yield logic(op, function, first, second)
        yield Case(op="compare", name=f"broadcast_{first}_with_{second}", gradients=[],
                   inputs={"a": choice([0.0, 1.0], *first), "b": choice([0.0, 1.0], *second)},
                   text="%y = dl.compare lt %a, %b : {a}, {b} -> {y}", reference=torch.lt)
        yield Case(op="select", name=f"broadcast_{first}_with_{second}",
                   inputs={"m": booleans(*second), "a": normal(*first), "b": normal()},
                   text="%y = dl.select %m, %a, %b : {m}, {a}, {b} -> {y}", reference=torch.where)
    for shape in SHAPES:
        yield Case(op="not", name=f"of_{shape}", inputs={"x": booleans(*shape)}, types=["f32"],
                   text="%y = dl.not %x : {x}", reference=torch.logical_not, gradients=[])
    for op, values in CORNERS.items():
        for index, value in enumerate(values):
            yield corner(op, UNARY[op][0], index, value)
    for op in INFINITIES:
        for name, value in ("inf", np.inf), ("minus_inf", -np.inf), ("nan", np.nan), ("zero", -0.0):
            yield corner(op, UNARY[op][0], name, value)
    # Halves go to the even neighbour.
    yield Case(op="round", name="halves", inputs={"x": choice([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], 9)},
               text="%y = dl.round %x : {x}", reference=torch.round)
    # Derivatives of a power at 0.
    yield Case(op="pow", name="zero", inputs={"a": choice([0.0, 0.5], 24),
                                              "b": choice([0.0, 1.0, 2.0], 24)},
               text="%y = dl.pow %a, %b : {a}", reference=torch.pow)
    for op, function in INTEGER_UNARY.items():
        for dtype in "i8", "i32", "i64":
            yield Case(op=op, name=f"{dtype}_3x35", types=["f32"], gradients=[],
                       inputs={"x": integers(-11, 11, 3, 35, dtype=dtype)},
                       text=f"%y = dl.{op} %x : {{x}}", reference=function)
    for op, function in INTEGER.items():
        for dtype in "i32", "i64":
            yield integer(op, function, dtype, (3, 35))
    yield cast("float_to_i1", choice([-1.0, 0.0, 0.5], 3, 7), torch.bool, gradients=[])
    yield cast("i64_to_i32", integers(-90, 90, 3, 7), torch.int32, types=["f32"], gradients=[])
