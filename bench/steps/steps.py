#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times whole training steps (forward, backward, update) of dlc and of its peers, in turns.

  scripts/bench --setup                    makes a virtual environment with the peers, once
  scripts/bench [--models mlp,lstm] [--peers eager,compile,jax,tensorflow] [--threads 1,2] [--rounds 10]
                [--seconds 1] [--resume FILE] [--write]
  scripts/bench --check [...]              compares the losses of three steps from the same weights, in f64

Peers are PyTorch eager, torch.compile, JAX and TensorFlow (bench/steps/*_models.py). One that is not installed is left
out; one that fails at a model has a dash there and a message on standard error. Each peer and model has a process of
its own with as many CPUs as threads. The processes of one model take turns: in each round every one does steps for
some seconds while the others wait. A number is the median over the steps of all rounds and, in brackets, the least. A
ratio is that of the medians of one round, the median over rounds: a machine that gets slower for a while makes both slower.
`--resume FILE` keeps what has been measured in a file, and measures what is not in it. `--write` puts the table into docs/performance.md and a bar chart (with matplotlib) into docs/steps.svg. The machine
should be idle.
Needs numpy; dlc itself is built by scripts/build.
"""
import argparse
import importlib.util
import itertools
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import batches
import dlc_model
import report

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = {"eager": "torch", "compile": "torch", "jax": "jax", "tensorflow": "tensorflow"}  # and their modules
TOLERANCE = 1e-9  # of losses in f64
PAUSE = 0.3  # seconds after which no thread of another process waits for work with all it has


class Worker:
    """A process of worker.py."""

    def __init__(self, folder, peer, name, threads, library, weights, mode):
        self.log = folder / f"{name}.{peer}.log"
        command = [sys.executable, HERE / "worker.py", peer, name, str(threads), library, weights, mode]
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            text=True)
        self.failure = None

    def read(self):
        """The next line, or None after a failure."""
        line = self.process.stdout.readline().strip()
        if not line or line.startswith("failed"):
            self.process.wait()
            self.failure = line.removeprefix("failed: ") or f"ended with status {self.process.returncode}"
            return None
        return line

    def times(self, seconds):
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read() says how it ended
        line = self.read()
        return json.loads(line) if line else []

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()


def prepare(args, name, folder, check):
    """The library of a model and the file of its first weights."""
    library = dlc_model.compile_model(name, args.dlc, folder, check)
    weights = folder / f"{name}.npz"
    np.savez(weights, **dlc_model.Model(library, 1).weights())
    return library, weights


def time_model(args, name, threads, prepared, folder):
    """By peer a report.Time; those that failed are not in it."""
    workers, times = {}, {}

    def drop_failed(peer):
        failure = workers[peer].failure
        if failure:
            print(f"{name}, {peer}: {failure}\n{log_end(workers[peer])}", file=sys.stderr, flush=True)
            if peer == "dlc":
                sys.exit(1)
            del workers[peer]

    for peer in ["dlc", *args.peers]:
        workers[peer] = Worker(folder, peer, name, threads, *prepared, "time")
        workers[peer].read()
        drop_failed(peer)
    for _ in range(args.rounds):
        for peer, worker in list(workers.items()):
            time.sleep(PAUSE)
            times.setdefault(peer, []).append(worker.times(args.seconds))
            drop_failed(peer)
    for worker in workers.values():
        worker.close()
    rounds = {peer: [statistics.median(found) for found in times[peer]] for peer in workers}
    return {peer: report.Time(statistics.median(itertools.chain(*times[peer])), min(itertools.chain(*times[peer])),
                              statistics.median(time / own for time, own in zip(rounds[peer], rounds["dlc"])))
            for peer in workers}


def log_end(worker):
    return "\n".join(worker.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


def check_model(args, name, folder):
    """Compares losses of each peer with those of dlc. Returns whether all agree."""
    prepared = prepare(args, name, folder, check=True)
    losses, good = {}, True
    for peer in ["dlc", *args.peers]:
        worker = Worker(folder, peer, name, args.threads[-1], *prepared, "check")
        line = worker.read()
        worker.close()
        if line is None:
            print(f"{name:12} {peer:10} {worker.failure}\n{log_end(worker)}", flush=True)
            good = False
            continue
        losses[peer] = np.array(json.loads(line))
        if "dlc" not in losses:
            return False
        error = np.max(np.abs(losses[peer] / losses["dlc"] - 1))
        agrees = error <= TOLERANCE  # false for NaN
        good = good and agrees
        shown = " ".join(f"{loss:.10f}" for loss in losses[peer].flatten())
        print(f"{name:12} {peer:10} losses {shown}, from those of dlc {error:.1e}"
              f"{'' if agrees else f', more than {TOLERANCE:.0e}'}", flush=True)
    return good


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def listed(kind, known=None):
        def parse_list(text):
            values = [kind(value) for value in text.split(",") if value]
            for value in values:
                if known and value not in known:
                    raise argparse.ArgumentTypeError(f"there is no '{value}'; there are {', '.join(known)}")
            return values
        return parse_list

    parser.add_argument("--dlc", type=pathlib.Path, default=ROOT / "build/release/bin/dlc", help="the compiler")
    parser.add_argument("--models", type=listed(str, batches.NAMES), default=batches.NAMES)
    parser.add_argument("--peers", type=listed(str, PEERS), default=list(PEERS))
    parser.add_argument("--threads", type=listed(int), default=[1, 2])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1, help="of one process in a round")
    parser.add_argument("--resume", type=pathlib.Path, help="a file of results, to go on from and to add to")
    parser.add_argument("--check", action="store_true", help="compare losses, time nothing")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and docs/steps.svg")
    args = parser.parse_args()
    if args.write and args.check:
        parser.error("--check times nothing that --write could write")
    if not args.threads or min(args.threads) < 1 or args.rounds < 1 or not args.models:
        parser.error("--models, --threads and --rounds have to be given something, counts 1 or more")
    if not args.dlc.is_file():
        parser.error(f"{args.dlc} is not a file; scripts/build makes it, --dlc names another one")
    return args


def main():
    args = parse()
    absent = [peer for peer in args.peers if importlib.util.find_spec(PEERS[peer]) is None]
    args.peers = [peer for peer in args.peers if peer not in absent]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if args.check:
            for peer in absent:
                print(f"{report.PEER_TITLES[peer]}: not installed, left out")
            sys.exit(not all([check_model(args, model, folder) for model in args.models]))
        run = report.Run(args, absent)
        for model in args.models:
            missing = [threads for threads in args.threads if not run.has(model, threads)]
            if not missing:
                continue
            run.begin()
            prepared = prepare(args, model, folder, check=False)
            for threads in missing:
                run.add(model, threads, time_model(args, model, threads, prepared, folder))
                print(run.progress(), file=sys.stderr, flush=True)
    print(run.markdown())
    if args.write:
        run.write(ROOT / "docs")


if __name__ == "__main__":
    main()
