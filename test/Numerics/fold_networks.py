# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole networks with folded and with kept batch norms: fold_networks.py DLC DLC_MODELS FOLDER

ResNet-18 and -50, VGG-11, a net of depthwise convolutions and one of transposed ones, on small images,
in f32 and f64, VGG-11 at -O2 and the others at -O0, as folding is done before there is code, with
random statistics and with extreme ones: variances of 1e-12 and 1e12, weights that are negative and 0.
Nothing of a norm is left in the folded program. In f64 the predictions agree, and in f32 with
statistics that are not extreme. A norm of variance 1e-12 multiplies rounding errors by
1 / sqrt(eps) = 316, whether it is folded or kept; so with extreme statistics folded and kept
predictions in f32 are held against the one in f64: folding may not make the error larger than twice
that of the kept norms.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "test" / "golden"), str(ROOT / "bench" / "inference")]
import nets  # noqa: E402
from fold_batch_norm import Model, compile_text  # noqa: E402
from library import DTYPES  # noqa: E402



def resnet(dlc_models, name):
    text = subprocess.run([dlc_models, name, "--batch=1", "--image=3x16x16"], capture_output=True, text=True,
                          check=True).stdout
    # The learning rate is of the steps that go.
    return re.sub(r"  dl\.hparam .*?\n|  dl\.step @(?!predict).*?\n  \}\n", "", text, flags=re.DOTALL)


def prediction(library, x, values, dtype):
    model = Model(library)
    model.set({key: value.astype(dtype) for key, value in values.items()})
    outputs = library.steps["predict"][1].outputs[0]
    y = np.full([outputs.shape[d] for d in range(outputs.rank)], np.nan, dtype)
    model.run("predict", x if x.dtype == np.uint8 else x.astype(dtype), y)
    model.close()
    return y.astype(np.float64)


def random_state(entries, statistics, rng):
    """Numbers of f32 for all parameters and buffers."""
    values = {}
    norms = [e["name"].rpartition(".")[0] for e in entries if e["name"].endswith("running_var")]
    for entry in entries:
        if entry["kind"] not in ("param", "buffer"):
            continue
        norm, _, kind = entry["name"].rpartition(".")
        array = rng.standard_normal(entry["shape"], np.float32)
        if norm not in norms:
            array *= np.float32(1 / np.sqrt(np.prod(entry["shape"][1:])))
        elif kind in ("running_var", "weight"):
            array = np.abs(array) * 0.5 + 0.5
        # Few norms have variances of 1e-12: the products of many leave the range of f32.
        if statistics == "extreme" and norm in norms:
            places = np.arange(array.size)
            if kind == "weight":
                array[places % 3 == 1] *= -1
                array[places % 7 == 2] = 0
            elif kind == "running_var":
                array[places % 11 == 3] = 1e12
                if norms.index(norm) % 4 == 1:
                    array[places % 11 == 5] = 1e-12
        values[entry["name"]] = array
    return values


def compare(name, libraries, statistics):
    rng = np.random.default_rng(11)
    description = json.loads(libraries["f32", "kept"].table.contents.json)
    values = random_state(description["state"], statistics, rng)
    given = description["steps"][0]["inputs"][0]
    x = rng.integers(0, 256, given["shape"]).astype(np.uint8) if given["type"] == "ui8" \
        else rng.normal(size=given["shape"]).astype(np.float32)
    y = {key: prediction(library, x, values, DTYPES[key[0]]) for key, library in libraries.items()}
    exact = y["f64", "kept"]

    def error(got, want=exact):
        return np.max(np.abs(got - want)) / np.max(np.abs(exact))

    apart = {element: error(y[element, "folded"], y[element, "kept"]) for element in ("f32", "f64")}
    folded, kept = error(y["f32", "folded"]), error(y["f32", "kept"])
    right = apart["f64"] <= 1e-12 and folded <= 2 * kept + 1e-6 and \
        (statistics == "extreme" or apart["f32"] <= 1e-5)
    print(f"{name} {statistics}: {'agree' if right else 'DIFFER'}, f64 within {apart['f64']:.1e}, f32 "
          f"{apart['f32']:.1e}; error of f32 folded {folded:.1e}, kept {kept:.1e}", flush=True)


def main():
    dlc, dlc_models, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(exist_ok=True)
    programs = {"resnet18": resnet(dlc_models, "resnet18"),
                "resnet50": resnet(dlc_models, "resnet50"),
                "vgg11": nets.vgg11(2, 32, hidden=512).text("f32"),
                "mobilenet": nets.mobilenet(2, 32).text("f32"),
                "generator": nets.generator(2).text("f32")}
    for name, program in programs.items():
        libraries = {}
        level = "-O2" if name == "vgg11" else "-O0"
        for element in ("f32", "f64"):
            text = program.replace("xf32>", f"x{element}>").replace("<f32>", f"<{element}>")
            path = folder / f"{name}_{element}.so"
            libraries[element, "folded"] = compile_text(dlc, text, path, level)
            libraries[element, "kept"] = compile_text(
                dlc, text, folder / f"{name}_{element}_kept.so", level, "--leave-out=dl-fold-batch-norm")
            simple = subprocess.run([dlc, "--emit=simplify", path.with_suffix(".mlir")],
                                    capture_output=True, text=True, check=True).stdout
            step = simple[simple.index("func.func @predict"):]
            left = len(re.findall(r"dl\.(?:batch_norm|rsqrt|mul)", step))
            print(f"{name} {element}: {left} norms left", flush=True)
        for statistics in ["ordinary", "extreme"]:
            compare(name, libraries, statistics)


if __name__ == "__main__":
    main()
