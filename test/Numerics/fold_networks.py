# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole networks with folded and with kept batch norms: fold_networks.py DLC DLC_MODELS FOLDER

ResNet-18 and -50 at their own size, VGG-11, a net of depthwise convolutions and one of transposed
ones at a smaller size, in f32 and f64, with random statistics. Nothing of a norm is left in the
folded program, and the predictions agree.
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

TOLERANCE = {"f32": 1e-5, "f64": 1e-12}


def resnet(dlc_models, name):
    text = subprocess.run([dlc_models, name, "--batch=1"], capture_output=True, text=True,
                          check=True).stdout
    return re.sub(r"  dl\.step @(?!predict).*?\n  \}\n", "", text, flags=re.DOTALL)


def predictions(library, x, values):
    model = Model(library)
    model.set(values)
    outputs = library.steps["predict"][1].outputs[0]
    shape = tuple(outputs.shape[d] for d in range(outputs.rank))
    y = np.full(shape, np.nan, DTYPES["f64" if outputs.type == 1 else "f32"])
    model.run("predict", x, y)
    model.close()
    return y


def main():
    dlc, dlc_models, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(exist_ok=True)
    programs = {"resnet18": resnet(dlc_models, "resnet18"),
                "resnet50": resnet(dlc_models, "resnet50"),
                "vgg11": nets.vgg11(2, 32).text("f32"),
                "mobilenet": nets.mobilenet(2, 64).text("f32"),
                "generator": nets.generator(2).text("f32")}
    for name, program in programs.items():
        for element in ["f32", "f64"]:
            text = program.replace("xf32>", f"x{element}>").replace("<f32>", f"<{element}>")
            folded = compile_text(dlc, text, folder / f"{name}_{element}.so")
            kept = compile_text(dlc, text, folder / f"{name}_{element}_kept.so",
                                "--leave-out=dl-fold-batch-norm")
            simple = subprocess.run([dlc, "--emit=simplify", folder / f"{name}_{element}.mlir"],
                                    capture_output=True, text=True, check=True).stdout
            step = simple[simple.index("func.func @predict"):]
            left = len(re.findall(r"dl\.(?:batch_norm|rsqrt|mul)", step))
            rng = np.random.default_rng(11)
            description = json.loads(folded.table.contents.json)
            values = {}
            for entry in description["state"]:
                if "running" in entry["name"] or ".bn" in entry["name"] or \
                        re.match(r"bn\d|.*downsample\.1", entry["name"]):
                    array = rng.normal(size=entry["shape"])
                    if entry["name"].endswith(("var", "weight")):
                        array = np.abs(array) * 0.5 + 0.5
                    values[entry["name"]] = array.astype(DTYPES[element])
            given = description["steps"][0]["inputs"][0]
            x = rng.integers(0, 256, given["shape"]).astype(np.uint8) if given["type"] == "ui8" \
                else rng.normal(size=given["shape"]).astype(DTYPES[element])
            got, want = (predictions(library, x, values) for library in (folded, kept))
            error = np.max(np.abs(got - want)) / np.max(np.abs(want))
            print(f"{name} {element}: {len(values)} random entries, {left} norms left, "
                  f"{'agree' if error <= TOLERANCE[element] else 'DIFFER'} within {error:.1e}",
                  flush=True)


if __name__ == "__main__":
    main()
