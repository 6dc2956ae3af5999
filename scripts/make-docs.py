#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes docs/phases.md, docs/ops.md, docs/status.md and a part of docs/architecture.md.

ops.md is made of the op definitions (include/dlc/Dialect/Dl/*.td, read by TableGen), status.md
of what `dlc --describe-ops` says is registered and of the tests that name an op; the
picture of architecture.md of what the build links (architecture.py).
With --check nothing is written; the exit status is 1 if a page is not up to date.
"""
import argparse
import csv
import difflib
import io
import json
import pathlib
import re
import subprocess
import sys
import textwrap

import architecture

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIALECT = ROOT / "include" / "dlc" / "Dialect" / "Dl"


def families():
    """The families of ops, as the CMakeLists.txt beside their definitions lists them."""
    text = (DIALECT / "CMakeLists.txt").read_text()
    return re.search(r"set\(families\s+(.*?)\)", text, re.S).group(1).split()


def read_ops(family, args):
    """The op records of one family, in the order of its file."""
    path = DIALECT / f"{family}.td"
    text = subprocess.run([args.tblgen, "--dump-json", "-I", args.include, "-I", ROOT / "include", path],
                          check=True, capture_output=True, text=True).stdout
    records = json.loads(text)
    ops = [records[name] for name in records["!instanceof"].get("Op", [])]

    # The location of a `def`; those of a class instantiated by it come after.
    def line(record):
        return int(record["!locs"][0].rsplit(":", 1)[1])
    return records, sorted((op for op in ops if op["opDialect"]["def"] == "Dl_Dialect"), key=line)


def heading(path):
    """What follows the dash in the first line of a .td file."""
    first = path.read_text().splitlines()[0]
    return re.search(r" - (.*?) -+(?:\*-|===//)", first).group(1)


def is_a(record, name):
    return name in record.get("!superclasses", [])


def describe_argument(records, argument):
    """(kind, name, what) of one entry of `arguments`; kind is operand or attribute."""
    value, name = argument
    record = records[value["def"]]
    optional = ""
    default = None
    while is_a(record, "DefaultValuedAttr") or is_a(record, "OptionalAttr"):
        if is_a(record, "DefaultValuedAttr"):
            default = record["defaultValue"]
        else:
            optional = "optional "
        record = records[record["baseAttr"]["def"]]
    if is_a(record, "Optional"):
        optional, record = "optional ", records[record["baseType"]["def"]]
    if is_a(record, "Variadic"):
        optional, record = "any number of ", records[record["baseType"]["def"]]
    kind = "attribute" if is_a(record, "Attr") else "operand"
    what = optional + (record.get("summary") or "value")
    if default not in (None, ""):
        what += f", default `{re.sub(r'::dlc::dl::', '', default)}`"
    return kind, name, what


def stopped_operands(records, op):
    """The operands of real numbers that are declared to have no gradient."""
    traits = [records[t["def"]] for t in op["traits"]]
    names = {name for t in traits if is_a(t, "Dl_NoGradient") for name in t["operands"]}
    arguments = [a for a in op["arguments"]["args"]
                 if describe_argument(records, a)[0] == "operand"]
    unknown = names - {name for _, name in arguments}
    assert not unknown, f"{op['opName']} has no operands {sorted(unknown)}"
    defined = {t["!name"] for t in traits}
    # What ends a body is where its derivative begins.
    if "Dl_NoDerivative" in defined and "Terminator" not in defined:
        names |= {name for value, name in arguments if has_floats(records, (value, name))}
    return names


def op_section(records, op):
    lines = [f"### `dl.{op['opName']}`", "", (op["summary"] or "").strip().capitalize()[:1]
             + (op["summary"] or "").strip()[1:] + "."]
    description = textwrap.dedent(op["description"] or "").strip()
    if description:
        lines += ["", description]
    rows = [describe_argument(records, a) for a in op["arguments"]["args"]]
    stopped = stopped_operands(records, op)
    rows = [(kind, name, what + ("; no gradient" if name in stopped else ""))
            for kind, name, what in rows]
    rows += [("result", name, describe_argument(records, (value, name))[2])
             for value, name in op["results"]["args"]]
    if rows:
        lines += ["", "| | name | is |", "|---|---|---|"]
        lines += [f"| {kind} | `{name}` | {what} |" for kind, name, what in rows]
    if any("float" in what for _, _, what in rows) and op.get("denormals"):
        lines += ["", f"[Denormals](#denormals): {op['denormals']}."]
    return lines + [""]


def rule_section(rule):
    """An update rule: what follows `dl.optimizer @name =`."""
    lines = [f"### `#dl.{rule['mnemonic']}`", "",
             f"{rule['summary'][0].upper()}{rule['summary'][1:]}.", "",
             textwrap.dedent(rule["description"]).strip()]
    return lines, [(name, value["def"]) for value, name in rule["parameters"]["args"]]


def parameter_rows(rows, records):
    """The table of an attribute's parameters."""
    lines = ["", "| parameter | is | default |", "|---|---|---|"]
    for name, definition in rows:
        parameter = records[definition]
        default = re.sub(r"^::mlir::FloatAttr::get\(.*, (.*)\)$|^.*::", r"\1",
                         parameter.get("defaultValue") or "")
        lines.append(f"| `{name}` | {parameter['summary']} | "
                     f"{f'`{default}`' if default else ''} |")
    return lines


def in_order(records, kind):
    """The records of a class, in the order of their file."""
    return sorted((records[name] for name in records["!instanceof"].get(kind, [])),
                  key=lambda record: int(record["!locs"][0].rsplit(":", 1)[1]))


def plain(text):
    return " ".join(text.split())


INITIALISERS = """\
### Initialisers

What stands behind the `=` of `dl.param` and `dl.buffer`. fan_in and fan_out are the numbers of inputs
that an output depends on and of outputs that depend on an input: of a weight of O x I x taps, I and O
times the number of taps. The numbers depend on the seed, the place of the entry in the model and the
index of the element alone.
""".splitlines() + [""]


def initialiser_sections(records):
    lines = list(INITIALISERS)
    for attr in in_order(records, "Dl_Initializer"):
        lines += [f"#### `{attr['mnemonic']}`", "",
                  f"{plain(attr['summary'])[0].upper()}{plain(attr['summary'])[1:]}.", ""]
        if attr["description"]:
            lines += [textwrap.dedent(attr["description"]).strip(), ""]
        lines += ["| | |", "|---|---|", f"| formula | {plain(attr['formula'])} |",
                  f"| source | {plain(attr['source'])} |", f"| PyTorch | `{attr['pytorch']}` |",
                  f"| default of | {plain(attr['defaultOf'])} |"]
        if attr["parameters"]["args"]:
            lines += parameter_rows([(name, value["def"])
                                     for value, name in attr["parameters"]["args"]], records)
        lines.append("")
    return lines


def rule_sections(records):
    """The update rules of a family, in the order of its file."""
    rules = [rule for rule in in_order(records, "AttrDef")
             if "Optimizer.td:" in rule["!locs"][0] and rule["mnemonic"]]
    lines = []
    for rule in rules:
        head, rows = rule_section(rule)
        lines += head + parameter_rows(rows, records) + [""]
    return lines


NUMBERS = """\
## Numbers and dimensions

An attribute that is a number may be written without a point (`{slope = 1}`), and an attribute that
names dimensions (`axis`, `axes`, `start_axis`, `dims`, `perm`) counts from the end where it is
negative, as in PyTorch: `{axis = -1}` is the last one. In braces and in `dense<...>` a number with an
exponent needs a point too, `1.0e-3`, because MLIR reads those; `dl.hparam`, initialisers, optimizers,
`lr(...)` and `dl.scale` take `1e-3` as well.
""".splitlines() + [""]

DENORMALS = """\
## Denormals

Steps compute with denormals flushed (below 2^-126 in f32, 2^-1022 in f64), which can be a
hundred times faster: an operand that is denormal counts as a zero of its sign, and a result
that would be denormal is one. So for x = 1e-40 `dl.sign`, `dl.ceil`, `dl.floor`, `dl.sqrt`,
`dl.relu` and `dl.mul` by any finite number give 0, `dl.max` of x and 0 is 0, `dl.compare eq` of x
and 0 is true, and `dl.reciprocal` and `dl.div` by x give an infinity. Sums, products, convolutions,
maxima and the order of `dl.sort` take it for 0 too. What moves, chooses or copies elements keeps
their bits, as do `dl.neg`, `dl.abs`, `dl.log1p` and `dl.expm1` (which are x where x is tiny); `dl.cast`
to `i1` and `dl.log` tell x from 0. An op that the
compiler replaces by its operand (x + 0, x * 1), by `dl.neg` (x * -1) or by a constant has the
result of what replaces it. The interpreter does what compiled steps do; a sum of products may be
flushed after each product or when it is complete.
""".splitlines() + [""]


def make_ops(args, _):
    lines = ["# The ops of `dl`", "",
             "Written by `scripts/docs` from the definitions in `include/dlc/Dialect/Dl`. Shapes and defaults are",
             "PyTorch's where PyTorch defines the operation. What is tested of each op is in",
             "[status.md](status.md).", ""]
    sections = []
    for family in families():
        records, ops = read_ops(family, args)
        if not ops:
            continue
        lines.append(f"- [{family}](#{family.lower()}): "
                     + ", ".join(f"`{op['opName']}`" for op in ops))
        sections += [f"## {family}", "", heading(DIALECT / f"{family}.td") + ".", ""]
        for op in ops:
            sections += op_section(records, op)
        if family == "Optimizer":
            sections += rule_sections(records)
        if family == "Model":
            sections += initialiser_sections(records)
    return "\n".join(lines + [""] + NUMBERS + DENORMALS + sections).rstrip() + "\n"


def golden_cases():
    """The number of golden cases that run each op; text of cases names them."""
    counts = {}
    for path in sorted((ROOT / "test" / "golden" / "data").glob("*/*.json")):
        for case in json.loads(path.read_text())["cases"]:
            text = " ".join(str(case.get(key, "")) for key in ("text", "members"))
            for name in set(re.findall(r"\bdl\.(\w+)", text)):
                counts[name] = counts.get(name, 0) + 1
    return counts


def lit_mentions(pattern):
    """Which ops the lit tests of that name pattern mention."""
    names = set()
    for path in sorted((ROOT / "test").rglob(pattern)):
        names |= set(re.findall(r"\bdl\.(\w+)", path.read_text()))
    return names


def has_floats(records, argument):
    """Whether an operand or result may hold real numbers."""
    return "float" in describe_argument(records, argument)[2]


def make_status(args, described):
    cases, round_trips = golden_cases(), lit_mentions("Dialect/Dl/*.mlir")
    messages = lit_mentions("Dialect/Dl/*-invalid.mlir")
    registered = {row["op"]: row for row in described}
    lines = ["# What is there of each op", "",
             "Written by `scripts/docs` from what is registered (`dlc --describe-ops`) and from the tests.",
             "", "- inference: the result's type follows from operands and attributes; elsewhere it is",
             "  written, and verified.",
             "- interpreter, lowering, gradient: `yes`; `parts` where the op is replaced by others that",
             "  have it; `-` where there is nothing to do: the op is gone before values are computed, or",
             "  has no operand or no result of real numbers.",
             "- round trip, messages: a test prints and reads it; a test of what is refused names it.",
             "- numbers: golden cases against PyTorch that run it, each in f32 and f64, interpreted, at",
             "  -O0, and at -O2 with one and two threads, with gradients.", "",
             "| op | inference | interpreter | lowering | gradient | round trip | messages | numbers |",
             "|---|---|---|---|---|---|---|---|"]

    def yes(flag):
        return "yes" if flag else "no"
    for family in families():
        records, ops = read_ops(family, args)
        for op in ops:
            name = op["opName"]
            row = registered.pop(name)
            gradient = row["gradient"]
            operands = [a for a in op["arguments"]["args"]
                        if describe_argument(records, a)[0] == "operand"]
            if gradient == "no" and not (any(has_floats(records, a) for a in operands) and
                                         any(has_floats(records, a) for a in op["results"]["args"])):
                gradient = "-"
            lines.append(f"| `{name}` | {row['inference']} | {row['interpreter']} |"
                         f" {row['lowering']} | {gradient} | {yes(name in round_trips)} |"
                         f" {yes(name in messages)} | {cases.get(name, 0) or '-'} |")
    assert not registered, f"registered, but in no family: {sorted(registered)}"
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", required=True)
    parser.add_argument("--tblgen", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--links", required=True)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()

    def ask(option):
        return subprocess.run([args.dlc, option], check=True, capture_output=True,
                              text=True).stdout
    described = list(csv.DictReader(io.StringIO(ask("--describe-ops"))))
    pages = {"phases.md": ask("--describe-phases"), "ops.md": make_ops(args, described),
             "status.md": make_status(args, described)}
    # Last: it reads what is said of the phases.
    pages["architecture.md"] = architecture.make(ROOT / "docs" / "architecture.md", args.links,
                                                 pages["phases.md"])
    stale = 0
    for name, text in pages.items():
        path = ROOT / "docs" / name
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        if not args.check:
            path.write_text(text)
            continue
        stale += 1
        print(f"docs/{name} is not as the code has it; run scripts/docs")
        sys.stdout.writelines(list(difflib.unified_diff(
            old.splitlines(True), text.splitlines(True), "committed", "made", n=0))[:20])
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
