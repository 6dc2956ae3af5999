#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Opens the extents of every op and closes them again: open_steps.py DLC-OPT

The step of each golden case becomes a dl.func in which all extents are open, called by a step with
the types of the case; dl-instantiate-functions then has to make, op by op, the types that the case
has. What is not a function of the types of operands keeps its own: KEEPS names these ops.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

from program import Step, model_text

HERE = pathlib.Path(__file__).resolve().parent
KEEPS = {"constant", "iota", "uniform", "normal", "gumbel", "permutation", "bernoulli", "random_bits", "broadcast",
         "one_hot", "index_add", "scatter_add", "spmm", "conv2d_input_grad", "conv2d_filter_grad",
         "max_pool2d_scatter", "max_pool2d_gather", "step_count", "read_hparam"}
TENSOR = re.compile(r"tensor<[^>]*>")


def opened(kind):
    return re.sub(r"\d+x", "?x", kind)


class Function:
    """The body of a step in the generic form, with the extents of its values open."""

    def __init__(self):
        self.kinds, self.lines, self.ops = {}, [], set()
        self.loops = []

    def header(self, line):
        """Arguments of a block: of the function, or of a loop."""
        def argument(match):
            self.kinds[match[1]] = opened(match[2])
            return f"{match[1]}: {self.kinds[match[1]]}"
        self.lines.append(re.sub(r"(%\w+): (tensor<[^>]*>)", argument, line))

    def typed(self, names):
        return f"({', '.join(self.kinds[name] for name in names)})"

    def add(self, line):
        if line.lstrip().startswith("^bb0"):
            self.header(line)
            return
        made = re.match(r'\s*(?:(%\w+)(?::\d+)? = )?"dl\.(\w+)"\(([^)]*)\)(.*)$', line)
        if made and line.endswith("({"):
            self.loops.append((made, len(self.lines)))
            self.lines.append(line)
            return
        if not made:  # the end of a loop
            made, _ = self.loops.pop()
            given = re.match(r"(\s*\}\)) : \(.*\) -> (.*)$", line)
            head, tail = given[1], given[2]
        else:
            given = re.match(r"(.*) : \(.*?\) -> (.*)$", line)
            head, tail = given[1], given[2]
        name, op, operands = made[1], made[2], re.findall(r"%[\w#]+", made[3])
        self.ops.add(op)
        results = TENSOR.findall(tail)
        # Of what is reshaped one extent is open, unless it is empty: then any would do.
        open_one = (lambda kind: re.sub(r"\d+x(?=[a-z])", "?x", kind)) if op == "reshape" else opened
        keeps = op in KEEPS or (op == "reshape" and re.search(r"[<x]0x", results[0]))
        kinds = [kind if keeps else open_one(kind) for kind in results]
        for number, kind in enumerate(kinds):
            self.kinds[name if len(kinds) == 1 else f"{name}#{number}"] = kind
        tail = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
        self.lines.append(f"{head} : {self.typed(operands)} -> {tail}")


def bodies(text):
    """The lines between a callable and its end, by name and header."""
    found = {}
    for match in re.finditer(r'^    "dl\.(?:step|func)"\(\) <\{(.*?)\}> \(\{\n(.*?)^    \}\) : \(\) -> \(\)$', text,
                             re.M | re.S):
        found[re.search(r'sym_name = "([^"]*)"', match[1])[1]] = (match[1], match[2].rstrip("\n").split("\n"))
    return found


def numbered(lines):
    """Values by the order in which they appear."""
    names = {}
    return [re.sub(r"%\w+", lambda m: names.setdefault(m[0], f"%v{len(names)}"), line).strip() for line in lines]


def run(dlc_opt, text, *options):
    done = subprocess.run([dlc_opt, "--mlir-print-op-generic", *options], input=text, text=True, capture_output=True,
                          check=False)
    if done.returncode:
        sys.exit(f"{text}\n{done.stderr}")
    return done.stdout


def opened_model(text):
    """The model with each step as an open function that a step calls."""
    seen = set()
    members = []
    for name, (header, lines) in bodies(text).items():
        function = Function()
        for line in lines:
            function.add(line)
        seen |= function.ops
        names = re.search(r"arg_names = (\[.*?\])", header)[1]
        args, results = re.search(r"function_type = \((.*?)\) -> (.*?), result_names", header).groups()
        given = TENSOR.findall(results)
        last = re.match(r'.* : \((.*)\) -> \(\)$', function.lines[-1])[1]
        body = "\n".join(function.lines)
        values = "%r" if len(given) == 1 else ", ".join(f"%r#{i}" for i in range(len(given)))
        inputs = TENSOR.findall(args)
        operands = ", ".join(f"%x{i}" for i in range(len(inputs)))
        outputs = f"({', '.join(given)})" if len(given) != 1 else given[0]
        members.append(f'''
    "dl.func"() <{{arg_names = {names}, function_type = ({opened(args)}) -> ({last}), sym_name = "{name}.open"}}> ({{
{body}
    }}) : () -> ()
    "dl.step"() <{{{header}}}> ({{
    ^bb0({", ".join(f"%x{i}: {kind}" for i, kind in enumerate(inputs))}):
      %r{f":{len(given)}" if len(given) != 1 else ""} = "dl.call"({operands}) <{{callee = @"{name}.open"}}> : ({args}) -> {outputs}
      "dl.return"({values}) : ({", ".join(given)}) -> ()
    }}) : () -> ()''')
    steps = r'^    "dl\.step"\(\) <\{.*?^    \}\) : \(\) -> \(\)\n'
    rest = re.sub(steps, "", text, flags=re.M | re.S)
    # The members go behind the last entry of the model.
    at = rest.rindex("  }) : () -> ()")
    return rest[:at] + "\n".join(members) + "\n" + rest[at:], seen


def main():
    dlc_opt, = sys.argv[1:]
    cases, ops = 0, set()
    for path in sorted((HERE / "data").glob("*/*.json")):
        record = json.loads(path.read_text())
        data = np.load(path.with_suffix(".npz"))
        op = record["op"]
        steps = [Step(op, case, "f32", data) for case in record["cases"] if "f32" in case["types"]]
        if not steps:
            continue
        closed = run(dlc_opt, model_text(steps))
        text, seen = opened_model(closed)
        ops |= seen
        made = bodies(run(dlc_opt, text, "--pass-pipeline=builtin.module(dl.model(dl-instantiate-functions))"))
        for name, (_, lines) in bodies(closed).items():
            got = numbered(made[f"{name}.open"][1])
            if got != numbered(lines):
                for ours, theirs in zip(got, numbered(lines)):
                    if ours != theirs:
                        sys.exit(f"{op} {name}:\n{ours}\nexpected\n{theirs}")
                sys.exit(f"{op} {name}: other lines")
            cases += 1
    if cases < 1000 or len(ops) < 120:
        sys.exit(f"only {cases} cases of {len(ops)} ops")
    print("every case has its types again")


if __name__ == "__main__":
    main()
