#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times whole training steps on one thread and on several, on an idle machine and beside a busy process.

  bench/threads/threads.py [--models mlp,lstm] [--threads 2] [--rounds 5] [--seconds 1] [--write]

For each model a process with one thread and one with several take turns, first with nothing beside them, then while
another process does nothing but count on the last CPU. The table has the median step of one thread in ms, and how many
times faster several threads are: idle, and in brackets the same thread alone / the several threads beside the busy
process. Shares fixed beforehand, of which the slowest worker has half a CPU, would give 1.0 there on two threads.
`--write` puts it into docs/performance.md. Needs numpy; dlc itself is built by scripts/build.
"""
import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/steps"))
import batches  # noqa: E402
import dlc_model  # noqa: E402
import worker  # noqa: E402

BEGIN, END = "<!-- bench/threads: begin -->\n", "<!-- bench/threads: end -->\n"
PAUSE = 0.3  # seconds after which no thread of another process waits for work with all it has


class Timed:
    """A process that does steps of a library with so many threads, wherever the system puts them."""

    def __init__(self, library, name, threads):
        self.process = subprocess.Popen([sys.executable, __file__, "--worker", library, name, str(threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit(f"{name}: no step was done on {threads} threads")

    def times(self, seconds):
        time.sleep(PAUSE)
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return [float(value) for value in self.process.stdout.readline().strip(" []\n").split(",")]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Busy:
    """A process that has the last CPU as far as the system lets it, while one is in the `with`."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        os.sched_setaffinity(self.process.pid, [max(os.sched_getaffinity(0))])

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def time_model(args, name, folder):
    """Median seconds of a step: one thread, several, several beside the busy process."""
    library = dlc_model.compile_model(name, args.dlc, folder, check=False)
    one, several = Timed(library, name, 1), Timed(library, name, args.threads)
    times = [[], [], []]
    for _ in range(args.rounds):
        times[0] += one.times(args.seconds)
        times[1] += several.times(args.seconds)
        with Busy():
            times[2] += several.times(args.seconds)
    one.close()
    several.close()
    return [statistics.median(found) for found in times]


def serve(library, name, threads):
    out = os.fdopen(os.dup(1), "w")
    model = dlc_model.Model(library, int(threads))
    worker.serve(model.convert, model.run, batches.make_batch(name, 0), out)


def main():
    if sys.argv[1:2] == ["--worker"]:
        return serve(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", type=pathlib.Path, default=ROOT / "build/release/bin/dlc", help="the compiler")
    parser.add_argument("--models", type=lambda text: text.split(","), default=batches.NAMES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="of one process in a round")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    args = parser.parse_args()
    for name in args.models:
        if name not in batches.NAMES:
            parser.error(f"there is no model '{name}'; there are {', '.join(batches.NAMES)}")
    lines = [f"| model | one thread, ms | {args.threads} threads, times faster | beside a busy process |",
             "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name in args.models:
            one, several, beside = time_model(args, name, pathlib.Path(folder))
            lines.append(f"| {batches.TITLES[name]} | {1e3 * one:.2f} | {one / several:.2f} | {one / beside:.2f} |")
            print(lines[-1], file=sys.stderr, flush=True)
    table = "\n".join(lines) + "\n"
    print(table, end="")
    if args.write:
        path = ROOT / "docs/performance.md"
        text = path.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            sys.exit(f"{path}: expected the lines {BEGIN.strip()} and {END.strip()} around the table")
        head, rest = text.split(BEGIN)
        path.write_text(head + BEGIN + "\n" + table + "\n" + rest[rest.index(END):], encoding="utf-8")
    return None


if __name__ == "__main__":
    main()
