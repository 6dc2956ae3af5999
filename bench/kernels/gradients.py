#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures convolutions of networks in their three passes as dlc compiles them, on one thread.

  gradients.py [--dlc BUILD/bin/dlc] [--peer PYTHON] [NAME...]

Each is a step of its own: the forward pass, the gradient of the input, the gradient of the filter. Images are
channels-last, as between the kernels of a network, filters and their gradients part of the state, which is laid out as
it suits. NAME selects those whose name contains it. With --peer PYTHON, an interpreter that has PyTorch, the same is
measured there (oneDNN, channels-last) between two runs; the last column is its time over ours, and the last line the
geometric mean and the least of these ratios. Needs numpy.
"""
import argparse
import ctypes
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parents[1] / "test/golden")]
from measure import Peer, Rates, least_seconds, print_ratios  # noqa: E402
from library import HANDLE, Compiled  # noqa: E402

# Network, batch, size of the images, channels in and out, filter, stride, padding.
CONVOLUTIONS = [
    ("ResNet-50", 8, 224, 3, 64, 7, 2, 3),
    ("ResNet-50", 8, 56, 64, 64, 1, 1, 0),
    ("ResNet-50", 8, 56, 64, 64, 3, 1, 1),
    ("ResNet-50", 8, 56, 64, 256, 1, 1, 0),
    ("ResNet-50", 8, 56, 256, 64, 1, 1, 0),
    ("ResNet-50", 8, 56, 256, 512, 1, 2, 0),
    ("ResNet-50", 8, 56, 128, 128, 3, 2, 1),
    ("ResNet-50", 8, 28, 128, 128, 3, 1, 1),
    ("ResNet-50", 8, 28, 512, 128, 1, 1, 0),
    ("ResNet-50", 8, 28, 256, 256, 3, 2, 1),
    ("ResNet-50", 8, 14, 256, 256, 3, 1, 1),
    ("ResNet-50", 8, 14, 256, 1024, 1, 1, 0),
    ("ResNet-50", 8, 14, 1024, 256, 1, 1, 0),
    ("ResNet-50", 8, 14, 512, 512, 3, 2, 1),
    ("ResNet-50", 8, 7, 512, 512, 3, 1, 1),
    ("ResNet-50", 8, 7, 2048, 512, 1, 1, 0),
    ("VGG-11", 64, 32, 3, 64, 3, 1, 1),
    ("VGG-11", 64, 16, 64, 128, 3, 1, 1),
    ("VGG-11", 64, 8, 128, 256, 3, 1, 1),
    ("VGG-11", 64, 8, 256, 256, 3, 1, 1),
    ("VGG-11", 64, 4, 256, 512, 3, 1, 1),
    ("VGG-11", 64, 2, 512, 512, 3, 1, 1),
    ("DCGAN", 64, 28, 1, 64, 4, 2, 1),
    ("DCGAN", 64, 14, 64, 128, 4, 2, 1),
]

PROGRAM = """
dl.model @convolution {{
  dl.param @w : {w} = normal<0.0, 1.0>
  dl.param @dw : {w} = zeros
  dl.func @convolve(%xi: {xi}) -> {y} {{
    %x = dl.transpose %xi perm [0, 3, 1, 2] : {xi} -> {x}
    %w = dl.read @w : {w}
    %y = dl.conv2d %x, %w {{padding = [{padding}, {padding}], stride = [{stride}, {stride}]}} : {x}, {w} -> {y}
    dl.return %y : {y}
  }}
  dl.step @forward(%xi: {xi}) -> (yi: {yi}) {{
    %y = dl.call @convolve(%xi) : ({xi}) -> {y}
    %yi = dl.transpose %y perm [0, 2, 3, 1] : {y} -> {yi}
    dl.return %yi : {yi}
  }}
  dl.step @input(%xi: {xi}, %dyi: {yi}) -> (dx: {xi}) {{
    %y = dl.call @convolve(%xi) : ({xi}) -> {y}
    %dy = dl.transpose %dyi perm [0, 3, 1, 2] : {yi} -> {y}
    %dx = dl.gradient %y wrt %xi cotangent(%dy) : {y} -> {xi}
    dl.return %dx : {xi}
  }}
  dl.step @filter(%xi: {xi}, %dyi: {yi}) {{
    %w = dl.read @w : {w}
    %x = dl.transpose %xi perm [0, 3, 1, 2] : {xi} -> {x}
    %y = dl.conv2d %x, %w {{padding = [{padding}, {padding}], stride = [{stride}, {stride}]}} : {x}, {w} -> {y}
    %dy = dl.transpose %dyi perm [0, 3, 1, 2] : {yi} -> {y}
    %dw = dl.gradient %y wrt %w cotangent(%dy) : {y} -> {w}
    dl.write %dw, @dw : {w}
    dl.return
  }}
}}
"""

PEER = """
x = torch.randn({n}, {ic}, {size}, {size}).contiguous(memory_format=torch.channels_last)
w = torch.randn({oc}, {ic}, {k}, {k}).contiguous(memory_format=torch.channels_last)
dy = torch.randn({n}, {oc}, {out}, {out}).contiguous(memory_format=torch.channels_last)
"""
FORWARD = "call = lambda: torch.nn.functional.conv2d(x, w, None, {stride}, {padding})"
BACKWARD = ("call = lambda: torch.ops.aten.convolution_backward(dy, x, w, None, [{stride}] * 2, [{padding}] * 2, [1, 1],"
            " False, [0, 0], 1, [{input}, {filter}, False])")


def tensor(*shape):
    return "tensor<" + "".join(f"{extent}x" for extent in shape) + "f32>"


class Steps:
    """The three steps of a convolution, compiled, with buffers."""

    def __init__(self, dlc, folder, n, size, ic, oc, k, stride, padding):
        out = (size + 2 * padding - k) // stride + 1
        text = PROGRAM.format(x=tensor(n, ic, size, size), xi=tensor(n, size, size, ic), y=tensor(n, oc, out, out),
                              yi=tensor(n, out, out, oc), w=tensor(oc, ic, k, k), stride=stride, padding=padding)
        path = folder / f"{n}_{size}_{ic}_{oc}_{k}_{stride}.mlir"
        path.write_text(text, encoding="utf-8")
        subprocess.run([dlc, path, "-o", path.with_suffix(".so")], check=True)
        self.library, self.handle = Compiled(path.with_suffix(".so")), HANDLE()
        self.library.check(self.library.api.create(self.library.table, 1, ctypes.byref(self.handle)), "dlc_create")
        self.flops = 2 * n * out * out * oc * ic * k * k

    def seconds(self, name):
        return least_seconds(self.library, self.handle, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", type=pathlib.Path, default=HERE.parents[1] / "build/release/bin/dlc")
    parser.add_argument("--peer")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    rates = Rates("convolution", 50, options.peer and Peer(options.peer))
    with tempfile.TemporaryDirectory() as folder:
        for network, n, size, ic, oc, k, stride, padding in CONVOLUTIONS:
            title = f"{network} {n}x{size}x{size}x{ic} -> {oc}, {k}x{k}" + f" / {stride}" * (stride > 1)
            chosen = [step for step in ("forward", "input", "filter") if not (step == "input" and ic == 3)
                      and (not options.names or any(name in f"{title} {step}" for name in options.names))]
            if not chosen:
                continue
            steps = Steps(options.dlc, pathlib.Path(folder), n, size, ic, oc, k, stride, padding)
            out = (size + 2 * padding - k) // stride + 1
            for step in chosen:
                code = PEER + (FORWARD if step == "forward" else BACKWARD)
                rates.measure(f"{title} {step}", steps.flops, lambda step=step, steps=steps: steps.seconds(step),
                              code.format(n=n, size=size, ic=ic, oc=oc, k=k, stride=stride, padding=padding, out=out,
                                          input=step == "input", filter=step == "filter"))
    print_ratios(rates.ratios, "passes")


if __name__ == "__main__":
    main()
