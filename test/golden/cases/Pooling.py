"""Pooling over windows of images."""
from torch.nn import functional as F

from golden import Case, choice, normal


def max_pool2d(name, shape, kernel, values=None, **attributes):
    written = ", ".join(f"{key} = {value}" for key, value in
                        {"kernel": kernel, **attributes}.items())
    return Case(op="max_pool2d", name=name,
                inputs={"x": choice(values, *shape) if values else normal(*shape)},
                text=f"%y = dl.max_pool2d %x {{{written}}} : {{x}} -> {{y}}",
                reference=lambda x: F.max_pool2d(x, kernel, **attributes))


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
