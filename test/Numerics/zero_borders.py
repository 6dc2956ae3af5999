# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Convolutions of padded images without the products with zeros: zero_borders.py DLC DLC_RUN FOLDER

Small images with many channels, for which kernels leave these products out: windows of several sizes,
strides and dilations, images as small as one pixel, more rows of padding than rows. Value and both
gradients have the bits of a program without dl-note-zero-borders, at -O2 and -O0, on one worker and on
three, and agree with sums over all products; in f32 and f64 by turns. Of each geometry a line says how many of its kernels
leave products out; of a window of 3 x 3 on one pixel none does: one tap is left, and no filter is
read as often as it takes.
"""
import pathlib
import subprocess
import sys

import numpy as np

# Image, window, stride, padding, dilation.
GEOMETRIES = [
    ((7, 7), (3, 3), (1, 1), (1, 1), (1, 1)),
    ((4, 4), (3, 3), (1, 1), (1, 1), (1, 1)),
    ((2, 2), (3, 3), (1, 1), (1, 1), (1, 1)),
    ((1, 1), (3, 3), (1, 1), (1, 1), (1, 1)),
    ((1, 5), (3, 3), (1, 1), (1, 1), (1, 1)),
    ((5, 3), (5, 5), (1, 1), (2, 2), (1, 1)),
    ((3, 4), (5, 3), (1, 1), (4, 2), (1, 1)),
    ((7, 6), (3, 3), (2, 2), (1, 1), (1, 1)),
    ((6, 6), (4, 4), (2, 2), (1, 1), (1, 1)),
    ((6, 5), (3, 3), (1, 1), (2, 2), (2, 2)),
    ((7, 9), (3, 2), (2, 3), (2, 1), (1, 3)),
    ((3, 3), (3, 3), (1, 1), (0, 1), (1, 1)),
    ((15, 2), (7, 1), (1, 1), (3, 0), (1, 1)),
]
IMAGES, CHANNELS, FILTERS = 33, 48, 65


def tensor(shape, element):
    return f"tensor<{'x'.join(map(str, shape))}x{element}>"


def shapes(geometry):
    image, window, stride, padding, dilation = geometry
    out = [(n + 2 * p - d * (k - 1) - 1) // s + 1
           for n, k, s, p, d in zip(image, window, stride, padding, dilation)]
    return (IMAGES, CHANNELS, *image), (FILTERS, CHANNELS, *window), (IMAGES, FILTERS, *out)


def program(geometry, element):
    x, w, y = (tensor(shape, element) for shape in shapes(geometry))
    _, _, stride, padding, dilation = map(list, geometry)
    return f"""
dl.model @m {{
  dl.step @f(%x: {x}, %w: {w}, %dy: {y}) -> (y: {y}, dx: {x}, dw: {w}) {{
    %y = dl.conv2d %x, %w {{stride = {stride}, padding = {padding}, dilation = {dilation}}} : {x}, {w} -> {y}
    %dx, %dw = dl.gradient %y wrt %x, %w cotangent(%dy) : {y} -> {x}, {w}
    dl.return %y, %dx, %dw : {y}, {x}, {w}
  }}
}}
"""


def expected(geometry, x, w, dy):
    """Value and gradients, one tap of the window after another."""
    _, window, stride, padding, dilation = geometry
    rows = [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2]
    xp = np.pad(x, rows)
    y, dxp, dw = np.zeros_like(dy), np.zeros_like(xp), np.zeros_like(w)
    for i in range(window[0]):
        for j in range(window[1]):
            at = (slice(None), slice(None)) + tuple(
                slice(k * d, k * d + s * (n - 1) + 1, s)
                for k, d, s, n in zip((i, j), dilation, stride, dy.shape[2:]))
            y += np.einsum("nchw,oc->nohw", xp[at], w[:, :, i, j])
            dxp[at] += np.einsum("nohw,oc->nchw", dy, w[:, :, i, j])
            dw[:, :, i, j] += np.einsum("nchw,nohw->oc", xp[at], dy)
    dx = dxp[:, :, padding[0]:dxp.shape[2] - padding[0], padding[1]:dxp.shape[3] - padding[1]]
    return {"y": y, "dx": dx, "dw": dw}


def run(dlc_run, library, folder, threads):
    command = [dlc_run, library, "--step", "f", "--threads", str(threads)]
    for name in ("x", "w", "dy"):
        command += ["--input", f"{name}={folder / name}.npy"]
    for name in ("y", "dx", "dw"):
        command += ["--output", f"{name}={folder / name}.npy"]
    subprocess.run(command, check=True)
    return {name: np.load(folder / f"{name}.npy") for name in ("y", "dx", "dw")}


def check(dlc, dlc_run, folder, geometry, element, rng):
    source = folder / "m.mlir"
    source.write_text(program(geometry, element))
    dtype, tolerance = {"f32": (np.float32, 2e-6), "f64": (np.float64, 1e-14)}[element]
    arrays = [rng.normal(size=shape).astype(dtype) for shape in shapes(geometry)]
    for name, array in zip(("x", "w", "dy"), arrays):
        np.save(folder / f"{name}.npy", array)
    want = expected(geometry, *(array.astype(np.float64) for array in arrays))
    results, kernels = {}, 0
    variants = {"without": ["--leave-out=dl-note-zero-borders"], "O2": ["--remarks=tile"]}
    if element == "f64":  # plain loops are the same in both types
        variants["O0"] = ["-O0"]
    for name, options in variants.items():
        said = subprocess.run([dlc, source, "-o", folder / f"{name}.so", *options], check=True,
                              capture_output=True, text=True).stderr
        kernels += said.count("are left out")
        for threads in (1,) if name == "O0" else (1, 3):
            results[f"{name} {threads}"] = run(dlc_run, folder / f"{name}.so", folder, threads)
    wrong = []
    for what, result in results.items():
        for name, array in result.items():
            distance = np.abs(array - want[name]).max() / np.abs(want[name]).max()
            if not distance <= tolerance:
                wrong.append(f"{what} {name} {distance:.1e}")
            if "O0" not in what and not np.array_equal(array, results["without 1"][name]):
                wrong.append(f"{what} {name}: other bits")
    return wrong, kernels


def main():
    dlc, dlc_run, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(exist_ok=True, parents=True)
    rng = np.random.default_rng(5)
    faulty, left_out = 0, 0
    for number, geometry in enumerate(GEOMETRIES):
        element = ("f32", "f64")[number % 2]
        wrong, kernels = check(dlc, dlc_run, folder, geometry, element, rng)
        print(*geometry, f"{element}: {', '.join(wrong) or 'agree'}, {kernels} kernels", flush=True)
        faulty += bool(wrong)
        left_out += kernels > 0
    print(f"{len(GEOMETRIES)} convolutions, {faulty} wrong, {left_out} with products left out")


if __name__ == "__main__":
    main()
