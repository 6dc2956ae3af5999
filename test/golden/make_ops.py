#!/usr/bin/env python3
"""Writes the golden arrays of the op tests and cases.json, by PyTorch.

Inputs are f32 numbers from a generator with a fixed seed; PyTorch computes in
f64 and the answers are rounded to f32 once, so that the reference brings no
rounding of its own. A cotangent `dy` is never uniform: with dy = 1 many wrong
gradients are right.

Layout: <op>/<case>/<array>.npy, and one record a case in cases.json:
  op, case, attributes, inputs {name: [type, shape]}, outputs {name: [type, shape]}.
run_ops.py makes a program of each record.

Needs torch and numpy. Usage: make_ops.py
"""
import json
import pathlib
import shutil
import zlib

import numpy as np
import torch
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 20_000  # bytes of one committed array
CASES = []
TYPES = {"float32": "f32", "uint8": "ui8", "int32": "i32", "int64": "i64"}


def rng(op, case):
    """One generator a case: adding a case changes no other."""
    return np.random.default_rng(zlib.crc32(f"{op}/{case}".encode()))


def normal(generator, *shape):
    return generator.standard_normal(shape).astype(np.float32)


def leaf(array):
    return torch.from_numpy(array).double().requires_grad_()


def emit(op, case, attributes, inputs, outputs):
    folder = HERE / op / case
    folder.mkdir(parents=True, exist_ok=True)
    record = {"op": op, "case": case, "attributes": attributes}
    for role, arrays in (("inputs", inputs), ("outputs", outputs)):
        record[role] = {}
        for name, array in arrays.items():
            if isinstance(array, torch.Tensor):
                array = array.detach().numpy().astype(np.float32)
            array = np.asarray(array, order="C")
            assert array.nbytes + 128 <= LIMIT, f"{op}/{case}/{name}: {array.nbytes} bytes"
            assert np.all(np.isfinite(array)), f"{op}/{case}/{name}"
            np.save(folder / f"{name}.npy", array)
            record[role][name] = [TYPES[array.dtype.name], list(array.shape)]
    CASES.append(record)


def conv2d(case, image, filters, bias=True, **attributes):
    g = rng("conv2d", case)
    x, w = normal(g, *image), normal(g, filters[0], image[1], *filters[1:])
    arrays = {"x": x, "w": w} | ({"b": normal(g, filters[0])} if bias else {})
    leaves = {name: leaf(array) for name, array in arrays.items()}
    y = F.conv2d(*leaves.values(), **attributes)
    dy = normal(g, *y.shape)
    grads = torch.autograd.grad(y, list(leaves.values()), torch.from_numpy(dy).double())
    emit("conv2d", case, attributes, arrays | {"dy": dy},
         {"y": y} | {f"d{name}": grad for name, grad in zip(leaves, grads)})


def batch_norm(case, shape, mode, offset=0.0, **attributes):
    g = rng("batch_norm", case)
    channels = shape[1]
    arrays = {"x": normal(g, *shape) + np.float32(offset), "w": normal(g, channels) + np.float32(1),
              "b": normal(g, channels)}
    mean = normal(g, channels) * np.float32(0.5)
    var = g.uniform(0.5, 2.0, channels).astype(np.float32)
    leaves = {name: leaf(array) for name, array in arrays.items()}
    new_mean, new_var = torch.from_numpy(mean).double(), torch.from_numpy(var).double()
    y = F.batch_norm(leaves["x"], new_mean, new_var, leaves["w"], leaves["b"],
                     training=mode == "train", **attributes)
    dy = normal(g, *shape)
    grads = torch.autograd.grad(y, list(leaves.values()), torch.from_numpy(dy).double())
    emit("batch_norm", case, {"mode": mode} | attributes,
         arrays | {"dy": dy, "running_mean": mean, "running_var": var},
         {"y": y} | {f"d{name}": grad for name, grad in zip(leaves, grads)}
         | {"new_running_mean": new_mean, "new_running_var": new_var})


def max_pool2d(case, shape, values=None, **attributes):
    g = rng("max_pool2d", case)
    x = normal(g, *shape) if values is None else g.choice(np.float32(values), shape)
    image = leaf(x)
    windows = {"kernel_size" if name == "kernel" else name: value
               for name, value in attributes.items()}
    y = F.max_pool2d(image, **windows)
    dy = normal(g, *y.shape)
    (dx,) = torch.autograd.grad(y, [image], torch.from_numpy(dy).double())
    emit("max_pool2d", case, attributes, {"x": x, "dy": dy}, {"y": y, "dx": dx})


def linear(case, rows, inner, columns, bias=True):
    g = rng("linear", case)
    arrays = {"x": normal(g, rows, inner), "w": normal(g, columns, inner)}
    arrays |= {"b": normal(g, columns)} if bias else {}
    leaves = {name: leaf(array) for name, array in arrays.items()}
    y = F.linear(*leaves.values())
    dy = normal(g, *y.shape)
    grads = torch.autograd.grad(y, list(leaves.values()), torch.from_numpy(dy).double())
    emit("linear", case, {}, arrays | {"dy": dy},
         {"y": y} | {f"d{name}": grad for name, grad in zip(leaves, grads)})


def cross_entropy(case, rows, classes, label_type, spread=1.0):
    g = rng("cross_entropy", case)
    logits = normal(g, rows, classes) * np.float32(spread)
    label = g.integers(0, classes, rows).astype(label_type)
    label[0], label[-1] = 0, classes - 1
    z = leaf(logits)
    loss = F.cross_entropy(z, torch.from_numpy(label.astype(np.int64)))
    (dlogits,) = torch.autograd.grad(loss, [z])
    emit("cross_entropy", case, {}, {"logits": logits, "label": label},
         {"loss": loss, "dlogits": dlogits})


# Each with PyTorch's function and the interval that its operands are from.
UNARY = {"abs": (torch.abs, -3, 3), "sign": (torch.sign, -3, 3), "log1p": (torch.log1p, -0.9, 5),
         "expm1": (torch.expm1, -3, 3), "reciprocal": (torch.reciprocal, 0.1, 4),
         "square": (torch.square, -3, 3), "sin": (torch.sin, -9, 9), "cos": (torch.cos, -9, 9),
         "tanh": (torch.tanh, -4, 4), "erf": (torch.erf, -3, 3), "floor": (torch.floor, -4, 4),
         "ceil": (torch.ceil, -4, 4), "round": (torch.round, -4, 4), "exp": (torch.exp, -5, 5),
         "log": (torch.log, 0.01, 9), "sqrt": (torch.sqrt, 0.01, 9),
         "rsqrt": (torch.rsqrt, 0.01, 9), "neg": (torch.neg, -3, 3)}
BINARY = {"add": (torch.add, -3, 3), "sub": (torch.sub, -3, 3), "mul": (torch.mul, -3, 3),
          "div": (torch.div, 0.2, 3), "max": (torch.maximum, -3, 3),
          "min": (torch.minimum, -3, 3), "pow": (torch.pow, 0.1, 3)}


def elementwise(name, function, low, high, operands, shape):
    case = f"{name}_{'x'.join(str(extent) for extent in shape)}"
    g = rng("elementwise", case)
    arrays = {operand: g.uniform(low, high, shape).astype(np.float32) for operand in operands}
    leaves = {operand: leaf(array) for operand, array in arrays.items()}
    y = function(*leaves.values())
    dy = normal(g, *shape)
    grads = torch.autograd.grad(y, list(leaves.values()), torch.from_numpy(dy).double())
    emit("elementwise", case, {"name": name}, arrays | {"dy": dy},
         {"y": y} | {f"d{operand}": grad for operand, grad in zip(leaves, grads)})


def optimizer(op, case, shape, make, lr, size=1.0, **attributes):
    """Three updates of one parameter by three different gradients."""
    g = rng(op, case)
    p = normal(g, *shape)
    gradients = [normal(g, *shape) * np.float32(size) for _ in range(3)]
    param = leaf(p)
    rule = make([param], lr=lr, **attributes)
    outputs = {}
    for step, gradient in enumerate(gradients, 1):
        param.grad = torch.from_numpy(gradient).double()
        rule.step()
        outputs[f"p{step}"] = param.detach().clone()
    emit(op, case, {"lr": lr, **attributes},
         {"p": p} | {f"g{step}": gradient for step, gradient in enumerate(gradients, 1)}, outputs)


def adam(params, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adam(params, lr=lr, betas=(beta1, beta2), eps=eps, foreach=False)


def sgd(params, lr):
    return torch.optim.SGD(params, lr=lr, foreach=False)


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for old in HERE.iterdir():
        if old.is_dir() and old.name != "__pycache__":
            shutil.rmtree(old)

    conv2d("k3_pad1", (2, 3, 8, 8), (4, 3, 3), padding=[1, 1])
    conv2d("k3_no_padding", (2, 4, 7, 9), (6, 3, 3))
    conv2d("k1", (2, 8, 5, 5), (16, 1, 1), bias=False)
    conv2d("k3_stride2_pad1_odd", (2, 3, 9, 7), (5, 3, 3), stride=[2, 2], padding=[1, 1])
    conv2d("k5_stride2_unread_rows", (2, 1, 12, 12), (4, 5, 5), stride=[2, 2], padding=[2, 2])
    conv2d("k2_stride3_gaps", (1, 2, 10, 10), (3, 2, 2), stride=[3, 3])
    conv2d("k3_dilation2", (1, 2, 11, 10), (3, 3, 3), padding=[2, 2], dilation=[2, 2])
    conv2d("k3x2_all_different", (2, 3, 10, 7), (4, 3, 2), stride=[2, 1], padding=[1, 0],
           dilation=[1, 3])
    conv2d("k3_two_tiles_and_a_rest", (1, 15, 5, 6), (35, 3, 3), padding=[1, 1])
    conv2d("k3_wide", (2, 16, 7, 7), (32, 3, 3), padding=[1, 1], bias=False)

    batch_norm("train", (4, 6, 5, 3), "train")
    batch_norm("train_17_channels", (2, 17, 4, 4), "train")
    batch_norm("train_large_mean", (3, 4, 6, 6), "train", offset=10.0)
    batch_norm("train_momentum_eps", (2, 3, 3, 5), "train", momentum=0.25, eps=1e-2)
    batch_norm("eval", (3, 5, 4, 4), "eval")

    max_pool2d("k2_stride2", (2, 3, 8, 8), kernel=[2, 2], stride=[2, 2])
    max_pool2d("k2_stride2_unread_rows", (2, 5, 7, 9), kernel=[2, 2], stride=[2, 2])
    max_pool2d("k3_stride2_pad1", (2, 3, 9, 9), kernel=[3, 3], stride=[2, 2], padding=[1, 1])
    max_pool2d("k3_stride1_pad1_negative", (1, 2, 6, 5), values=[-3.0, -2.5, -2.0, -1.0],
               kernel=[3, 3], stride=[1, 1], padding=[1, 1])
    max_pool2d("k3_stride2_ties", (2, 4, 9, 9), values=[0.0, 1.0, 2.0], kernel=[3, 3],
               stride=[2, 2], padding=[1, 1])
    max_pool2d("k2_stride2_ties_17_channels", (1, 17, 6, 6), values=[0.0, 1.0], kernel=[2, 2],
               stride=[2, 2])
    max_pool2d("k3x2_stride1x2", (1, 3, 8, 8), kernel=[3, 2], stride=[1, 2], padding=[1, 0])

    linear("small", 8, 20, 7)
    linear("odd_everything", 13, 33, 35)
    linear("no_bias", 5, 16, 32, bias=False)
    linear("one", 1, 1, 1)
    linear("long_sum", 4, 500, 3)

    for name, (function, low, high) in UNARY.items():
        for shape in (1, 1), (3, 35):
            elementwise(name, function, low, high, "x", shape)
    for name, (function, low, high) in BINARY.items():
        for shape in (1, 1), (4, 17):
            elementwise(name, function, low, high, "ab", shape)

    cross_entropy("ui8", 8, 10, np.uint8)
    cross_entropy("i64", 5, 7, np.int64)
    cross_entropy("i32_large_logits", 6, 10, np.int32, spread=60.0)
    cross_entropy("one_row", 1, 3, np.int64)

    optimizer("adam", "defaults", (7, 5), adam, 0.01)
    optimizer("adam", "rest_of_a_vector", (33,), adam, 0.001)
    optimizer("adam", "tiny_gradients", (4, 4), adam, 0.1, size=1e-8)
    optimizer("adam", "other_betas", (3, 6), adam, 0.05, beta1=0.5, beta2=0.9, eps=1e-3)
    optimizer("sgd", "plain", (7, 5), sgd, 0.1)
    optimizer("sgd", "rest_of_a_vector", (33,), sgd, 0.01)

    lines = ",\n".join(json.dumps(case) for case in CASES)
    (HERE / "cases.json").write_text(f"[\n{lines}\n]\n")
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
