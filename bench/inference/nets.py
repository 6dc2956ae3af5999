# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks for prediction as programs in dl: VGG-11 with batch norm, one of depthwise
convolutions in the manner of MobileNet, and the generator of a DCGAN.

  bench/inference/nets.py vgg11|mobilenet|generator [--batch 1] [--element f32] > net.mlir
"""
import argparse


class Net:
    """Text of a network, layer by layer, as dl.func @net of one input x."""

    def __init__(self, name, shape):
        self.name, self.input, self.shape = name, tuple(shape), tuple(shape)
        self.members, self.lines, self.value, self.layers = [], [], "%x", 0

    @staticmethod
    def type(shape):
        return f"tensor<{'x'.join(str(e) for e in [*shape, 'FLOAT'])}>"

    def entry(self, kind, name, shape, init):
        self.members.append(f"  dl.{kind} @{name} : {self.type(shape)} = {init}")
        if kind == "param":
            self.lines.append(f"    %{name.replace('.', '_')} = dl.read @{name} : {self.type(shape)}")
        return f"%{name.replace('.', '_')}"

    def op(self, text, shape, arrow="->"):
        self.lines.append(f"    %v{len(self.lines)} = {text} {arrow} {self.type(shape)}")
        self.value, self.shape = f"%v{len(self.lines) - 1}", tuple(shape)
        return self

    def conv(self, channels, kernel, stride=1, padding=0, groups=1, transposed=False):
        batch, inputs, height, width = self.shape
        self.layers += 1
        shape = (inputs, channels // groups) if transposed else (channels, inputs // groups)
        w = self.entry("param", f"conv{self.layers}.weight", (*shape, kernel, kernel),
                       "kaiming_uniform")

        def extent(size):
            if transposed:
                return (size - 1) * stride - 2 * padding + kernel
            return (size + 2 * padding - kernel) // stride + 1

        op = "conv_transpose2d" if transposed else "conv2d"
        return self.op(f"dl.{op} {self.value}, {w} {{stride = [{stride}, {stride}], padding = "
                       f"[{padding}, {padding}], groups = {groups}}} : {self.type(self.shape)}, "
                       f"{self.type((*shape, kernel, kernel))}",
                       (batch, channels, extent(height), extent(width)))

    def norm(self):
        channels, name = (self.shape[1],), f"bn{self.layers}"
        g = self.entry("param", f"{name}.weight", channels, "uniform<0.5, 1.5>")
        b = self.entry("param", f"{name}.bias", channels, "uniform<-0.5, 0.5>")
        self.entry("buffer", f"{name}.running_mean", channels, "uniform<-0.5, 0.5>")
        self.entry("buffer", f"{name}.running_var", channels, "uniform<0.5, 1.5>")
        return self.op(f"dl.batch_norm {self.value}, {g}, {b} stats(@{name}.running_mean, "
                       f"@{name}.running_var) : {self.type(self.shape)}, {self.type(channels)}, "
                       f"{self.type(channels)}", self.shape)

    def unary(self, op):
        return self.op(f"dl.{op} {self.value} : {self.type(self.shape)}", self.shape, "//")

    def max_pool(self):
        batch, channels, height, width = self.shape
        return self.op(f"dl.max_pool2d {self.value} {{kernel = [2, 2]}} : {self.type(self.shape)}",
                       (batch, channels, height // 2, width // 2))

    def mean(self):
        return self.op(f"dl.global_avg_pool2d {self.value} : {self.type(self.shape)}",
                       (*self.shape[:2], 1, 1))

    def flatten(self):
        count = 1
        for extent in self.shape[1:]:
            count *= extent
        return self.op(f"dl.flatten {self.value} : {self.type(self.shape)}", (self.shape[0], count),
                       "to")

    def linear(self, outputs):
        self.layers += 1
        shape = (outputs, self.shape[1])
        w = self.entry("param", f"fc{self.layers}.weight", shape, "kaiming_uniform")
        b = self.entry("param", f"fc{self.layers}.bias", (outputs,), "zeros")
        return self.op(f"dl.linear {self.value}, {w} bias {b} : {self.type(self.shape)}, "
                       f"{self.type(shape)}, {self.type((outputs,))}", (self.shape[0], outputs))

    def text(self, element):
        x, y = self.type(self.input), self.type(self.shape)
        lines = [f"dl.model @{self.name} {{", *self.members,
                 f"  dl.func @net(%x: {x}) -> {y} {{", *self.lines,
                 f"    dl.return {self.value} : {y}", "  }",
                 f"  dl.step @predict(%x: {x}) -> (y: {y}) {{",
                 f"    %y = dl.call @net(%x) mode(eval) : ({x}) -> {y}",
                 f"    dl.return %y : {y}", "  }", "}"]
        return "\n".join(lines).replace("FLOAT", element) + "\n"


def vgg11(batch, size=224, hidden=4096):
    """Simonyan and Zisserman, ICLR 2015, configuration A, with batch norm."""
    net = Net("vgg11", (batch, 3, size, size))
    for layer in [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"]:
        if layer == "pool":
            net.max_pool()
        else:
            net.conv(layer, 3, padding=1).norm().unary("relu")
    net.flatten().linear(hidden).unary("relu").linear(hidden).unary("relu")
    return net.linear(1000)


def mobilenet(batch, size=224):
    """Howard et al., 2017: depthwise convolutions of 3 x 3 and then of 1 x 1."""
    net = Net("mobilenet", (batch, 3, size, size))
    net.conv(32, 3, stride=2, padding=1).norm().unary("relu")
    for channels, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
                             *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        net.conv(net.shape[1], 3, stride, 1, groups=net.shape[1]).norm().unary("relu")
        net.conv(channels, 1).norm().unary("relu")
    return net.mean().flatten().linear(1000)


def generator(batch, size=1):
    """Radford et al., ICLR 2016: images of 64 x 64 from 100 numbers."""
    net = Net("generator", (batch, 100, size, size))
    net.conv(512, 4, transposed=True).norm().unary("relu")
    for channels in [256, 128, 64]:
        net.conv(channels, 4, 2, 1, transposed=True).norm().unary("relu")
    return net.conv(3, 4, 2, 1, transposed=True).unary("tanh")


NETS = {"vgg11": vgg11, "mobilenet": mobilenet, "generator": generator}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(NETS))
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--element", choices=["f32", "f64"], default="f32")
    args = parser.parse_args()
    print(NETS[args.name](args.batch).text(args.element), end="")
