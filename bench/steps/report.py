# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What steps.py found, as a table of Markdown and as a bar chart."""
import datetime
import importlib.metadata
import json
import math
import os
import re
import subprocess
import time
import typing

import batches

PEER_TITLES = {"dlc": "dlc", "eager": "PyTorch", "compile": "torch.compile", "jax": "JAX", "tensorflow": "TensorFlow"}
PACKAGES = {"eager": ["torch"], "compile": ["torch"], "jax": ["jax", "optax"],
            "tensorflow": ["tensorflow", "tensorflow-cpu"]}
BEGIN = "<!-- Written by scripts/bench --write: begin -->"
END = "<!-- Written by scripts/bench --write: end -->"


def busy_share(seconds=1.0):
    """The part of the time of all CPUs that processes use at present."""
    def read():
        with open("/proc/stat", encoding="ascii") as file:
            return [int(number) for number in file.readline().split()[1:9]]
    before = read()
    time.sleep(seconds)
    spent = [b - a for a, b in zip(before, read())]
    return 1 - (spent[3] + spent[4]) / max(sum(spent), 1)  # idle, and waiting for a device


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()
    name = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    count = len(os.sched_getaffinity(0))
    return f"{name[1] if name else os.uname().machine}, {count} CPU{'s' if count > 1 else ''}"


def versions(dlc, peers):
    """A list such as "dlc 0.1.0, torch 2.9"."""
    first = subprocess.run([dlc, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    found = {first: None}
    for package in (package for peer in peers for package in PACKAGES[peer]):
        try:
            found[f"{package} {importlib.metadata.version(package)}"] = None
        except importlib.metadata.PackageNotFoundError:
            pass  # the other of two names
    return ", ".join(found)


class Time(typing.NamedTuple):
    """Seconds of a step of a peer, and how much longer it takes than one of dlc."""
    median: float
    least: float
    ratio: float


class Run:
    """The times of a run."""

    def __init__(self, args, absent):
        self.args, self.absent, self.rows = args, absent, []
        self.busy = 0.0
        self.date = datetime.date.today().isoformat()
        if args.resume and args.resume.exists():
            found = json.loads(args.resume.read_text(encoding="utf-8"))
            if found["setting"] != self.setting():
                raise SystemExit(f"{args.resume}: made with {found['setting']}, not with {self.setting()}")
            self.date = found["date"]
            self.busy = found["busy"]
            self.rows = [(model, threads, {peer: Time(*time) for peer, time in times.items()})
                         for model, threads, times in found["rows"]]

    def setting(self):
        """What has to be the same in all rows."""
        return f"{machine()}; {versions(self.args.dlc, self.args.peers)}; {', '.join(self.args.peers)}"

    def begin(self):
        """Looks for other processes, before a model is measured."""
        self.busy = max(self.busy, busy_share())

    def has(self, model, threads):
        return any((model, threads) == row[:2] for row in self.rows)

    def add(self, model, threads, times):
        self.rows.append((model, threads, times))
        order = {name: place for place, name in enumerate(batches.NAMES)}
        self.rows.sort(key=lambda row: (order[row[0]], row[1]))
        self.last = model, threads, times
        if self.args.resume:
            self.args.resume.write_text(json.dumps({"setting": self.setting(), "date": self.date, "busy": self.busy,
                                                    "rows": self.rows}), encoding="utf-8")

    def progress(self):
        model, threads, times = self.last
        shown = ", ".join(f"{PEER_TITLES[peer]} {1e3 * time.median:.2f}" for peer, time in times.items())
        return f"{batches.TITLES[model]}, threads {threads}: {shown} ms"

    @staticmethod
    def ratio(times):
        """The ratio of the fastest peer, or None without a peer."""
        return min((time.ratio for peer, time in times.items() if peer != "dlc"), default=None)

    def command(self):
        args = self.args
        return (f"scripts/bench --models {','.join(args.models)} --peers {','.join(args.peers) or repr('')} "
                f"--threads {','.join(map(str, args.threads))} --rounds {args.rounds} --seconds {args.seconds:g}")

    def table(self):
        peers = ["dlc", *self.args.peers]
        lines = ["| model | threads | " + " | ".join(PEER_TITLES[peer] for peer in peers) + " | best peer / dlc |",
                 "|---" * (len(peers) + 3) + "|"]
        for model, threads, times in self.rows:
            cells = [f"{1e3 * times[peer].median:.2f} ({1e3 * times[peer].least:.2f})" if peer in times else "-"
                     for peer in peers]
            ratio = self.ratio(times)
            cells.append("-" if ratio is None else f"{ratio:.2f}")
            lines.append(f"| {batches.TITLES[model]} | {threads} | " + " | ".join(cells) + " |")
        for threads in self.args.threads:
            ratios = [self.ratio(times) for _, count, times in self.rows if count == threads]
            ratios = [ratio for ratio in ratios if ratio is not None]
            if ratios:
                mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
                lines.append(f"| geometric mean | {threads} |" + " |" * len(peers) + f" {mean:.2f} |")
        return "\n".join(lines)

    def markdown(self):
        absent = "".join(f" {PEER_TITLES[peer]}: not installed, left out." for peer in self.absent)
        return (f"Milliseconds of a training step: median (least). {machine()}; {self.date};\n"
                f"{versions(self.args.dlc, self.args.peers)}. Before a model other processes used "
                f"at most {100 * self.busy:.0f} % of the CPUs.{absent}\n\n"
                f"```\n{self.command()}\n```\n\n{self.table()}")

    def write(self, docs):
        page = docs / "performance.md"
        text = page.read_text(encoding="utf-8")
        if text.count(BEGIN) != 1 or text.count(END) != 1:
            raise SystemExit(f"{page} should have the lines '{BEGIN}' and '{END}' once each")
        chart = "\n![Time of a step by that of dlc](steps.svg)\n" if self.draw(docs / "steps.svg") else ""
        before, after = text[:text.index(BEGIN)], text[text.index(END):]
        page.write_text(f"{before}{BEGIN}\n{self.markdown()}\n{chart}{after}", encoding="utf-8")

    def draw(self, path):
        """Draws times of peers as multiples of those of dlc. Returns whether there is a chart."""
        if not self.args.peers:
            return False
        try:
            import matplotlib
        except ImportError:
            print("matplotlib is not installed: no chart")
            return False
        matplotlib.use("svg")
        # The same numbers make the same file.
        matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "dlc", "font.size": 8})
        import matplotlib.pyplot as plt
        threads = self.args.threads
        figure, axes = plt.subplots(len(threads), 1, figsize=(9, 2.6 * len(threads)), squeeze=False)
        for count, axis in zip(threads, axes[:, 0]):
            rows = [(model, times) for model, of, times in self.rows if of == count]
            width = 0.8 / len(self.args.peers)
            for index, peer in enumerate(self.args.peers):
                bars = [(place + (index + 0.5) * width - 0.4, times[peer].ratio)
                        for place, (_, times) in enumerate(rows) if peer in times]
                axis.bar([place for place, _ in bars], [height for _, height in bars], width, label=PEER_TITLES[peer])
            axis.axhline(1, color="black", linewidth=0.8)
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter("{x:g}")
            axis.set_xticks(range(len(rows)), [batches.TITLES[model] for model, _ in rows])
            axis.set_ylabel("time / time of dlc")
            axis.set_title(f"{count} thread{'s' if count > 1 else ''} (above 1 dlc is faster)")
        axes[0, 0].legend(ncols=len(self.args.peers))
        figure.tight_layout()
        figure.savefig(path, metadata={"Date": None})
        return True
