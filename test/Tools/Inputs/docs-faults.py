# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What `scripts/docs --check` says of a tree in which one thing is wrong: docs-faults.py ROOT FOLDER

Each fault is put into a copy of what the pages are made from and of the pages; the rest of the tree is linked.
"""
import pathlib
import shutil
import subprocess
import sys

root, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
COPIED = {"docs", "include", "scripts", "README.md"}
SKIPPED = {".git", "build"}


def replace(old, new):
    def fault(path):
        text = path.read_text()
        assert old in text, f"{path.name} has no '{old}'"
        path.write_text(text.replace(old, new, 1))
    return fault


DL = "include/dlc/Dialect/Dl/"
FAULTS = [
    ("stale", "docs/ops/gone.md", lambda path: path.write_text("# Gone\n")),
    ("edited", "docs/ops/linear.md", replace("matrices", "tables")),
    ("missing", "docs/ops/linear.md", pathlib.Path.unlink),
    ("operand", DL + "Activation.td",
     replace('Arg<I64Attr, "channels that make one of y, 1 or more; divides C">', "I64Attr")),
    ("result", DL + "Activation.td",
     replace('Res<Dl_FloatTensor, "N x C/pieces x ..., of the element type of x">', 'Res<Dl_FloatTensor, "">')),
    ("anchor", DL + "Model.td", replace("](#denormals)", "](#subnormals)")),
    ("link", "README.md", replace("docs/ops/function.md#dlstep", "docs/ops/function.md#dlsteps"))]

for name, file, fault in FAULTS:
    tree = folder / name
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for entry in root.iterdir():
        if entry.name in SKIPPED:
            continue
        if entry.name not in COPIED:
            (tree / entry.name).symlink_to(entry)
        elif entry.is_dir():
            shutil.copytree(entry, tree / entry.name)
        else:
            shutil.copy(entry, tree / entry.name)
    fault(tree / file)
    run = subprocess.run([tree / "scripts" / "docs", "--check", "--without", "models.md"],
                         capture_output=True, text=True, check=False)
    first = (run.stdout + run.stderr).splitlines()[:1]
    print(f"{name}: {run.returncode}: {''.join(first)}")
