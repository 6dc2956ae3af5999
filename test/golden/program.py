# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a record of golden data to the step of a model, its arrays, and what it should give."""
import re

import numpy as np

TOLERANCES = {"f32": 1e-5, "f64": 1e-12}
DTYPES = {"f32": np.float32, "f64": np.float64, "i1": np.bool_, "i8": np.int8, "ui8": np.uint8,
          "i32": np.int32, "i64": np.int64}


class Step:
    """One case in one float type: the text of its step, its arrays, what it should give."""

    def __init__(self, op, record, float_type, data):
        self.op, self.record, self.float_type = op, record, float_type
        self.name = f"{op}_{record['name']}"
        self.inputs = dict(record["inputs"])
        self.wanted = record["gradients"]
        self.summed = [name for name, (element, _) in record["outputs"].items()
                       if element == "float"] if self.wanted else []
        self.inputs |= {f"d_{name}": record["outputs"][name] for name in self.summed}
        self.outputs = record["outputs"] | {f"d{name}": self.inputs[name] for name in self.wanted}
        self.state = record.get("state", {})
        tolerance = record.get("tolerance", {}).get(float_type)
        self.tolerance = TOLERANCES[float_type] if tolerance is None else tolerance

        def load(name, spec):
            with np.errstate(over="ignore", under="ignore"):
                return data[f"{record['name']}/{name}"].astype(self.dtype(spec))

        self.given = {name: load(name, spec) for name, spec in self.inputs.items()}
        self.expected = {name: load(name, spec) for name, spec in self.outputs.items()}
        self.before = {name: load(f"before/{name}", spec) for name, spec in self.state.items()}
        self.expected |= {f"@{name}": load(f"after/{name}", spec)
                          for name, spec in self.state.items()}

    def dtype(self, spec):
        return DTYPES[self.float_type if spec[0] == "float" else spec[0]]

    def type(self, spec):
        element = self.float_type if spec[0] == "float" else spec[0]
        return f"tensor<{'x'.join(str(extent) for extent in [*spec[1], element])}>"

    def entry(self, name):
        """The name of a state entry in the model."""
        return f"{self.name}.{name}"

    def expand(self, line):
        """Types for {x}; the entries of the case for @x, and for patterns of minimize."""
        specs = self.state | self.outputs | self.inputs

        def in_braces(match):
            name = match[1]
            return (self.float_type if name == "float" else
                    self.type(specs[name]) if name in specs else match[0])

        def patterns(match):
            return match[1] + re.sub(r'"([^"]*)"', lambda p: f'"{self.entry(p[1])}"', match[2])

        line = re.sub(r"\{(\w+)\}", in_braces, line)
        line = re.sub(r"(\bover )(\[[^\]]*\])", patterns, line)
        return re.sub(r"@([\w.]+)", lambda m: f"@{self.entry(m[1])}"
                      if m[1] in self.own else m[0], line)

    def text(self):
        """The members of the case and its step."""
        members = self.record.get("members", [])
        self.own = {name for line in members for name in re.findall(r"^dl\.\w+ +@([\w.]+)", line)}
        body = [self.expand(line) for line in self.record["text"]] + self.gradient()
        arguments = ", ".join(f"%{name}: {self.type(spec)}" for name, spec in self.inputs.items())
        results = ", ".join(f"{name}: {self.type(spec)}" for name, spec in self.outputs.items())
        types = ", ".join(self.type(spec) for spec in self.outputs.values())
        return "".join([
            *(f"  {self.expand(line)}\n" for line in members),
            f"  dl.step @{self.name}({arguments}) -> ({results}) {{\n",
            *(f"    {line}\n" for line in body),
            f"    dl.return {', '.join(f'%{name}' for name in self.outputs)} : {types}\n",
            "  }\n"])

    def gradient(self):
        """d<input> of the sum over the outputs of output * cotangent."""
        if not self.wanted:
            return []
        scalar, lines, total = self.type(["float", []]), [], None
        for name in self.summed:
            spec = self.outputs[name]
            part = f"%_part_{name}"
            lines.append(f"{part} = dl.mul %{name}, %d_{name} : {self.type(spec)}")
            if spec[1]:
                axes = list(range(len(spec[1])))
                lines.append(f"%_sum_{name} = dl.reduce_sum {part} {{axes = {axes}}}"
                             f" : {self.type(spec)} -> {scalar}")
                part = f"%_sum_{name}"
            if total is not None:
                lines.append(f"%_until_{name} = dl.add {total}, {part} : {scalar}")
                part = f"%_until_{name}"
            total = part
        results = ", ".join(f"%d{name}" for name in self.wanted)
        targets = ", ".join(f"%{name}" for name in self.wanted)
        types = ", ".join(self.type(self.inputs[name]) for name in self.wanted)
        return [*lines, f"{results} = dl.gradient {total} wrt {targets} : {scalar} -> {types}"]


def model_text(steps):
    return "".join(["dl.model @golden {\n", *(step.text() for step in steps), "}\n"])
