# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Golden cases: what an op computes on given arrays, said by PyTorch.

A family of ops has a file cases/<Family>.py, named as the family in lib/Dialect/Dl,
that defines `cases()`, a generator of `Case`:

    from golden import Case, normal
    import torch.nn.functional as F

    def cases():
        for shape in (1,), (3, 35), (2, 3, 5), (0, 4):
            yield Case(op="leaky_relu", name=f"slope_{shape}",
                       inputs={"x": normal(*shape)},
                       text="%y = dl.leaky_relu %x {slope = 0.2} : {x}",
                       reference=lambda x: F.leaky_relu(x, 0.2))

`make_ops.py Family` computes the answers and writes data/<Family>/<op>.json and
.npz, which are committed; `run_ops.py` compares the compiler and the interpreter
with them. test/Numerics/<Family>.test runs the family under lit.

What becomes of a case
- A step of a model, with the inputs as arguments. Inputs of float type take the
  type of the model: each case runs in f32 and in f64 (`types` restricts).
- `text` is the body, one line or several, and defines %<output> for every output.
  In it and in `members`, `{x}` is the type of the input, output or state entry x,
  and `{float}` the element type; other braces stay as they are.
- Gradients `d<input>` of the sum over all float outputs of output * cotangent are
  taken for every float input (`gradients` restricts, [] takes none). Cotangents,
  inputs `d_<output>`, are never uniform: with 1 many wrong gradients are right.
- Right is: integers equal; floats within 1e-5 (f32) or 1e-12 (f64) of the largest
  expected element, infinities and what is not a number in the same places.

`reference` gets the inputs, then the state, as torch tensors in their order (floats
as f64, which require a gradient; the others in their own type), and returns the
output `y`, or a dictionary of outputs by name. PyTorch's autograd supplies the
gradients. Give `gradients` where dl has none or documents another choice (ties).

Values are drawn when the case is made, from a generator of its own, so that adding a
case changes no other: `normal`, `uniform`, `integers`, `booleans`, `draw` describe
arrays and may be computed with (`normal(3, 4) * 2 + 1`, `np.abs(normal(5))`). An
array that is given stays as it is. Floats are rounded to f32, so that both types
see the same numbers; keep arrays small, a few hundred elements.

Models with a state: `members` declares it, `state` gives the values before the step.
A step of its own has its own state: `@name` means the entry of this case.
What `reference` returns under the name of an entry is expected of it after the
step; an entry that it does not return must not change.

    Case(op="batch_norm", name="train", inputs={"x": normal(4, 6, 5, 3), ...},
         state={"mean": normal(6), ...},
         members=["dl.buffer @mean : {mean} = zeros", ...],
         text="%y = dl.batch_norm %x, %w, %b stats(@mean, @var) mode(train) : ...")
"""
import dataclasses
import re
import typing
import zlib

import numpy as np

FLOATS = ("f32", "f64")
# The names of element types other than the model's float type.
TYPES = {"bool": "i1", "int8": "i8", "uint8": "ui8", "int32": "i32", "int64": "i64"}
NUMPY_TYPES = {name: np.dtype(dtype) for dtype, name in TYPES.items()}


# --- Arrays that are drawn when a case is made ---------------------------------

class Draw(np.lib.mixins.NDArrayOperatorsMixin):
    """An array to come: a function of a generator. NumPy's functions apply to it."""

    def __init__(self, make):
        self.make = make

    def __array_ufunc__(self, function, method, *operands, **options):
        if method != "__call__":
            return NotImplemented
        return Draw(lambda rng: function(*(o.make(rng) if isinstance(o, Draw) else o
                                           for o in operands), **options))

    def __getitem__(self, key):
        return self.apply(lambda array: array[key])

    def apply(self, function):
        """function(array) for anything that is not an operator: sorting, clipping ..."""
        return Draw(lambda rng: function(self.make(rng)))


def flat(shape):
    return shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape


def draw(make):
    """Any array of a np.random.Generator: draw(lambda rng: rng.permutation(7))."""
    return Draw(make)


def normal(*shape):
    """Standard normal."""
    return Draw(lambda rng: rng.standard_normal(flat(shape)).astype(np.float32))


def uniform(low, high, *shape):
    """Uniform on [low, high)."""
    return Draw(lambda rng: rng.uniform(low, high, flat(shape)).astype(np.float32))


def integers(low, high, *shape, dtype="i64"):
    """Whole numbers from low up to, not including, high; dtype: i8, ui8, i32, i64."""
    dtype = NUMPY_TYPES.get(dtype, dtype) if isinstance(dtype, str) else dtype
    return Draw(lambda rng: rng.integers(low, high, flat(shape)).astype(dtype))


def booleans(*shape):
    """False or true, i1."""
    return integers(0, 2, *shape, dtype="i1")


def choice(values, *shape):
    """Some of the values, to make ties."""
    return Draw(lambda rng: rng.choice(np.float32(values), flat(shape)))


def number(value):
    """A literal that MLIR reads as a float: 1e-08 needs a point."""
    text = repr(float(value))
    return text if "." in text else text.replace("e", ".0e")


# --- A case --------------------------------------------------------------------

@dataclasses.dataclass
class Case:
    """One call of an op; the module's text says how it is used."""
    op: str
    name: str  # "tanh_(3, 35)" is taken for "tanh_3x35"
    inputs: dict
    text: str
    reference: typing.Callable
    gradients: typing.Optional[typing.Sequence] = None  # None: all float inputs
    types: typing.Sequence = FLOATS
    members: typing.Sequence = ()
    state: dict = dataclasses.field(default_factory=dict)
    # In place of 1e-5 and 1e-12, or {"f32": 1e-4}; say why in a comment.
    tolerance: typing.Union[float, dict, None] = None
    # What counts as size 1 when all expected elements are smaller: for results that
    # are zero by cancellation.
    scale: float = 0.0

    def __post_init__(self):
        self.name = plain(self.name)
        if isinstance(self.members, str):
            self.members = self.members.splitlines()
        if not isinstance(self.tolerance, dict):
            self.tolerance = {} if self.tolerance is None else dict.fromkeys(FLOATS, self.tolerance)
        assert set(self.types) <= set(FLOATS), f"{self.op}/{self.name}: types {self.types}"

    def draw(self, name, array):
        """The array for `name`: the same whatever else the case has."""
        seeds = [zlib.crc32(f"{self.op}/{self.name}".encode()), zlib.crc32(name.encode())]
        if isinstance(array, Draw):
            array = array.make(np.random.default_rng(seeds))
        array = np.asarray(array)
        if array.dtype.kind == "f":
            wide = tuple(self.types) == ("f64",)
            array = array.astype(np.float64 if wide else np.float32)
        elif array.dtype.name not in TYPES:
            raise TypeError(f"{self.op}/{self.name}: {name} is an array of {array.dtype}")
        # ascontiguousarray makes a scalar one-dimensional.
        return np.array(array, order="C")

    def cotangent(self, name, shape):
        return self.draw(name, normal(*shape))


def plain(name):
    """Shapes in a name without brackets, everything else as letters and digits."""
    def shape(match):
        return "x".join(re.findall(r"\d+", match.group())) or "scalar"

    name = re.sub(r"[(\[][\d, ]*[)\]]", shape, name)
    return re.sub(r"\W+", "_", name)
