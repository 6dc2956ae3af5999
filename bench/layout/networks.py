# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks in which image layouts meet: programs in dl, with a step that predicts and one that
trains.

  bench/layout/networks.py NAME > net.mlir
"""
import argparse
import math


def kind(shape, element="f32"):
    return f"tensor<{'x'.join([*map(str, shape), element])}>"


class Net:
    """The ops of dl.func @net, which may read inputs (their names and shapes) and parameters."""

    def __init__(self, name, **inputs):
        self.name, self.inputs = name, inputs
        self.members, self.lines = [], []

    def input(self, name):
        return f"%{name}", tuple(self.inputs[name])

    def param(self, shape, init="kaiming_uniform"):
        name = f"p{len(self.members)}"
        self.members.append(f"  dl.param @{name} : {kind(shape)} = {init}")
        self.lines.append(f"    %{name} = dl.read @{name} : {kind(shape)}")
        return f"%{name}", tuple(shape)

    def op(self, text, operands, shape, attrs="", arrow="->"):
        """`text` has a {} for each operand."""
        value = f"%v{len(self.lines)}"
        types = ", ".join(kind(o[1]) for o in (operands if arrow else operands[:1]))
        result = f" {arrow} {kind(shape)}" if arrow else ""
        self.lines.append(f"    {value} = dl.{text.format(*(o[0] for o in operands))} {attrs}: {types}{result}")
        return value, tuple(shape)

    def unary(self, op, x):
        return self.op(f"{op} {{}}", [x], x[1], arrow="")

    def binary(self, op, x, y):
        return self.op(f"{op} {{}}, {{}}", [x, y], x[1], arrow="" if x[1] == y[1] else "->")

    def conv(self, x, channels, kernel=3, stride=1, groups=1):
        n, c, h, w = x[1]
        pad, out = kernel // 2, [(s + 2 * (kernel // 2) - kernel) // stride + 1 for s in (h, w)]
        weight = self.param((channels, c // groups, kernel, kernel))
        bias = self.param((channels,), "zeros")
        return self.op("conv2d {}, {} bias {}", [x, weight, bias], (n, channels, *out),
                       f"{{stride = [{stride}, {stride}], padding = [{pad}, {pad}], groups = {groups}}} ")

    def relu_conv(self, x, *args, **options):
        return self.unary("relu", self.conv(x, *args, **options))

    def pool(self, x):
        n, c, h, w = x[1]
        return self.op("max_pool2d {}", [x], (n, c, h // 2, w // 2), "{kernel = [2, 2]} ")

    def transpose(self, x, perm):
        return self.op(f"transpose {{}} perm {list(perm)}", [x], [x[1][p] for p in perm])

    def reshape(self, x, shape):
        return self.op("reshape {}", [x], shape, arrow="to")

    def flatten(self, x):
        return self.reshape(x, (x[1][0], math.prod(x[1][1:])))

    def concat(self, xs, axis=1):
        shape = list(xs[0][1])
        shape[axis] = sum(x[1][axis] for x in xs)
        return self.op(f"concat {', '.join(['{}'] * len(xs))}", xs, shape, f"{{axis = {axis}}} ")

    def linear(self, x, outputs):
        weight, bias = self.param((outputs, x[1][-1])), self.param((outputs,), "zeros")
        return self.op("linear {}, {} bias {}", [x, weight, bias], (*x[1][:-1], outputs))

    def mean(self, x, axes):
        return self.op("mean {}", [x], [s for i, s in enumerate(x[1]) if i not in axes],
                       f"{{axes = {list(axes)}}} ")

    def text(self, y):
        arguments = ", ".join(f"%{n}: {kind(s)}" for n, s in self.inputs.items())
        names, types = ", ".join(f"%{n}" for n in self.inputs), ", ".join(map(kind, self.inputs.values()))
        call = f"%y = dl.call @net({names}) mode({{}}) : ({types}) -> {kind(y[1])}"
        return "\n".join([
            f"dl.model @{self.name} {{", "  dl.hparam @lr = 0.1", *self.members, "  dl.optimizer @sgd = #dl.sgd",
            f"  dl.func @net({arguments}) -> {kind(y[1])} {{", *self.lines,
            f"    dl.return {y[0]} : {kind(y[1])}", "  }",
            f"  dl.step @predict({arguments}) -> (y: {kind(y[1])}) {{", f"    {call.format('eval')}",
            f"    dl.return %y : {kind(y[1])}", "  }",
            f"  dl.step @train({arguments}) -> (loss: tensor<f32>) {{", f"    {call.format('train')}",
            f"    %s = dl.square %y : {kind(y[1])}",
            f"    %loss = dl.mean %s : {kind(y[1])} -> tensor<f32>",
            "    %lr = dl.read_hparam @lr : tensor<f32>",
            "    dl.minimize %loss with @sgd over [\"*\"] lr(%lr) : tensor<f32>, tensor<f32>",
            "    dl.return %loss : tensor<f32>", "  }", "}", ""])


def denoise():
    """Image in, image out: the input is read by a convolution and by the last sum."""
    net = Net("denoise", x=(8, 3, 32, 32))
    x = net.input("x")
    y = net.conv(net.relu_conv(net.relu_conv(x, 16), 16), 3)
    return net.text(net.unary("sigmoid", net.binary("sub", x, y)))


def mixed_inputs():
    """Several images are summed before the first convolution."""
    net = Net("mixed_inputs", a=(8, 16, 32, 32), b=(8, 16, 32, 32), c=(8, 16, 32, 32))
    a, b, c = map(net.input, "abc")
    x = net.unary("tanh", net.binary("mul", net.binary("add", a, b), c))
    return net.text(net.mean(net.relu_conv(x, 16), (2, 3)))


def small_from_large():
    """A sum of many channels after a grid as written: the sum is smaller than what it is of."""
    net = Net("small_from_large", x=(8, 16, 32, 32), z=(8, 16, 32, 32))
    x = net.relu_conv(net.input("x"), 16)
    return net.text(net.mean(net.binary("mul", x, net.input("z")), (1,)))


def two_outputs_of_one():
    """A value that is an output, several steps of elementwise ops later too."""
    net = Net("two_outputs", x=(8, 16, 32, 32))
    x = net.relu_conv(net.input("x"), 8)
    a, b = net.unary("tanh", x), net.unary("sigmoid", x)
    return net.text(net.concat([a, b, net.unary("relu", a), net.unary("square", b)]))


def inception():
    net = Net("inception", x=(8, 16, 16, 16))
    x = net.relu_conv(net.input("x"), 16)
    for _ in range(2):
        x = net.concat([net.relu_conv(x, 8, 1), net.relu_conv(net.relu_conv(x, 8, 1), 16),
                        net.relu_conv(net.relu_conv(x, 4, 1), 8, 5)])
    return net.text(net.linear(net.mean(x, (2, 3)), 10))


def shuffle():
    """Zhang et al., CVPR 2018: grouped convolutions with a shuffle of channels between."""
    net = Net("shuffle", x=(8, 16, 16, 16))
    x = net.relu_conv(net.input("x"), 32)
    for _ in range(2):
        n, c, h, w = x[1]
        y = net.relu_conv(x, 32, 1, groups=4)
        y = net.transpose(net.reshape(y, (n, 4, c // 4, h, w)), (0, 2, 1, 3, 4))
        y = net.conv(net.conv(net.reshape(y, (n, c, h, w)), 32, 3, groups=32), 32, 1, groups=4)
        x = net.unary("relu", net.binary("add", x, y))
    return net.text(net.linear(net.mean(x, (2, 3)), 10))


def convnext():
    """Liu et al., CVPR 2022: a norm over channels, which the program writes channels last."""
    net = Net("convnext", x=(8, 16, 16, 16))
    x = net.conv(net.input("x"), 32)
    for _ in range(2):
        y = net.transpose(net.conv(x, 32, 7, groups=32), (0, 2, 3, 1))
        g, b = net.param((32,), "ones"), net.param((32,), "zeros")
        y = net.op("layer_norm {}, {}, {}", [y, g, b], y[1], "{axis = 3} ")
        y = net.linear(net.unary("gelu", net.linear(y, 64)), 32)
        x = net.binary("add", x, net.transpose(y, (0, 3, 1, 2)))
    return net.text(net.linear(net.mean(x, (2, 3)), 10))


def attention():
    """Attention over the places of an image, between convolutions."""
    net = Net("attention", x=(4, 3, 16, 16))
    x = net.relu_conv(net.input("x"), 32, 3, 2)
    n, c, h, w = x[1]
    tokens = net.transpose(net.reshape(x, (n, c, h * w)), (0, 2, 1))
    q, k, v = (net.linear(tokens, c) for _ in range(3))
    y = net.op("scaled_dot_product_attention {}, {}, {}", [q, k, v], q[1])
    y = net.reshape(net.transpose(y, (0, 2, 1)), (n, c, h, w))
    return net.text(net.linear(net.flatten(net.relu_conv(net.binary("add", x, y), 8)), 10))


def unet():
    """Ronneberger et al., MICCAI 2015: skips, enlarged by repetition, an image out."""
    net = Net("unet", x=(4, 3, 32, 32))
    a = net.relu_conv(net.input("x"), 8)
    b = net.relu_conv(net.pool(a), 16)
    n, c, h, w = b[1]
    up = net.op("broadcast {} dims [0, 1, 2, 4]", [b], (n, c, h, 2, w, 2), arrow="to")
    up = net.reshape(up, (n, c, 2 * h, 2 * w))
    return net.text(net.conv(net.relu_conv(net.concat([a, up]), 8), 3))


def squeeze():
    """Hu et al., CVPR 2018: a factor for each channel from its mean."""
    net = Net("squeeze", x=(8, 3, 16, 16))
    x = net.relu_conv(net.input("x"), 32)
    s = net.unary("sigmoid", net.linear(net.unary("relu", net.linear(net.mean(x, (2, 3)), 8)), 32))
    x = net.binary("mul", x, net.reshape(s, (*s[1], 1, 1)))
    return net.text(net.linear(net.flatten(net.pool(net.relu_conv(x, 32))), 10))


def group_norm():
    net = Net("group_norm", x=(8, 3, 16, 16))
    x = net.conv(net.input("x"), 32)
    for _ in range(2):
        g, b = net.param((32,), "ones"), net.param((32,), "zeros")
        x = net.op("group_norm {}, {}, {}", [x, g, b], x[1], "{groups = 4} ")
        x = net.conv(net.unary("relu", x), 32)
    return net.text(net.linear(net.flatten(x), 10))


def position():
    """An embedding of each place is added to an image, tokens go on."""
    net = Net("position", x=(8, 3, 16, 16))
    x = net.relu_conv(net.input("x"), 16, 3, 2)
    x = net.binary("add", x, net.param((1, 16, 8, 8), "zeros"))
    x = net.transpose(net.reshape(x, (8, 16, 64)), (0, 2, 1))
    return net.text(net.linear(net.unary("relu", x), 4))


NETWORKS = {f.__name__: f for f in (denoise, mixed_inputs, small_from_large, two_outputs_of_one, inception,
                                    shuffle, convnext, attention, unet, squeeze, group_norm, position)}


def program(name, element="f32"):
    """The text of a network; hyper-parameters are f32 in each."""
    lines = []
    for line in NETWORKS[name]().split("\n"):
        if "%lr = " not in line:
            line = line.replace("xf32>", f"x{element}>").replace("tensor<f32>", f"tensor<{element}>",
                                                                 1 if "lr(%lr)" in line else -1)
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(NETWORKS))
    print(program(parser.parse_args().name), end="")
