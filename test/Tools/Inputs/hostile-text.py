# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the programs of dlc-hostile-text.test into a folder."""
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
N = 20000
MODEL = """dl.model @m {
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.exp %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}
"""


def put(name, text):
    data = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.mlir").write_bytes(data)


def chain(prefix, first, step):
    """Aliases of which each is made of the one before."""
    lines = [f"{prefix}a0 = {first}"]
    lines += [f"{prefix}a{i} = " + step.replace("?", f"{prefix}a{i - 1}") for i in range(1, N)]
    return "\n".join(lines) + "\n" + MODEL


put("bytecode", b"ML\xefR\x0dMLIR22\0" + bytes(range(256)) * 4)
put("zero", b"// text\nabc\0" + MODEL.encode())

# Brackets.
for name, bracket in {"paren": "(", "square": "[", "brace": "{", "angle": "tensor<"}.items():
    put(f"deep-{name}", "#a = " + bracket * N)
put("deep-tuple", "!a = " + "tuple<" * N + ">" * N + "\n" + MODEL)
put("deep-region", 'module {' * N + '}' * N)
put("deep-attr", "module attributes {a = " + "[" * N + "]" * N + "} {}")
put("deep-function", "!a = " + "() -> (" * N + ")" * N)
put("deep-location", "#a = loc(" + "callsite(" * N)
# Closing brackets that close nothing do not undo the depth.
put("deep-mismatched", "#a = " + "[>" * N)
put("deep-arrow", "#a = " + "( -> " * N)
put("deep-comment", "#a = " + "[ // ]]]\n" * N)
put("deep-string", "#a = " + '["]]", ' * N)
# Operators of affine expressions.
put("deep-minus", "#a = affine_map<(d0) -> (" + "- " * N + "d0)>\n" + MODEL)
put("deep-plus", "#a = affine_map<(d0) -> (d0" + " + d0" * N + ")>\n" + MODEL)
put("deep-times", "#a = affine_map<(d0) -> (d0" + " * 2" * N + ")>\n" + MODEL)
put("deep-mod", "#a = affine_map<(d0) -> (d0" + " mod 7" * N + ")>\n" + MODEL)
put("deep-set", "#a = affine_set<(d0) : (d0" + " floordiv 3" * N + " >= 0)>\n" + MODEL)
put("deep-set-paren", "#a = affine_set<(d0) : (" + "(" * N + "d0" + ")" * N + " >= 0)>\n" + MODEL)
# Aliases.
put("deep-aliases", chain("#", "[]", "[?]"))
put("deep-types", chain("!", "i32", "tuple<?>"))

double = "\n".join(["{0}a0 = {1}"] + [f"{{0}}a{i} = {{2}}{{0}}a{i - 1}, {{0}}a{i - 1}{{3}}" for i in range(1, 60)])
put("doubling", double.format("#", "1", "[", "]") + "\n" + MODEL)
put("doubling-types", double.format("!", "i32", "tuple<", ">") + "\n" + MODEL)

# Long lists of negative numbers, many aliases of one, and nesting that real files have.
numbers = ", ".join("-1.5" for _ in range(N))
flat = "".join(f"#a{i} = [{i}]\n" for i in range(1000))
put("flat", flat + MODEL.replace(
    "%0 = dl.exp %x",
    f"%c = dl.constant dense<[{numbers}]> : tensor<{N}xf32>\n    %0 = dl.exp %x"))
put("nested", "#a = " + "[" * 150 + "]" * 150 + "\n" + MODEL)
