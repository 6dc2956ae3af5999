# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks with chosen layouts against the same without: choose_layout.py DLC FOLDER

Each network of bench/layout/networks.py is compiled in f64 with dl-choose-layout and without it.
From the same state both train two steps and predict: outputs and the whole state agree. What the
pass moves fewer is printed. The code is that of -O0: the pass is held to the program, not to how
fast it runs.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "bench" / "layout"), str(ROOT / "test" / "golden")]
from fold_batch_norm import Model, compile_text  # noqa: E402
from networks import NETWORKS, program  # noqa: E402

TOLERANCE = 1e-12
REMARK = re.compile(r"@(\w+): \d+ transposes of (\d+) bytes a call \(\d+ of (\d+) before")


def run(library, inputs, state):
    """Everything that two training steps and a prediction leave."""
    model = Model(library, threads=1)
    model.set(state)
    description = json.loads(library.table.contents.json)
    results = {}
    for call, step in enumerate(["train", "train", "predict"]):
        outputs = next(s for s in description["steps"] if s["name"] == step)["outputs"]
        arrays = {o["name"]: np.full(o["shape"], np.nan) for o in outputs}
        model.run(step, *inputs.values(), *arrays.values())
        results.update({f"{step} {call} {name}": array for name, array in arrays.items()})
    for name, array in state.items():
        results[name] = np.empty_like(array)
        library.check(library.api.get(model.handle, name.encode(), results[name].ctypes.data,
                                      array.nbytes), name, model.handle)
    model.close()
    return results


def main():
    dlc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    for name in NETWORKS:
        text = program(name, "f64")
        chosen = compile_text(dlc, text, folder / f"{name}.so", "-O0")
        kept = compile_text(dlc, text, folder / f"{name}_kept.so", "-O0",
                            "--leave-out=dl-choose-layout")
        remarks = subprocess.run([dlc, folder / f"{name}.mlir", "--emit=simplify", "-o", "/dev/null",
                                  "--remarks=dl-choose-layout"],
                                 capture_output=True, text=True, check=True).stderr
        rng = np.random.default_rng(5)
        description = json.loads(chosen.table.contents.json)
        state = {e["name"]: rng.normal(size=e["shape"]) * 0.3 for e in description["state"]
                 if e["name"].startswith("p")}
        inputs = {i["name"]: rng.normal(size=i["shape"]) for i in description["steps"][0]["inputs"]}
        got, want = run(chosen, inputs, state), run(kept, inputs, state)
        worst = max(np.max(np.abs(got[k] - want[k])) / max(np.max(np.abs(want[k])), 1e-300)
                    for k in want)
        finite = all(np.all(np.isfinite(array)) for array in want.values())
        moved = ", ".join(f"{step} {int(before) - int(after)} bytes fewer"
                          for step, after, before in REMARK.findall(remarks))
        print(f"{name}: {len(state)} entries {'agree' if finite and worst <= TOLERANCE else 'DIFFER'} "
              f"within {worst:.0e}, {moved}", flush=True)


if __name__ == "__main__":
    main()
