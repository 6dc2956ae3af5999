# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bytes that the transposes of each step move, before and after dl-choose-layout.

  bench/layout/transposes.py build/release/bin/dlc build/release/bin/dlc-models [NAME or FILE ...]

Without names: the models of dlc-models, the networks of bench/inference, of test/golden/networks
and of bench/layout/networks.py, and the example. One line for each step that has a transpose:
bytes a call, and bytes whenever the state has changed.
"""
import pathlib
import re
import subprocess
import sys

import networks

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRINTED = ["lenet5", "resnet18", "resnet34", "resnet50"]
BENCHED = ["vgg11", "mobilenet", "generator"]
REMARK = re.compile(r"dl-choose-layout: @(\S+): (\d+) transposes of (\d+) bytes a call \((\d+) of "
                    r"(\d+) before the choice\), \d+ of (\d+) bytes")


def program(name, dlc_models):
    if name in PRINTED:
        command = [dlc_models, name, "--batch", "4"]
    elif name in BENCHED:
        command = [sys.executable, ROOT / "bench/inference/nets.py", name, "--batch", "4"]
    elif name in networks.NETWORKS:
        return networks.program(name)
    else:
        return pathlib.Path(name).read_text()
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    dlc, dlc_models, *names = sys.argv[1:]
    files = [*sorted((ROOT / "test/golden/networks").glob("*.mlir")), *(ROOT / "examples").glob("*.mlir")]
    worse = 0
    for name in names or [*PRINTED, *BENCHED, *map(str, files), *networks.NETWORKS]:
        run = subprocess.run([dlc, "-", "--emit=simplify", "-o", "-",
                              "--remarks=dl-choose-layout"],
                             input=program(name, dlc_models), capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{name}: {run.stderr}")
        for step, number, after, had, before, changed in REMARK.findall(run.stderr):
            print(f"{pathlib.Path(name).stem} {step}: {before} bytes in {had} transposes before, "
                  f"{after} in {number} after; {changed} when the state has changed", flush=True)
            worse += int(after) > int(before)
    print(f"worse: {worse}")


if __name__ == "__main__":
    main()
