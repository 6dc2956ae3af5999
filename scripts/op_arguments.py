# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the op definitions say of operands, results and attributes, for make-docs.py.

`records` is what `llvm-tblgen --dump-json` gives. The description is the text of `Arg<...>` or `Res<...>`,
which has to be there; the words for the type follow from the constraint.
"""
import dataclasses
import re

# The element types of `dl` in the order of Dl_Tensor, which is "any type".
ELEMENTS = ["f32", "f64", "i1", "i8", "ui8", "i32", "i64"]
NUMBERS = [name for name in ELEMENTS if name != "i1"]

# What an attribute is written as, by its definition or a class of it.
ATTRIBUTES = {
    "UnitAttr": "flag", "BoolAttr": "`true` or `false`", "FloatAttrBase": "number", "I64Attr": "whole number",
    "I64ArrayAttr": "whole numbers", "I64SmallVectorArrayAttr": "whole numbers",
    "DenseI64ArrayAttr": "whole numbers", "SymbolNameAttr": "symbol", "FlatSymbolRefAttr": "symbol",
    "StringBasedAttr": "string", "StrAttr": "string", "StrArrayAttr": "strings",
    "TypeAttrBase": "type", "ElementsAttr": "elements", "EnumAttr": "word",
    "Dl_HyperArg": "number or `dl.hparam`", "ArrayAttrBase": "list", "AttrInterface": "attribute",
    "AttrDef": "attribute"}


@dataclasses.dataclass
class Argument:
    kind: str        # operand, attribute or result
    name: str
    types: str       # element types, or what an attribute is written as
    what: str
    elements: list   # element types, of an operand or result

    @property
    def has_floats(self):
        return bool({"f32", "f64"} & set(self.elements))


def is_a(record, name):
    return name == record["!name"] or name in record.get("!superclasses", [])


def element_types(summary):
    """The element types that the summary of a constraint of tensors names."""
    found = re.findall(r"tensor<(\w+)>", summary)
    if names := re.search(r"tensor of (?:rank 0 of )?((?:\w+ or )*\w+)(?:$|, of)", summary):
        found += names[1].split(" or ")
    for width, kind in re.findall(r"(\d+)-bit (float|signless integer|unsigned integer)", summary):
        found.append({"float": "f", "signless integer": "i", "unsigned integer": "ui"}[kind] + width)
    unknown = set(found) - set(ELEMENTS)
    if unknown or not found:
        raise SystemExit(f"op_arguments.py knows no element types of '{summary}'")
    return [name for name in ELEMENTS if name in found]


def type_words(elements):
    if elements == ELEMENTS:
        return "any type"
    if elements == NUMBERS:
        return "all but `i1`"
    return ", ".join(f"`{name}`" for name in elements)


def attribute_words(record):
    for name in [record["!name"], *reversed(record["!superclasses"])]:
        if name in ATTRIBUTES:
            return ATTRIBUTES[name]
    raise SystemExit(f"op_arguments.py has no word for the attribute {record['!name']}")


def default_text(records, record, default):
    """A default in C++ as it is written in a program."""
    if is_a(record, "EnumAttr"):
        cases = [records[case["def"]] for case in records[record["enum"]["def"]]["enumerants"]]
        symbol = default.rsplit("::", 1)[-1]
        return next(case["str"] for case in cases if case["symbol"] == symbol)
    if scalar := re.fullmatch(r"::mlir::RankedTensorType::get\(\{\}, \$_builder\.get(F\d+)Type\(\)\)", default):
        return f"tensor<{scalar[1].lower()}>"
    if default.startswith("{"):
        return f"[{default[1:-1]}]"
    return default


def describe(records, value, name, place, result=False):
    """The Argument of an entry of `arguments` or `results`; `place` names the op in errors."""
    variable = records[value["def"]]
    described = is_a(variable, "OpVariable")
    record = records[variable["constraint"]["def"]] if described else variable
    suffix = ""
    default = None
    while True:
        if is_a(record, "DefaultValuedAttr"):
            default = record["defaultValue"]
        elif is_a(record, "OptionalAttr") or is_a(record, "Optional"):
            suffix = "; optional"
        elif is_a(record, "Variadic"):
            suffix = "; any number"
        elif not is_a(record, "ConfinedAttr"):
            break
        record = records[(record.get("baseAttr") or record["baseType"])["def"]]
    attribute = is_a(record, "Attr")
    kind = "result" if result else "attribute" if attribute else "operand"
    text = variable["summary"].strip() if described else ""
    if not text or re.search(r"(?<!\.)\.$", text):
        raise SystemExit(f"{place}: {kind} {name} needs a description, without a full stop: "
                         f"{'Res' if result else 'Arg'}<..., \"what it is, its shape\">:${name}")
    if default is not None:
        suffix = f"; default `{default_text(records, record, default)}`"
    elements = [] if attribute else element_types(record["summary"])
    types = attribute_words(record) if attribute else type_words(elements)
    return Argument(kind, name, types + suffix, text, elements)


def describe_all(records, op, place):
    """The operands, attributes and results of an op, in this order."""
    arguments = [describe(records, value, name, place) for value, name in op["arguments"]["args"]]
    return ([a for a in arguments if a.kind == "operand"]
            + [a for a in arguments if a.kind == "attribute"]
            + [describe(records, value, name, place, result=True)
               for value, name in op["results"]["args"]])
