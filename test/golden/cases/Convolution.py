# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Convolutions, with their gradients."""
import torch
from torch.nn import functional as F

from golden import Case, normal


def convolution(op, name, image, filters, bias=True, **attributes):
    """x and w of these shapes; the attributes are PyTorch's arguments of the same name."""
    inputs = {"x": normal(*image), "w": normal(*filters)}
    if bias:
        outputs = filters[0]
        if "transpose" in op:
            outputs = filters[1] * attributes.get("groups", 1)
        inputs["b"] = normal(outputs)
    written = ", ".join(f"{key} = {value}" for key, value in attributes.items())
    return Case(op=op, name=name, inputs=inputs,
                text=f"%y = dl.{op} %x, %w {'bias %b ' if bias else ''}{{{written}}}"
                     f" : {{x}}, {{w}}{', {b}' if bias else ''} -> {{y}}",
                reference=lambda *operands: getattr(F, op)(*operands, **attributes))


def conv2d(name, image, filters, groups=1, **attributes):
    if groups > 1:
        attributes["groups"] = groups
    return convolution("conv2d", name, image,
                       (filters[0], image[1] // groups, *filters[1:]), **attributes)


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
    yield conv2d("no_images", (0, 3, 5, 5), (4, 3, 3), padding=[1, 1])
    yield from few_outputs()
    yield from grouped()
    yield from other_ranks()
    yield from transposed()
    yield from gradients()


def few_outputs():
    """Some images, but one filter or one place."""
    yield conv2d("one_filter", (4, 2, 2, 2), (1, 1, 1))
    yield conv2d("one_filter_k3", (5, 3, 5, 5), (1, 3, 3), padding=[1, 1])
    yield conv2d("one_filter_wide", (9, 17, 3, 4), (1, 2, 2), bias=False)
    yield conv2d("one_place", (8, 3, 3, 3), (5, 3, 3))
    yield conv2d("one_filter_one_place", (16, 3, 2, 2), (1, 2, 2))
    yield convolution("conv1d", "one_place", (4, 5, 1), (33, 5, 3), stride=[2], padding=[1])
    yield convolution("conv1d", "one_filter", (6, 3, 7), (1, 3, 3))
    yield convolution("conv3d", "one_filter", (4, 2, 3, 3, 3), (1, 2, 2, 2, 2))
    yield convolution("conv_transpose2d", "one_filter", (8, 3, 4, 5), (3, 1, 4, 4), stride=[2, 3])


def grouped():
    yield conv2d("groups2", (2, 4, 6, 5), (6, 3, 3), groups=2, padding=[1, 1])
    yield conv2d("groups3_stride2", (2, 9, 7, 7), (3, 3, 2), groups=3, stride=[2, 2],
                 bias=False)
    yield conv2d("groups2_wide", (1, 6, 4, 5), (40, 3, 3), groups=2, padding=[1, 1])
    yield conv2d("depthwise", (2, 5, 6, 7), (5, 3, 3), groups=5, padding=[1, 1])
    yield conv2d("depthwise_two_vectors", (1, 35, 4, 5), (35, 3, 3), groups=35, padding=[1, 1])
    yield conv2d("depthwise_twice", (2, 3, 9, 8), (6, 3, 3), groups=3, stride=[2, 1],
                 padding=[0, 1], dilation=[1, 2])
    yield conv2d("depthwise_k1", (1, 4, 3, 3), (4, 1, 1), groups=4)
    yield conv2d("depthwise_no_images", (0, 4, 3, 3), (4, 3, 3), groups=4)


def other_ranks():
    yield convolution("conv1d", "one", (1, 1, 1), (1, 1, 1))
    yield convolution("conv1d", "k3_pad1", (2, 3, 9), (4, 3, 3), padding=[1])
    yield convolution("conv1d", "k4_stride3_dilation2", (2, 5, 17), (3, 5, 4), bias=False,
                      stride=[3], padding=[2], dilation=[2])
    yield convolution("conv1d", "groups2", (2, 6, 8), (4, 3, 3), groups=2, padding=[1])
    yield convolution("conv1d", "depthwise", (3, 7, 8), (7, 1, 5), groups=7)
    yield convolution("conv1d", "no_sequences", (0, 3, 9), (4, 3, 3), padding=[1])
    yield convolution("conv3d", "no_volumes", (0, 2, 3, 4, 4), (3, 2, 2, 3, 3))
    yield convolution("conv3d", "one", (1, 1, 1, 1, 1), (1, 1, 1, 1, 1))
    yield convolution("conv3d", "k3_pad1", (2, 3, 4, 5, 3), (4, 3, 3, 3, 3), padding=[1, 1, 1])
    yield convolution("conv3d", "all_different", (1, 2, 9, 6, 7), (3, 2, 3, 1, 2), bias=False,
                      stride=[2, 1, 3], padding=[1, 0, 1], dilation=[2, 1, 3])
    yield convolution("conv3d", "groups2", (2, 4, 3, 4, 4), (4, 2, 2, 3, 3), groups=2)


def transposed():
    yield convolution("conv_transpose2d", "one", (1, 1, 1, 1), (1, 1, 1, 1))
    yield convolution("conv_transpose2d", "k3_pad1", (2, 3, 5, 6), (3, 4, 3, 3), padding=[1, 1])
    yield convolution("conv_transpose2d", "k4_stride2", (2, 4, 3, 5), (4, 3, 4, 4), bias=False,
                      stride=[2, 2], padding=[1, 1])
    yield convolution("conv_transpose2d", "output_padding", (2, 3, 4, 3), (3, 5, 3, 2),
                      stride=[2, 3], padding=[1, 0], output_padding=[1, 2], dilation=[1, 2])
    yield convolution("conv_transpose2d", "output_padding_over_stride", (1, 2, 4, 4),
                      (2, 3, 3, 2), output_padding=[1, 2], dilation=[2, 3])
    yield convolution("conv_transpose2d", "groups2", (2, 6, 4, 4), (6, 2, 3, 3), groups=2,
                      stride=[2, 2])
    yield convolution("conv_transpose2d", "no_images", (0, 3, 4, 5), (3, 2, 3, 3), stride=[2, 2])
    yield convolution("conv_transpose2d", "depthwise", (1, 5, 3, 4), (5, 1, 3, 3), groups=5,
                      stride=[2, 1], padding=[1, 1])


def gradient(op, name, image, filters, **attributes):
    """One of the products that conv2d differentiates into, and its own gradients."""
    place = 0 if op == "conv2d_input_grad" else 1
    shapes = [image, filters]
    dy = F.conv2d(torch.zeros(image), torch.zeros(filters), **attributes).shape
    operands = ("dy", "w") if place == 0 else ("x", "dy")
    given = {"x": image, "w": filters, "dy": tuple(dy)}

    def reference(*values):
        values = dict(zip(operands, values))
        wanted = torch.zeros(shapes[place], dtype=torch.float64, requires_grad=True)
        x, w = (wanted, values["w"]) if place == 0 else (values["x"], wanted)
        y = F.conv2d(x, w, **attributes)
        return torch.autograd.grad(y, wanted, values["dy"], create_graph=True)[0]

    written = ", ".join(f"{key} = {value}" for key, value in attributes.items())
    return Case(op=op, name=name, inputs={o: normal(*given[o]) for o in operands},
                text=f"%y = dl.{op} %{operands[0]}, %{operands[1]}"
                     f"{f' {{{written}}}' if written else ''}"
                     f" : {{{operands[0]}}}, {{{operands[1]}}} -> {{y}}",
                reference=reference)


def gradients():
    for op in "conv2d_input_grad", "conv2d_filter_grad":
        yield gradient(op, "one", (1, 1, 1, 1), (1, 1, 1, 1))
        yield gradient(op, "k3_pad1", (2, 3, 6, 5), (4, 3, 3, 3), padding=[1, 1])
        yield gradient(op, "unread_rows", (2, 2, 8, 7), (3, 2, 3, 2), stride=[2, 3])
        yield gradient(op, "dilation2", (1, 3, 7, 8), (2, 3, 3, 2), padding=[1, 2],
                       dilation=[2, 1])
        yield gradient(op, "no_images", (0, 2, 4, 4), (3, 2, 3, 3))
