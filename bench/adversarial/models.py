# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adversarial models for loops.py and compare.py: their programs, and the twins of all files *twins.py here."""
import csv
import importlib
import io
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def twins():
    """The class of each model that has a twin."""
    found = {}
    for file in sorted(HERE.glob("*twins.py")):
        found |= importlib.import_module(file.stem).TWINS
    return found


def number(word):
    try:
        return int(word)
    except ValueError:
        try:
            return float(word)
        except ValueError:
            return word


class Program:
    """The text of a model, its options, and the calls of its cycle: [("train_d", 0), ...], the step and
    which batch of the cycle it is on."""

    def __init__(self, name, tools, **chosen):
        self.name = name
        if name.endswith(".mlir"):
            self.text = (ROOT / name).read_text(encoding="utf-8")
            cycle, self.options = re.search(r"--cycle (\S+)", self.text).group(1), {}
        else:
            row = next(row for row in csv.DictReader(io.StringIO(run(tools / "dlc-models", "--describe-models")))
                       if row["name"] == name)
            words, cycle = row["options"].split(), row["cycle"] or "train"
            self.options = {key[2:]: number(value) for key, value in zip(words[::2], words[1::2])}
            chosen = {key: value for key, value in chosen.items() if key in self.options}
            self.options |= chosen
            self.text = run(tools / "dlc-models", name,
                            *[word for key, value in chosen.items() for word in (f"--{key}", value)])
        self.described, self.cycle, batches = cycle, [], -1
        for before, step, times in re.findall(r"(^|[,+])(\w+)(?:\*(\d+))?", cycle):
            for _ in range(int(times or 1)):
                batches += before != "+"
                self.cycle.append((step, max(batches, 0)))
        self.batches = batches + 1

    def steps(self):
        return list(dict.fromkeys(step for step, _ in self.cycle))

    def in_f64(self):
        text = re.sub(r"(x|tensor<)f32>", r"\1f64>", self.text)
        self.text = re.sub(r"(dl\.hparam @\w+) =", r"\1 : tensor<f64> =", text)

    def with_plain_descent(self):
        """Every optimizer is SGD, so that a step moves parameters by their gradients, and nothing is clipped."""
        self.text = re.sub(r"(dl\.optimizer @\w+ = ).*", r"\1#dl.sgd", self.text)
        self.text = re.sub(r" clip_weights\([^)]*\)", "", self.text)
        # Whatever the schedule of the rate is.
        self.text = re.sub(r"%\w+ = dl\.call @rate\(\) : \(\) -> (tensor<f\d+>)", r"%lr = dl.read_hparam @lr : \1",
                           self.text)

    def with_draws(self):
        """What the steps draw are inputs of them, `draw0` and so on; their shapes and kinds by step."""
        found = {}
        for step in self.steps():
            begin = self.text.index(f"dl.step @{step}(")
            end = self.text.index("\n  }", begin)
            draws = []

            def replace(match):
                value, kind, shape, element = match.groups()
                draws.append((kind, [int(extent) for extent in shape.split("x")[:-1]], value, element))
                return ""
            body = re.sub(r" *(%\w+) = dl\.(normal|uniform) : tensor<((?:\d+x)+)(f\d+)>\n", replace,
                          self.text[begin:end])
            for place, (_, shape, value, _) in enumerate(draws):
                body = re.sub(rf"{value}\b", f"%draw{place}", body)
            given = [f"%draw{place}: tensor<{'x'.join(map(str, shape))}x{element}>"
                     for place, (_, shape, _, element) in enumerate(draws)]
            head, tail = body.split(")", 1)
            head += (", " if not head.endswith("(") else "") + ", ".join(given)
            self.text = self.text[:begin] + head + ")" + tail + self.text[end:]
            found[step] = [(kind, shape) for kind, shape, _, _ in draws]
        return found
