#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times whole alternating loops of adversarial models against the same loops in PyTorch.

A loop is the model's --cycle: its steps in turn, each on its batch, with updates and clips; batches are in memory,
random numbers are drawn by each side. PyTorch's starts from the same weights. Each side has a process of its own with
as many CPUs as threads; the processes of a model take turns for some seconds a round, while the other waits. A number
is the median over the cycles of all rounds, the ratio that of PyTorch's to dlc's. The machine should be idle.

Needs numpy, and PyTorch for the peer (pip install torch).

  bench/adversarial/loops.py [--bin build/release/bin] [--models gan,dcgan] [--threads 1,2] [--rounds 5]
                             [--seconds 2] [--out FILE.csv]
"""
import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import models
from models import ROOT

sys.path.insert(0, str(ROOT / "bench/steps"))
from worker import confine  # noqa: E402

PAUSE = 0.3  # seconds after which no thread of another process waits for work with all it has
SIDES = ("dlc", "pytorch")


def program_of(name, tools):
    return models.Program(name, pathlib.Path(tools))


def dlc_cycle(program, library, threads, batches):
    """What does one cycle."""
    import dlc_model
    model = dlc_model.Model(library, threads)

    def call(step, fields):
        index, table = model.steps[step]
        names = [table.inputs[i].name.decode() for i in range(table.num_inputs)]
        arrays = [np.ascontiguousarray(fields[name]) for name in names]
        for i in range(table.num_outputs):
            tensor = table.outputs[i]
            arrays.append(np.empty([tensor.shape[d] for d in range(tensor.rank)],
                                   dlc_model.DTYPES[dlc_model.TYPE_CODES[tensor.type]]))
        return index, arrays, (dlc_model.ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
    calls = [call(step, batches[batch]) for step, batch in program.cycle]

    def run():
        for index, _, io in calls:
            model.library.check(model.library.api.run(model.handle, index, io), "dlc_run", model.handle)
    return run


def pytorch_cycle(program, weights, threads, batches):
    import torch
    torch.set_num_threads(threads)
    twin = models.twins()[program.name](program.options)
    values = {name: torch.from_numpy(value.copy()) for name, value in np.load(weights).items()}
    _, other = twin.module.load_state_dict(values, strict=False)
    if other:
        raise ValueError(f"the twin has no {other}")
    fields = [{name: torch.from_numpy(value) for name, value in batch.items()} for batch in batches]

    def run():
        for step, batch in program.cycle:
            twin.update(step, twin.outputs(step, fields[batch])["loss"])
    return run


def serve(side, name, tools, library, weights, threads):
    """Prints "ready", then for every line with a number of seconds the times of the cycles it did in them."""
    confine(threads)
    program = program_of(name, tools)
    random = np.random.default_rng(0)
    batches = [models.twins()[name](program.options).batch(random) for _ in range(max(1, program.batches))]
    cycle = dlc_cycle(program, library, threads, batches) if side == "dlc" else \
        pytorch_cycle(program, weights, threads, batches)
    for _ in range(2):
        cycle()
    print("ready", flush=True)
    for line in sys.stdin:
        cycle()  # the other process has had the caches
        times, end = [], time.perf_counter() + float(line)
        while len(times) < 3 or time.perf_counter() < end:
            start = time.perf_counter()
            cycle()
            times.append(time.perf_counter() - start)
        print(json.dumps(times), flush=True)


class Worker:
    def __init__(self, *words):
        self.process = subprocess.Popen([sys.executable, __file__, "--serve", *map(str, words)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise SystemExit(f"{' '.join(map(str, self.process.args))} ended with status {self.process.wait()}")
        return line

    def times(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return json.loads(self.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def prepare(name, tools, folder):
    """The library and the file of its first weights."""
    import dlc_model
    file = folder / name.replace("/", "-")
    text, library, weights = (file.with_name(f"{file.name}.{end}") for end in ("mlir", "so", "npz"))
    text.write_text(program_of(name, tools).text, encoding="utf-8")
    models.run(tools / "dlc", text, "-o", library)
    np.savez(weights, **dlc_model.Model(library, 1).weights())
    return library, weights


def time_model(name, args, prepared, threads):
    """Seconds of a cycle by side."""
    workers = {side: Worker(side, name, args.bin, *prepared, threads) for side in SIDES}
    times = {side: [] for side in SIDES}
    for worker in workers.values():
        worker.read()
    for _ in range(args.rounds):
        for side, worker in workers.items():
            time.sleep(PAUSE)
            times[side] += worker.times(args.seconds)
    for worker in workers.values():
        worker.close()
    return {side: statistics.median(found) for side, found in times.items()}


def main():
    if sys.argv[1:2] == ["--serve"]:
        side, name, tools, library, weights, threads = sys.argv[2:]
        serve(side, name, tools, library, weights, int(threads))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--models", help="names with commas between; all that have a twin if not given")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of one side in a round")
    parser.add_argument("--out", help="table to write, as comma-separated values")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.models.split(",") if args.models else models.twins():
            prepared = prepare(name, args.bin, pathlib.Path(folder))
            for threads in map(int, args.threads.split(",")):
                found = time_model(name, args, prepared, threads)
                rows.append({"model": name, "cycle": program_of(name, args.bin).described, "threads": threads,
                             "dlc ms": f"{1e3 * found['dlc']:.2f}", "PyTorch ms": f"{1e3 * found['pytorch']:.2f}",
                             "ratio": f"{found['pytorch'] / found['dlc']:.2f}"})
                print(", ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    if args.out:
        with open(args.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
