"""conv2d, with its gradients."""
from torch.nn import functional as F

from golden import Case, normal


def conv2d(name, image, filters, bias=True, **attributes):
    inputs = {"x": normal(*image), "w": normal(filters[0], image[1], *filters[1:])}
    if bias:
        inputs["b"] = normal(filters[0])
    written = ", ".join(f"{key} = {value}" for key, value in attributes.items())
    return Case(op="conv2d", name=name, inputs=inputs,
                text=f"%y = dl.conv2d %x, %w {'bias %b ' if bias else ''}{{{written}}}"
                     f" : {{x}}, {{w}}{', {b}' if bias else ''} -> {{y}}",
                reference=lambda *operands: F.conv2d(*operands, **attributes))


def cases():
    yield conv2d("one", (1, 1, 1, 1), (1, 1, 1))
    yield conv2d("k3_pad1", (2, 3, 8, 8), (4, 3, 3), padding=[1, 1])
    yield conv2d("k3_no_padding", (2, 4, 7, 9), (6, 3, 3))
    yield conv2d("k1", (2, 8, 5, 5), (16, 1, 1), bias=False)
    yield conv2d("k3_stride2_pad1_odd", (2, 3, 9, 7), (5, 3, 3), stride=[2, 2], padding=[1, 1])
    yield conv2d("k5_stride2_unread_rows", (2, 1, 12, 12), (4, 5, 5), stride=[2, 2],
                 padding=[2, 2])
    yield conv2d("k2_stride3_gaps", (1, 2, 10, 10), (3, 2, 2), stride=[3, 3])
    yield conv2d("k3_dilation2", (1, 2, 11, 10), (3, 3, 3), padding=[2, 2], dilation=[2, 2])
    yield conv2d("k3x2_all_different", (2, 3, 10, 7), (4, 3, 2), stride=[2, 1], padding=[1, 0],
                 dilation=[1, 3])
    yield conv2d("k3_two_tiles_and_a_rest", (1, 15, 5, 6), (35, 3, 3), padding=[1, 1])
    yield conv2d("k3_wide", (2, 16, 7, 7), (32, 3, 3), padding=[1, 1], bias=False)
