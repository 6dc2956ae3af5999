# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What tests of all reference models share: the models that dlc-models lists."""
import csv
import io
import re
import subprocess


def run(*command, **options):
    """Standard output of a command; a failure ends the test with what the command said."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def rows(dlc_models):
    """What dlc-models says of each model: {"name": "mlp", "options": "--batch 128 ...", ...}."""
    return list(csv.DictReader(io.StringIO(run(dlc_models, "--describe-models"))))


def cycles(dlc_models):
    """The steps that train each model, in the order in which they take turns."""
    def steps(cycle):
        return list(dict.fromkeys(turn.split("*")[0] for turn in re.split("[,+]", cycle or "train")))
    return {row["name"]: steps(row["cycle"]) for row in rows(dlc_models)}


def models(dlc_models):
    """Name and options with their defaults of each model: {"mlp": {"batch": "128", ...}, ...}."""
    words = {row["name"]: row["options"].split() for row in rows(dlc_models)}
    return {name: {option[2:]: value for option, value in zip(list_[::2], list_[1::2])}
            for name, list_ in words.items()}
