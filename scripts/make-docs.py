#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes docs/phases.md, docs/ops.md, docs/ops/, docs/status.md, docs/models.md, docs/models/ and a part
of docs/architecture.md.

ops.md and a page for each family in ops/ are made of the op definitions
(include/dlc/Dialect/Dl/*.td, read by TableGen), status.md of what `dlc --describe-ops` says is registered and of the tests that name an op; the
picture of architecture.md of what the build links (architecture.py), models.md and the
pictures in models/ of what dlc-models prints (model_page.py).
With --check nothing is written; the exit status is 1 if a page is not up to date.
"""
import argparse
import csv
import difflib
import functools
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import architecture
import model_page
import op_arguments
from op_arguments import is_a

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIALECT = ROOT / "include" / "dlc" / "Dialect" / "Dl"


def families():
    """The families of ops, as the CMakeLists.txt beside their definitions lists them."""
    text = (DIALECT / "CMakeLists.txt").read_text()
    return re.search(r"set\(families\s+(.*?)\)", text, re.S).group(1).split()


@functools.cache
def read_records(path, tblgen, include):
    """The records of a .td file, which several pages need."""
    text = subprocess.run([tblgen, "--dump-json", "-I", include, "-I", ROOT / "include", path],
                          check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def read_ops(family, args):
    """The op records of one family, in the order of its file."""
    records = read_records(DIALECT / f"{family}.td", args.tblgen, args.include)
    ops = [records[name] for name in records["!instanceof"].get("Op", [])]

    # The location of a `def`; those of a class instantiated by it come after.
    def line(record):
        return int(record["!locs"][0].rsplit(":", 1)[1])
    return records, sorted((op for op in ops if op["opDialect"]["def"] == "Dl_Dialect"), key=line)


def heading(path):
    """What follows the dash in the first line of a .td file."""
    first = path.read_text().splitlines()[0]
    return re.search(r" - (.*?) -+(?:\*-|===//)", first).group(1)


def stopped_operands(records, op, arguments):
    """The operands of real numbers that are declared to have no gradient."""
    traits = [records[t["def"]] for t in op["traits"]]
    names = {name for t in traits if is_a(t, "Dl_NoGradient") for name in t["operands"]}
    operands = [a for a in arguments if a.kind == "operand"]
    unknown = names - {a.name for a in operands}
    assert not unknown, f"{op['opName']} has no operands {sorted(unknown)}"
    defined = {t["!name"] for t in traits}
    # What ends a body is where its derivative begins.
    if "Dl_NoDerivative" in defined and "Terminator" not in defined:
        names |= {a.name for a in operands if a.has_floats}
    return names


def sentence(text):
    """A summary as a sentence. What begins with a formula, such as `x` or `max(x, 0)`, keeps its case."""
    text = re.sub(r"(?<![`.\w])torch(?:\.\w+)+", r"`\g<0>`", text.strip())
    if re.match(r"(a|[a-z]{2,})( [\w(`|]|[,;:]|$)", text):
        text = text[0].upper() + text[1:]
    return text + "."


def cell(text):
    """Text in a table."""
    return text.replace("|", "\\|")


def op_section(records, op, family):
    lines = [f"## `dl.{op['opName']}`", "", sentence(op["summary"])]
    description = textwrap.dedent(op["description"] or "").strip()
    if description:
        lines += ["", description]
    arguments = op_arguments.describe_all(records, op, f"{family}.td: dl.{op['opName']}")
    stopped = stopped_operands(records, op, arguments)
    if arguments:
        lines += ["", "| name | type | what |", "|---|---|---|"]
        lines += [f"| {a.kind} `{a.name}` | {a.types} | {cell(a.what)}"
                  + ("; no gradient" if a.kind == "operand" and a.name in stopped else "") + " |"
                  for a in arguments]
    if any(a.has_floats for a in arguments) and op.get("denormals"):
        lines += ["", f"[Denormals](#denormals): {op['denormals']}."]
    return lines + [""]


def rule_section(rule):
    """An update rule: what follows `dl.optimizer @name =`."""
    lines = [f"## `#dl.{rule['mnemonic']}`", "",
             sentence(rule["summary"]), "",
             textwrap.dedent(rule["description"]).strip()]
    return lines, [(name, value["def"]) for value, name in rule["parameters"]["args"]]


def parameter_rows(rows, records):
    """The table of an attribute's parameters."""
    lines = ["", "| parameter | is | default |", "|---|---|---|"]
    for name, definition in rows:
        parameter = records[definition]
        default = re.sub(r"^::mlir::FloatAttr::get\(.*, (.*)\)$|^.*::", r"\1",
                         parameter.get("defaultValue") or "")
        # A case of an enumeration, as it is written.
        default = re.sub(r"(?<!^)(?=[A-Z])", "_", default).lower() if re.fullmatch(r"(?:[A-Z][a-z]+)+", default) else default
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
## Initialisers

The initialisers that may follow the `=` of `dl.param` and `dl.buffer`. fan_in and fan_out are the numbers of
inputs that an output depends on and of outputs that depend on an input: for a weight of O x I x taps, I and O
times the number of taps. The values depend on the seed, the position of the entry in the model and the
index of the element alone.
""".splitlines() + [""]


def initialiser_sections(records):
    lines = list(INITIALISERS)
    for attr in in_order(records, "Dl_Initializer"):
        lines += [f"### `{attr['mnemonic']}`", "",
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


DENORMALS = """\
## Denormals

Steps compute with denormals flushed (below 2^-126 in f32, 2^-1022 in f64), which can be a
hundred times faster: an operand that is denormal counts as a zero of its sign, and a result
that would be denormal is a zero. So for x = 1e-40 `dl.sign`, `dl.ceil`, `dl.floor`, `dl.sqrt`,
`dl.relu` and `dl.mul` by any finite number give 0, `dl.max` of x and 0 is 0, `dl.compare eq` of x
and 0 is true, and `dl.reciprocal` and `dl.div` by x give an infinity. Sums, products, convolutions,
maxima and the order of `dl.sort` treat it as 0 too. Ops that move, choose or copy elements keep
their bits, as do `dl.neg`, `dl.abs`, `dl.log1p` and `dl.expm1` (which are x where x is tiny); `dl.cast`
to `i1` and `dl.log` tell x from 0. If the
compiler replaces an op by its operand (x + 0, x * 1), by `dl.neg` (x * -1) or by a constant, the result is
that of the replacement. The interpreter flushes as compiled steps do; a sum of products may be
flushed after each product or when it is complete.
""".splitlines() + [""]


TYPES = """\
## Types and shapes

A value is a tensor whose shape is known to the compiler: `tensor<8x3x32x32xf32>`, or `tensor<f32>`, a
scalar. An extent may be 0 unless a table says otherwise. The product of the extents is at most 2^40, with 0
counted as 1. Element types are `f32` and `f64` (real numbers), `i8`, `ui8`, `i32` and `i64` (integers; `ui8` is
unsigned) and `i1` (booleans). Only [dl.cast](#dlcast) converts between types.

The tables of the pages list operands, attributes and results by name. The column `type` lists the element
types that a value may have. Operands and results of one op with the same entry have the same element type,
unless the text says otherwise. The last column describes the value and its shape:

- Letters are extents, in one table the same letter the same extent. N is the batch, C the channels or
  classes, H x W the rows and columns of an image, KH x KW those of the window.
- `...` is any number of dimensions, including none.
- A shape of one letter is that of a vector: if C is 16, the shape C is `tensor<16xf32>`.
- Shapes *broadcast* as in NumPy: aligned at the last dimension, an extent of 1 (or a missing dimension) matches
  any other.
- Dimensions are numbered from 0. An attribute that names them (`axis`, `axes`, `start_axis`, `dims`, `perm`) counts
  from the end where it is negative, as in PyTorch: `axis = -1` is the last one. The order of `axes` makes no difference.

Attributes stand in braces behind the operands, unless the example shows words of their own for them: a number
as `slope = 0.2` or `slope = 1`, whole numbers as `stride = [2, 2]`, a flag as its name alone. Those with a default or marked
optional may be left out. In braces and in `dense<...>` a number with an exponent needs a point, `1.0e-3`, because MLIR parses
those; `dl.hparam`, initialisers, optimizers, `lr(...)` and `dl.scale` take `1e-3` as well. *No gradient* marks an operand of real numbers that has no gradient.
""".splitlines() + [""]


def family_page(family, records, ops):
    lines = []
    for op in ops:
        lines += op_section(records, op, family)
    if family == "Optimizer":
        lines += rule_sections(records)
    if family == "Model":
        lines += initialiser_sections(records)
    text = "\n".join(lines).rstrip() + "\n"
    return "\n".join([
        f"# {family}", "", sentence(heading(DIALECT / f"{family}.td"))
        + " [Types and shapes](#types-and-shapes) explains the tables.", "",
        "On this page: " + ", ".join(f"[{name}](#{anchor})" for name, anchor, _ in entries(text)) + ".",
        "", text])


def entries(text):
    """(name, anchor, first sentence) of what a page describes."""
    return [(name.removeprefix("dl."), re.sub(r"\W", "", name), first)
            for name, first in re.findall(r"^## `(.*?)`\n\n(.*)\.$", text, re.M)]


def anchors(text):
    """The anchors of the headings of a page, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    return [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")
            for head in re.findall(r"^#+ +(.*?) *$", prose, re.M)]


def resolve_links(pages):
    """Puts the page that has the heading into each link that is an anchor alone.

    A heading of the page itself comes before those of others.
    """
    places = {}
    for page, text in pages.items():
        for anchor in anchors(text):
            places.setdefault(anchor, []).append(page)

    def resolve(page, anchor):
        there = places.get(anchor, [])
        if page in there:
            return f"](#{anchor})"
        if len(there) != 1:
            raise SystemExit(f"docs/{page} links to #{anchor}, a heading of "
                             f"{' and '.join(f'docs/{t}' for t in there) or 'no page of the ops'}")
        folder = pathlib.PurePosixPath(page).parent
        target = os.path.relpath(there[0], folder)
        return f"]({target}#{anchor})"
    return {page: re.sub(r"\]\(#([\w-]+)\)", lambda link, page=page: resolve(page, link[1]), text)
            for page, text in pages.items()}


def dead_links(pages):
    """Links from any page of the project to a heading that is not there; `pages` are those made here."""
    texts = {ROOT / "docs" / name: text for name, text in pages.items()}
    for pattern in ("*.md", "docs/*.md", "lib/**/*.md"):
        for path in ROOT.glob(pattern):
            texts.setdefault(path, path.read_text())
    found = []
    for path, text in sorted(texts.items()):
        for file, anchor in re.findall(r"\]\(([\w./-]*\.md)?#([\w-]+)\)", text):
            target = pathlib.Path(os.path.normpath(path.parent / file)) if file else path
            if anchor not in anchors(texts.get(target, "")):
                found.append(f"{path.relative_to(ROOT)} links to {file}#{anchor}, which no heading is")
    return found


def make_ops(args):
    """ops.md, the index, and the page of each family."""
    pages = {}
    lines = ["# The ops of `dl`", "",
             "[A page for each family of ops](#families), written by `scripts/docs` from the definitions in",
             "`include/dlc/Dialect/Dl`. Shapes and defaults are PyTorch's where PyTorch defines the operation.",
             "[status.md](status.md) lists the tests of each op.", ""]
    lines += TYPES + DENORMALS + ["## Families", ""]
    for family in families():
        records, ops = read_ops(family, args)
        if not ops:
            continue
        page = pages[f"ops/{family.lower()}.md"] = family_page(family, records, ops)
        listed = {name for name, _, _ in entries(page)}
        assert listed >= {op["opName"] for op in ops}, f"{family}: the index lists {sorted(listed)}"
        lines += [f"### [{family}](ops/{family.lower()}.md)", "",
                  sentence(heading(DIALECT / f"{family}.td")), "", "| | |", "|---|---|"]
        # Behind a semicolon stand details, such as the gradient.
        lines += [f"| [{name}](#{anchor}) | {cell(first.split('; ')[0])} |"
                  for name, anchor, first in entries(page)]
        lines.append("")
    return resolve_links({"ops.md": "\n".join(lines).rstrip() + "\n", **pages})


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


def make_status(args, described):
    cases, round_trips = golden_cases(), lit_mentions("Dialect/Dl/*.mlir")
    messages = lit_mentions("Dialect/Dl/*-invalid.mlir")
    registered = {row["op"]: row for row in described}
    lines = ["# Status of each op", "",
             "Written by `scripts/docs` from the registered ops (`dlc --describe-ops`) and from the tests.",
             "", "- inference: `yes` if the result's type follows from operands and attributes; otherwise the",
             "  program states it, and the op verifies it.",
             "- interpreter, lowering, gradient: `yes`; `parts` if ops that have it replace this one;",
             "  `-` if the op needs none: it is replaced before values are computed, or has no operand or",
             "  no result of real numbers.",
             "- round trip, messages: a test prints and parses it; a test of error messages names it.",
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
            arguments = op_arguments.describe_all(records, op, f"{family}.td: dl.{name}")
            real = {a.kind for a in arguments if a.has_floats}
            if gradient == "no" and not {"operand", "result"} <= real:
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
    parser.add_argument("--without", action="append", default=[], choices=["models.md"],
                        help="leave out the page that runs the compiler for each model")
    args = parser.parse_args()

    def ask(option):
        return subprocess.run([args.dlc, option], check=True, capture_output=True,
                              text=True).stdout
    described = list(csv.DictReader(io.StringIO(ask("--describe-ops"))))
    pages = {"phases.md": ask("--describe-phases"), **make_ops(args),
             "status.md": make_status(args, described)}
    if "models.md" not in args.without:
        pages |= model_page.make(args.dlc)
    # Last: it reads what is said of the phases.
    pages["architecture.md"] = architecture.make(ROOT / "docs" / "architecture.md", args.links,
                                                 pages["phases.md"])
    faults = dead_links(pages)
    if faults:
        raise SystemExit("\n".join(faults))
    stale = 0
    folders = ["ops"] + ["models"] * ("models.md" in pages)
    for path in sorted(path for folder in folders for path in (ROOT / "docs" / folder).glob("*")):
        name = f"{path.parent.name}/{path.name}"
        if name in pages:
            continue
        if not args.check:
            path.unlink()
            continue
        stale += 1
        print(f"docs/{name} is of no family of ops and of no model; run scripts/docs")
    for name, text in pages.items():
        path = ROOT / "docs" / name
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        if not args.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            continue
        stale += 1
        print(f"docs/{name} is not as the code has it; run scripts/docs")
        sys.stdout.writelines(list(difflib.unified_diff(
            old.splitlines(True), text.splitlines(True), "committed", "made", n=0))[:20])
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
