# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints every model that dlc-models lists with another value of each of its options, every word
where words are chosen, and compiles it up to the phase of gradients. The program differs from
that of the defaults: no option is without effect.

usage: options.py DLC-MODELS DLC FOLDER
"""
import pathlib
import re
import subprocess
import sys

import every_model
from every_model import run

dlc_models, dlc, folder = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)


def others(name, option, value):
    """Values that the option takes beside its default."""
    if option == "image":
        return ["3x32x32"] if value == "1x28x28" else ["1x225x97"]
    if option == "directions":
        return ["2" if value == "1" else "1"]
    if value.isdigit() and value != "0":
        return ["4" if value == "8" else "8"]
    if option == "dropout":
        return ["0.25", "0"]
    # An error says which words there are.
    result = subprocess.run([dlc_models, name, f"--{option}", "?"], capture_output=True, text=True, check=False)
    return re.search(r"expected (.*)", result.stderr).group(1).split(", ")


tried = 0
for name, options in every_model.models(dlc_models).items():
    usual = run(dlc_models, name)
    for option, value in options.items():
        for other in others(name, option, value):
            if other == value:
                continue
            program = folder / "model.mlir"
            run(dlc_models, name, f"--{option}", other, "-o", program)
            if program.read_text() == usual:
                raise SystemExit(f"{name} --{option} {other} prints what --{option} {value} does")
            run(dlc, program, "--emit=grad", "-o", "/dev/null")
            tried += 1
print(f"{tried} choices")
