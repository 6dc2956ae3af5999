# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the normalisations give, their gradients, and what becomes of running statistics."""
import dataclasses

import torch
from torch.nn import functional as F

from golden import Case, normal, number, uniform


def attributes(values):
    written = ", ".join(f"{key} = {value if isinstance(value, (int, str)) else number(value)}"
                        for key, value in values.items())
    return f" {{{written}}}" if values else ""


def batch_norm(name, shape, mode, offset=0.0, **values):
    channels = shape[1]

    def reference(x, w, b, mean, var):
        y = F.batch_norm(x, mean, var, w, b, training=mode == "train", **values)
        return {"y": y, "mean": mean, "var": var}  # updated in place

    return Case(op="batch_norm", name=name,
                inputs={"x": normal(*shape) + offset, "w": normal(channels) + 1,
                        "b": normal(channels)},
                state={"mean": normal(channels) * 0.5, "var": uniform(0.5, 2.0, channels)},
                members=["dl.buffer @mean : {mean} = zeros", "dl.buffer @var : {var} = ones"],
                text=f"%y = dl.batch_norm %x, %w, %b stats(@mean, @var) mode({mode})"
                     f"{attributes(values)} : {{x}}, {{w}}, {{b}} -> {{y}}",
                reference=reference)


def affine(op, name, shape, weight_shape, function, operands=2, offset=0.0, **values):
    """An op with a weight and a bias, or the first `operands` of them."""
    inputs = {"x": normal(*shape) + offset, "w": normal(*weight_shape) + 1,
              "b": normal(*weight_shape)}
    names = ["x", "w", "b"][:operands + 1]
    return Case(op=op, name=name, inputs={n: inputs[n] for n in names},
                text=f"%y = dl.{op} {', '.join('%' + n for n in names)}{attributes(values)} : "
                     f"{', '.join('{' + n + '}' for n in names)} -> {{y}}",
                reference=lambda x, w=None, b=None: function(x, w, b))


def layer_norm(name, shape, first, operands=2, eps=1e-5, offset=0.0):
    values = {} if first == len(shape) - 1 else {"axis": first}
    if eps != 1e-5:
        values["eps"] = eps
    return affine("layer_norm", name, shape, shape[first:],
                  lambda x, w, b: F.layer_norm(x, shape[first:], w, b, eps),
                  operands, offset, **values)


def rms_norm(name, shape, first, operands=1, eps=1e-6):
    values = {"eps": eps} if first == len(shape) - 1 else {"axis": first, "eps": eps}
    return affine("rms_norm", name, shape, shape[first:],
                  lambda x, w, b: F.rms_norm(x, shape[first:], w, eps), operands, **values)


def group_norm(name, shape, groups, operands=2, offset=0.0):
    return affine("group_norm", name, shape, (shape[1],),
                  lambda x, w, b: F.group_norm(x, groups, w, b), operands, offset, groups=groups)


def instance_norm(name, shape, operands=2, offset=0.0):
    return affine("instance_norm", name, shape, (shape[1],),
                  lambda x, w, b: F.instance_norm(x, weight=w, bias=b), operands, offset)


def response(name, shape, size, scale=1.0, **values):
    return Case(op="local_response_norm", name=name, inputs={"x": normal(*shape) * scale},
                text=f"%y = dl.local_response_norm %x{attributes({'size': size, **values})} : {{x}}",
                reference=lambda x: F.local_response_norm(x, size, **values))


def weight_norm(name, shape, axis):
    lengths = tuple(n if i == axis else 1 for i, n in enumerate(shape))
    return Case(op="weight_norm", name=name,
                inputs={"v": normal(*shape), "g": normal(*lengths) + 1},
                text=f"%y = dl.weight_norm %v, %g {{axis = {axis}}} : {{v}}, {{g}} -> {{y}}",
                reference=lambda v, g: torch._weight_norm(v, g, axis))


def cases():
    yield batch_norm("train", (4, 6, 5, 3), "train")
    yield batch_norm("train_17_channels", (2, 17, 4, 4), "train")
    yield batch_norm("train_large_mean", (3, 4, 6, 6), "train", offset=10.0)
    yield batch_norm("train_momentum_eps", (2, 3, 3, 5), "train", momentum=0.25, eps=1e-2)
    yield batch_norm("train_vectors", (7, 19), "train")
    yield batch_norm("train_sequences", (3, 5, 7), "train")
    yield batch_norm("eval", (3, 5, 4, 4), "eval")
    yield batch_norm("eval_vectors", (1, 5), "eval")
    yield batch_norm("eval_no_images", (0, 3, 4, 4), "eval")
    yield Case(op="batch_norm", name="neither_affine_nor_statistics", inputs={"x": normal(5, 3, 4)},
               text="%y = dl.batch_norm %x mode(eval) : {x} -> {y}",
               reference=lambda x: F.batch_norm(x, None, None, training=True))

    yield layer_norm("last", (4, 3, 37), 2)
    yield layer_norm("large_mean", (5, 24), 1, offset=10.0)
    yield layer_norm("two_dims_no_bias", (3, 4, 5), 1, operands=1)
    yield layer_norm("all_no_affine", (3, 4), 0, operands=0, eps=1e-3)
    yield layer_norm("one_row", (1, 16), 1)
    yield layer_norm("no_rows", (0, 16), 1)
    yield rms_norm("last", (4, 3, 37), 2)
    yield rms_norm("no_rows", (3, 0, 5), 2)
    yield rms_norm("two_dims", (3, 4, 5), 1)
    yield rms_norm("no_weight", (2, 9), 1, operands=0, eps=1e-2)
    # The gradient is what is left of two terms near 1.
    yield dataclasses.replace(rms_norm("one", (1, 1), 1), scale=1.0)
    yield group_norm("images", (2, 6, 5, 3), 3)
    yield group_norm("large_mean", (2, 8, 4, 4), 2, offset=10.0)
    # Four in a group: of two that are nearly equal the gradient has no digits in f32.
    yield group_norm("vectors_no_affine", (3, 8), 2, operands=0)
    yield group_norm("one_group_sequences", (2, 4, 7), 1, operands=1)
    # A group is one element: what is left is the bias, and of the gradient what PyTorch
    # rounds.
    yield dataclasses.replace(group_norm("one_in_a_group", (2, 4, 1, 1), 4), scale=1.0)
    yield group_norm("one_image_one_column", (1, 4, 5, 1), 2)
    yield group_norm("no_images", (0, 4, 3, 3), 2)
    yield instance_norm("images", (2, 5, 4, 3))
    yield instance_norm("large_mean_sequences", (3, 2, 17), offset=10.0)
    yield instance_norm("no_affine", (1, 3, 2, 2), operands=0)
    yield response("five", (2, 9, 3, 2), 5, scale=10.0)
    yield response("even_alexnet", (1, 7, 2, 3), 4, scale=10.0, alpha=1e-2, beta=0.75, k=2.0)
    yield response("wider_than_channels", (2, 3, 5), 9, scale=3.0, alpha=0.5, beta=0.5)
    yield response("no_images", (0, 4, 3), 3)
    yield weight_norm("no_filters", (0, 3), 0)
    yield weight_norm("filters", (6, 3, 3, 2), 0)
    yield weight_norm("columns", (5, 7), 1)
    yield weight_norm("one", (1, 4), 0)
    yield from parts()


def statistics(x, axes, eps):
    mean, var = x.mean(axes), x.var(axes, unbiased=False)
    return mean, var, (var + eps).rsqrt()


def spread(values, x, axes):
    """One value each for what the axes leave, over all of x."""
    return values.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])


def parts():
    """What the normalisations are made of."""
    def normalize(name, shape, axes, eps=1e-5):
        def reference(x):
            mean, var, rstd = statistics(x, axes, eps)
            y = (x - spread(mean, x, axes)) * spread(rstd, x, axes)
            return {"y": y, "mean": mean, "var": var, "rstd": rstd}

        return Case(op="normalize", name=name, inputs={"x": normal(*shape)},
                    text=f"%y, %mean, %var, %rstd = dl.normalize %x"
                         f" {{axes = {list(axes)}, eps = {number(eps)}}} : {{x}}"
                         " -> {y}, {mean}, {var}, {rstd}", reference=reference)

    yield normalize("last", (3, 37), (1,))
    yield normalize("outer", (5, 6, 4), (0, 2), eps=1e-3)
    yield normalize("all", (2, 9), (0, 1))
    yield normalize("one", (1, 1), (1,))
    yield normalize("over_ones", (4, 1, 3), (1,))
    yield normalize("no_rows", (0, 5), (1,))

    def train(name, shape, axis=1):
        axes = tuple(i for i in range(len(shape)) if i != axis)

        def reference(x, w, b):
            mean, var, rstd = statistics(x, axes, 1e-5)
            y = (x - spread(mean, x, axes)) * spread(rstd * w, x, axes) + spread(b, x, axes)
            return {"y": y, "mean": mean, "var": var, "rstd": rstd}

        channels = shape[axis]
        return Case(op="batch_norm_train", name=name,
                    inputs={"x": normal(*shape), "w": normal(channels) + 1, "b": normal(channels)},
                    text=f"%y, %mean, %var, %rstd = dl.batch_norm_train %x, %w, %b"
                         f" {{axis = {axis}}} : {{x}}, {{w}}, {{b}}"
                         " -> {y}, {mean}, {var}, {rstd}", reference=reference)

    yield train("images", (3, 5, 4, 3))
    yield train("vectors", (7, 3))
    yield train("one_image_one_row", (1, 3, 1, 7))
    yield train("one_a_channel", (1, 3, 1, 1))
    yield train("channels_last", (2, 3, 5, 4), axis=3)

    def evaluate(name, shape, axis=1):
        axes = tuple(i for i in range(len(shape)) if i != axis)

        def reference(x, w, b, mean, var):
            scale = w * (var + 1e-5).rsqrt()
            return (x - spread(mean, x, axes)) * spread(scale, x, axes) + spread(b, x, axes)

        channels = shape[axis]
        return Case(op="batch_norm_eval", name=name,
                    inputs={"x": normal(*shape), "w": normal(channels) + 1, "b": normal(channels),
                            "mean": normal(channels), "var": uniform(0.5, 2.0, channels)},
                    text=f"%y = dl.batch_norm_eval %x, %w, %b, %mean, %var {{axis = {axis}}}"
                         " : {x}, {w}, {b}, {mean}, {var} -> {y}", reference=reference,
                    gradients=["x", "w", "b"])

    yield evaluate("images", (3, 5, 4, 3))
    yield evaluate("one_vector", (1, 3))
    yield evaluate("no_vectors", (0, 3))
    yield evaluate("channels_last", (2, 3, 5, 4), axis=3)
