# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Pooling over windows of images and sequences."""
import numpy as np
import torch
from torch.nn import functional as F

from golden import Case, choice, integers, normal


def pool(op, name, shape, kernel, values=None, x=None, **attributes):
    """The attributes are PyTorch's arguments of the same name."""
    def written(key, value):
        if key == "ceil_mode":
            return key
        return f"{key} = {str(value).lower()}"

    text = ", ".join(written(*pair) for pair in {"kernel": kernel, **attributes}.items())
    if x is None:
        x = choice(values, *shape) if values else normal(*shape)
    return Case(op=op, name=name, inputs={"x": x},
                text=f"%y = dl.{op} %x {{{text}}} : {{x}} -> {{y}}",
                reference=lambda x: getattr(F, op)(x, kernel, **attributes))


def max_pool2d(name, shape, kernel, **more):
    return pool("max_pool2d", name, shape, kernel, **more)


def avg_pool2d(name, shape, kernel, **more):
    return pool("avg_pool2d", name, shape, kernel, **more)


def cases():
    yield max_pool2d("one", (1, 1, 1, 1), [1, 1], stride=[1, 1])
    yield max_pool2d("k2_stride2", (2, 3, 8, 8), [2, 2], stride=[2, 2])
    yield max_pool2d("k2_stride2_unread_rows", (2, 5, 7, 9), [2, 2], stride=[2, 2])
    yield max_pool2d("k3_stride2_pad1", (2, 3, 9, 9), [3, 3], stride=[2, 2], padding=[1, 1])
    yield max_pool2d("k3_stride1_pad1_negative", (1, 2, 6, 5), [3, 3],
                     values=[-3.0, -2.5, -2.0, -1.0], stride=[1, 1], padding=[1, 1])
    yield max_pool2d("k3_stride2_ties", (2, 4, 9, 9), [3, 3], values=[0.0, 1.0, 2.0],
                     stride=[2, 2], padding=[1, 1])
    yield max_pool2d("k2_stride2_ties_17_channels", (1, 17, 6, 6), [2, 2], values=[0.0, 1.0],
                     stride=[2, 2])
    yield max_pool2d("k3x2_stride1x2", (1, 3, 8, 8), [3, 2], stride=[1, 2], padding=[1, 0])
    yield max_pool2d("k3_default_stride", (2, 3, 7, 8), [3, 2])
    yield max_pool2d("dilation", (2, 3, 9, 8), [3, 2], stride=[1, 2], padding=[1, 1],
                     dilation=[2, 3])
    yield max_pool2d("ceil", (2, 3, 8, 7), [3, 3], stride=[2, 2], ceil_mode=True)
    # The window after the last one would start in the padding: it is left out.
    yield max_pool2d("ceil_pad1", (1, 4, 5, 6), [2, 3], stride=[3, 4], padding=[1, 1],
                     ceil_mode=True)
    yield max_pool2d("ceil_larger_than_image", (1, 2, 1, 2), [2, 3], stride=[2, 2],
                     ceil_mode=True)
    yield max_pool2d("no_images", (0, 3, 4, 4), [2, 2])
    yield max_pool2d("one_channel", (8, 1, 6, 6), [2, 2])
    yield max_pool2d("one_place", (8, 33, 3, 2), [3, 3], stride=[3, 2], padding=[1, 1])
    yield from minus_infinity()
    yield from means()
    yield from sequences()
    yield from whole_images()
    yield from adaptive()
    yield from k_max()
    yield from places()


def minus_infinity():
    """Where all is minus infinity the gradient goes to the first element of the image."""
    image = np.full((1, 2, 5, 5), -np.inf, np.float32)
    image[0, 0, 4, 4] = 1
    yield max_pool2d("minus_infinity", None, [2, 2], x=image, stride=[1, 1])
    yield max_pool2d("minus_infinity_padded", None, [3, 3], x=image, stride=[2, 2],
                     padding=[1, 1])
    yield max_pool2d("minus_infinity_dilated", None, [3, 2], x=image, stride=[2, 1],
                     padding=[1, 1], dilation=[2, 3])


def means():
    yield avg_pool2d("one", (1, 1, 1, 1), [1, 1])
    yield avg_pool2d("k2", (2, 3, 8, 7), [2, 2])
    yield avg_pool2d("k3_stride1_two_vectors", (1, 35, 4, 5), [3, 3], stride=[1, 1])
    yield avg_pool2d("pad1", (2, 3, 7, 5), [3, 2], stride=[2, 1], padding=[1, 1])
    yield avg_pool2d("pad1_not_counted", (2, 3, 7, 5), [3, 2], stride=[2, 1], padding=[1, 1],
                     count_include_pad=False)
    yield avg_pool2d("ceil", (2, 3, 8, 7), [3, 3], stride=[2, 2], ceil_mode=True)
    yield avg_pool2d("ceil_pad1", (1, 4, 5, 6), [2, 3], stride=[3, 4], padding=[1, 1],
                     ceil_mode=True)
    yield avg_pool2d("ceil_pad1_not_counted", (1, 4, 6, 6), [3, 2], stride=[2, 3],
                     padding=[1, 1], ceil_mode=True, count_include_pad=False)
    yield avg_pool2d("divisor", (1, 2, 5, 5), [3, 3], padding=[1, 1], divisor_override=2)
    yield avg_pool2d("one_channel", (4, 1, 9, 5), [3, 1])
    yield avg_pool2d("one_place", (5, 3, 3, 3), [3, 3])
    yield avg_pool2d("no_images", (0, 3, 4, 4), [2, 2])
    infinite = np.linspace(-1, 1, 16, dtype=np.float32).reshape(1, 1, 4, 4)
    infinite[0, 0, 1, 1] = np.inf
    yield avg_pool2d("infinite", None, [2, 2], x=infinite)


def sequences():
    for op in "max_pool1d", "avg_pool1d":
        yield pool(op, "one", (1, 1, 1), [1])
        yield pool(op, "k3", (2, 5, 9), [3])
        yield pool(op, "one_channel", (6, 1, 9), [3], stride=[2])
        yield pool(op, "one_place", (5, 4, 3), [3])
        yield pool(op, "no_sequences", (0, 3, 7), [3], stride=[2])
        yield pool(op, "k3_stride2_pad1", (2, 3, 8), [3], stride=[2], padding=[1])
        yield pool(op, "ceil", (2, 3, 8), [3], stride=[2], ceil_mode=True)
    yield pool("max_pool1d", "dilation", (2, 3, 9), [3], stride=[1], padding=[1], dilation=[2])
    yield pool("avg_pool1d", "pad1_not_counted", (2, 3, 8), [4], stride=[2], padding=[2],
               count_include_pad=False)


def whole_images():
    for shape in (1, 1, 1, 1), (2, 3, 5, 7), (0, 3, 2, 2), (8, 1, 4, 5):
        for op, whole in (("global_avg_pool2d", F.adaptive_avg_pool2d),
                          ("global_max_pool2d", F.adaptive_max_pool2d)):
            yield Case(op=op, name=f"{shape}", inputs={"x": normal(*shape)},
                       text=f"%y = dl.{op} %x : {{x}} -> {{y}}",
                       reference=lambda x, whole=whole: whole(x, 1))


def adaptive():
    def case(shape, size, x=None):
        return Case(op="adaptive_avg_pool2d", name=f"{shape}_to_{size}",
                    inputs={"x": normal(*shape) if x is None else x},
                    text=f"%y = dl.adaptive_avg_pool2d %x {{output_size = {list(size)}}}"
                         " : {x} -> {y}",
                    reference=lambda x: F.adaptive_avg_pool2d(x, size))

    yield case((1, 1, 1, 1), (1, 1))
    yield case((2, 3, 8, 6), (4, 2))
    yield case((2, 3, 7, 10), (3, 4))
    yield case((1, 2, 6, 9), (4, 6))
    yield case((1, 5, 3, 2), (5, 3))
    yield case((0, 2, 3, 5), (2, 2))
    yield case((5, 1, 6, 5), (3, 2))
    yield case((8, 3, 5, 4), (1, 1))


def k_max():
    def reference(x, k, axis):
        places = x.topk(k, dim=axis).indices.sort(dim=axis).values
        return x.gather(axis, places)

    for shape, k, axis in ((1,), 1, 0), ((2, 3, 9), 4, 2), ((2, 7, 5), 3, 1), ((0, 4), 2, 1):
        yield Case(op="k_max_pool", name=f"{shape}_k{k}_axis{axis}", inputs={"x": normal(*shape)},
                   text=f"%y = dl.k_max_pool %x {{k = {k}, axis = {axis}}} : {{x}} -> {{y}}",
                   reference=lambda x, k=k, axis=axis: reference(x, k, axis))


def places():
    """The parts of max_pool2d: which place of each window, and what is there."""
    for name, shape, kernel, stride, padding in (
            ("one", (1, 1, 1, 1), [1, 1], [1, 1], [0, 0]),
            ("overlap", (2, 3, 6, 5), [3, 2], [2, 1], [0, 0]),
            ("gaps", (1, 2, 7, 8), [2, 3], [3, 4], [0, 0]),
            ("empty", (0, 2, 4, 4), [2, 2], [2, 2], [0, 0]),
            ("pad1", (2, 2, 5, 6), [3, 3], [2, 2], [1, 1])):
        (kh, kw), (sh, sw) = kernel, stride
        h, w = shape[2:]
        rows, columns = ((n + 2 * p - k) // s + 1
                         for n, p, k, s in zip(shape[2:], padding, kernel, stride))
        window = (*shape[:2], rows, columns)
        text = f"{{kernel = {kernel}, stride = {stride}, padding = {padding}}}"
        top = torch.arange(rows)[:, None] * sh - padding[0]
        left = torch.arange(columns) * sw - padding[1]

        def flat(index, top=top, left=left, w=w, kw=kw):
            return ((top + index // kw) * w + left + index % kw).long()

        def index_of(x, kernel=kernel, stride=stride, padding=padding, top=top, left=left, w=w,
                     kw=kw):
            y, place = F.max_pool2d(x, kernel, stride, padding, return_indices=True)
            return {"y": y, "i": ((place // w - top) * kw + place % w - left).int()}

        if shape[0]:
            yield Case(op="max_pool2d_with_index", name=name, inputs={"x": normal(*shape)},
                       text=f"%y, %i = dl.max_pool2d_with_index %x {text} : {{x}} -> {{y}}, {{i}}",
                       reference=index_of)
        if any(padding):
            continue  # places by chance may lie in the padding
        index = integers(0, kh * kw, *window, dtype="i32")
        yield Case(op="max_pool2d_gather", name=name, inputs={"x": normal(*shape), "i": index},
                   text=f"%y = dl.max_pool2d_gather %x, %i {text} : {{x}}, {{i}} -> {{y}}",
                   reference=lambda x, i, flat=flat: x.flatten(2).gather(
                       2, flat(i).flatten(2)).reshape(i.shape))
        yield Case(op="max_pool2d_scatter", name=name, inputs={"dy": normal(*window), "i": index},
                   text=f"%y = dl.max_pool2d_scatter %dy, %i {text} : {{dy}}, {{i}} -> {{y}}",
                   reference=lambda dy, i, flat=flat, shape=shape: torch.zeros(
                       (*shape[:2], shape[2] * shape[3]), dtype=dy.dtype).scatter_add(
                           2, flat(i).flatten(2), dy.flatten(2)).reshape(shape))
