# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Mutants of what each phase leaves: hostile-ir.py DLC PROGRAM FOLDER

In the output of each phase every attribute of the compiler (`dl.*`, and the fields of the
manifest) is left out, renamed, or given another value, one at a time, and the result is
compiled from that phase on. A mutant may be refused with a message, or be as good as
what it was made from; it must not end the compiler otherwise.
"""
import pathlib
import re
import subprocess
import sys

dlc, program, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
VALUE = r'(?:"[^"]*"|@[\w."]+|tensor<[^>]*>|array<[^>]*>|\[[^\[\]]*\]|#dl\.\w+(?:<[^<>]*>)?|-?[\w.+-]+(?: : \w+)?)'
FIELD = re.compile(r'\b(dl\.(?:name|type|state|step|trains|kernel|sliced|in_place|writes|args|fault|faults|manifest|tasks|derives)'
                   r'|name|type|kind|init|offset|storage|trains|inputs|outputs|faults|states|steps|derived|derivations|reads|writes'
                   r'|state_bytes|arena_bytes|state|input|output|fault|batch|rows|any|range|a)'
                   r'( = ' + VALUE + r')?(?=[,}>\s])')
OTHERS = ['"x"', "7 : i64", "-1 : i64", "7", "-1", "tensor<1000000xf32>", "[]", "@nowhere", "array<i64: 99>",
          "[array<i64: 9, 9>]", "{}", "1.0 : f32"]


def run(text, phase):
    path = folder / "mutant.in"
    path.write_text(text)
    return subprocess.run([dlc, path, f"--from={phase}", "-O0", "--emit=o", "-o", folder / "mutant.o"],
                          capture_output=True, text=True, check=False)


def mutants(text):
    """At most a few of each field, so that every field has its turn."""
    seen = {}
    for match in FIELD.finditer(text):
        field = match[1]
        count = seen[field] = seen.get(field, 0) + 1
        if count > 2:
            continue
        before, after = text[:match.start()], text[match.end():]
        # Left out, with its comma.
        yield before.rstrip().removesuffix(",") + re.sub(r"^,", "" if not before.rstrip().endswith(",") else ",", after)
        other = OTHERS[(len(seen) + count) % len(OTHERS)]
        yield f"{before}{field} = {other}{after}"
        if count == 1:
            yield f"{before}{field}x{match[2] or ''}{after}"
            for other in OTHERS[len(seen) % 3::3]:
                yield f"{before}{field} = {other}{after}"


for phase in ["resolve", "grad", "simplify", "fuse", "linalg", "vector", "llvm"]:
    text = subprocess.run([dlc, program, "-O0", f"--emit={phase}"], capture_output=True, text=True, check=True).stdout
    unchanged = run(text, phase)
    assert unchanged.returncode == 0, unchanged.stderr
    count = refused = bad = 0
    # Every so many: a run takes a tenth of a second.
    every = list(mutants(text))
    for mutant in every[::len(every) // 40]:
        count += 1
        result = run(mutant, phase)
        refused += result.returncode == 1 and "error: " in result.stderr
        if result.returncode not in (0, 1) or (result.returncode == 1 and "error: " not in result.stderr) \
                or "internal error" in result.stderr:
            bad += 1
            (folder / f"bad-{phase}-{count}.mlir").write_text(mutant)
    print(f"{phase}: {count} mutants, {refused} refused, {bad} without a message")
