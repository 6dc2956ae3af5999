# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The names of dlc-hostile-names.test: hostile-names.py FOLDER DLC"""
import ctypes
import pathlib
import re
import subprocess
import sys

folder, dlc = pathlib.Path(sys.argv[1]), sys.argv[2]


def program(model="m", step="s", tensor="x", param="w"):
    return f"""dl.model @"{model}" {{
  dl.step @"{step}"(%{tensor}: tensor<4xf32>) -> (y: tensor<4xf32>) {{
    %0 = dl.exp %{tensor} : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }}
  dl.param @"{param}" : tensor<4xf32> = zeros
}}
"""


def with_param(name):
    # In front of the step, so that it stands in line 2.
    lines = program(param=name).splitlines()
    lines.insert(1, lines.pop(5))
    return "\n".join(lines)


refused = 0
tried = 0


def refuse(kind, text):
    """Checks that a program is refused with its place, and prints how."""
    global refused, tried
    tried += 1
    path = folder / "name.mlir"
    path.write_text(text)
    run = subprocess.run([dlc, path, "--emit=resolve", "-o", folder / "name.out.mlir"],
                         capture_output=True, text=True, errors="backslashreplace", check=False)
    first = run.stderr.splitlines()[:1]
    match = re.match(r"dlc: error: .*name.mlir:(\d+:\d+): error: '\S+' op (.*)", first[0] if first else "")
    if run.returncode == 1 and match and not (folder / "name.out.mlir").exists():
        refused += 1
        print(f"{kind}: {match[1]}: {match[2]}")
    else:
        print(f"{kind}: NOT REFUSED: {run.returncode} {run.stderr}")


# Keywords of each kind, alternative tokens, reserved names, macros, types of the header.
for name in """_Bool _Generic _Static_assert alignas auto bool constexpr float int nullptr
    restrict static_assert thread_local typeof typeof_unqual while
    and and_eq bitor char8_t co_yield concept const_cast constinit decltype explicit export
    friend mutable namespace not_eq operator reinterpret_cast requires template this typename
    wchar_t xor asm linux unix NULL INT8_MAX EOF I complex errno
    a__b __x _X size_t int32_t uint_fast16_t ptrdiff_t nullptr_t
    DLC_MODEL_m_H dlc_model model""".split():
    refuse(f"input {name}", program(tensor=name))
for name in "size_t my_t pthread timer dlc DLC dlc_library dlc_rt exp read std main FILE _m".split():
    refuse(f"model {name}", program(model=name))
for model, step in [("pthread_mutex", "lock"), ("co", "await"), ("thread", "local"), ("M", "PI"),
                    ("size", "t"), ("pid", "t"), ("m", "and")]:
    refuse(f"step {model} {step}", program(model=model, step=step))
for kind, name in {"FFFE": r"\FF\FE", "nul": r"a\00b", "metadata": "__metadata__", "empty": "",
                   "overlong": r"\C0\80", "surrogate": r"\ED\A0\80"}.items():
    refuse(f"param {kind}", with_param(name))
print(f"refused: {refused} of {tried}")

# Many names that are fine, near to those that are not.
good = """h_t x1 exp sin index time final override import module restrict_ Int in out data
    label image y_ _x T M x_ size bytes name value handle threads seed signed_ Float std main
    int_t uint9_t FILE abs good""".split()
arguments = ", ".join(f"%{name}: tensor<2xf32>" for name in good)
calls = "\n".join(f"""  dl.step @{name}({arguments}) -> (loss: tensor<2xf32>) {{
    %0 = dl.{op} %x1 : tensor<2xf32>
    dl.return %0 : tensor<2xf32>
  }}""" for name, op in {"expf": "exp", "tanf": "sin", "malloc": "cos", "kernel_0": "exp",
                         "copy_2xf32": "neg", "main": "abs", "H": "abs", "memcpy": "abs"}.items())
path = folder / "good.mlir"
path.write_text(f"dl.model @good {{\n{calls}\n"
                '  dl.param @"a b/c\\E2\\82\\AC.\\01" : tensor<2xf32> = ones\n}\n')
library = folder / "good.so"
subprocess.run([dlc, path, "-O0", "-o", library], check=True)

headers = """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal
    stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath
    threads time uchar wchar wctype""".split()
both = "".join(f"#include <{name}.h>\n" for name in headers if name not in ("stdatomic", "tgmath", "threads", "stdnoreturn"))
for_c = "".join(f"#include <{name}.h>\n" for name in headers)
compiled = 0
for command, text in [("cc -std=c99 -pedantic", ""), ("cc -std=gnu17", for_c),
                      ("clang-22 -std=gnu23", for_c), ("clang++-22 -std=c++11 -pedantic", both),
                      ("clang++-22 -std=gnu++23", both), ("clang++-22 -std=c++20", "")]:
    suffix = "cpp" if "++" in command else "c"
    source = folder / f"use.{suffix}"
    source.write_text(text + '#include "good.h"\n#include "good.h"\n'
                      "int use(good **m) { return good_create(m, 1); }\n")
    run = subprocess.run([*command.split(), "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source],
                         capture_output=True, text=True, check=False)
    compiled += run.returncode == 0
    if run.returncode:
        print(command, run.stderr)
print(f"headers: compiled by {compiled} of 6")

symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
others = [line.split()[-1] for line in symbols.splitlines()]
others = [name for name in others if not name.startswith("good_") and name != "dlc_library_v1"]
print("exported beside the interface:", ", ".join(others) or "nothing")

# A step that is called like a function of the C library is not called in its place.
loaded = ctypes.CDLL(str(library))
model = ctypes.c_void_p()
assert loaded.good_create(ctypes.byref(model), 1) == 0
right = 0
for name, wanted in {"expf": 2.718281828, "tanf": 0.841470985, "malloc": 0.540302306}.items():
    x, y = (ctypes.c_float * 2)(1, 1), (ctypes.c_float * 2)()
    status = getattr(loaded, f"good_{name}")(model, *([x] * len(good)), y)
    right += status == 0 and abs(y[0] - wanted) < 1e-6 and abs(y[1] - wanted) < 1e-6
print(f"steps called as functions of libm: {right} of 3 right")
