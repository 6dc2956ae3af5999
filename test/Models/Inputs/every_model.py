# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What tests of all reference models share: the models that dlc-models lists."""
import csv
import io
import subprocess


def run(*command, **options):
    """Standard output of a command; a failure ends the test with what the command said."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def models(dlc_models):
    """Name and options with their defaults of each model: {"mlp": {"batch": "128", ...}, ...}."""
    rows = csv.DictReader(io.StringIO(run(dlc_models, "--describe-models")))
    words = {row["name"]: row["options"].split() for row in rows}
    return {name: {option[2:]: value for option, value in zip(list_[::2], list_[1::2])}
            for name, list_ in words.items()}
