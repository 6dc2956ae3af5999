"""Scalar functions of tensors."""
import torch

from golden import Case, choice, integers, normal, number, uniform

SHAPES = (1,), (3, 35), (2, 3, 5), (0, 4)

# Each with PyTorch's function and the interval that its operands are from.
UNARY = {"abs": (torch.abs, -3, 3), "sign": (torch.sign, -3, 3), "log1p": (torch.log1p, -0.9, 5),
         "expm1": (torch.expm1, -3, 3), "reciprocal": (torch.reciprocal, 0.1, 4),
         "square": (torch.square, -3, 3), "sin": (torch.sin, -9, 9), "cos": (torch.cos, -9, 9),
         "tanh": (torch.tanh, -4, 4), "erf": (torch.erf, -3, 3), "floor": (torch.floor, -4, 4),
         "ceil": (torch.ceil, -4, 4), "round": (torch.round, -4, 4), "exp": (torch.exp, -5, 5),
         "log": (torch.log, 0.01, 9), "sqrt": (torch.sqrt, 0.01, 9),
         "rsqrt": (torch.rsqrt, 0.01, 9), "neg": (torch.neg, -3, 3), "relu": (torch.relu, -3, 3)}
BINARY = {"add": (torch.add, -3, 3), "sub": (torch.sub, -3, 3), "mul": (torch.mul, -3, 3),
          "div": (torch.div, 0.2, 3), "max": (torch.maximum, -3, 3),
          "min": (torch.minimum, -3, 3), "pow": (torch.pow, 0.1, 3)}
# Of integers; division is toward zero.
INTEGER = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "max": torch.maximum,
           "min": torch.minimum,
           "div": lambda a, b: torch.div(a, b, rounding_mode="trunc")}
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
    for op, function in INTEGER.items():
        for dtype in "i32", "i64":
            yield integer(op, function, dtype, (3, 35))
    yield cast("float_to_i1", choice([-1.0, 0.0, 0.5], 3, 7), torch.bool, gradients=[])
    yield cast("i64_to_i32", integers(-90, 90, 3, 7), torch.int32, types=["f32"], gradients=[])
