#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds docs/architecture.md against what the build links and what sources include.

The page's tables name the layers, the libraries, what passes over a link, what a
library never reaches, and which headers are included without a link. Picture and list of links, between the page's two markers, are made
of these tables and of link-graph.txt, which CMake writes (cmake/LinkGraph.cmake).

  architecture.py --links FILE PAGE            writes picture and list
  architecture.py --links FILE --check PAGE    says what does not hold; writes nothing

Both take --sources FOLDER, the root of the sources whose includes are read (this one's).
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN = "<!-- made by scripts/docs: the picture and the links -->"
END = "<!-- end of what scripts/docs makes -->"


class Target:
    def __init__(self, line):
        self.name, kind, self.folder, *links = line.split()
        self.is_library = kind.endswith("LIBRARY")
        self.links = sorted(set(links), key=links.index)


def read_links(path):
    """The targets by name, without tests."""
    targets = [Target(line) for line in pathlib.Path(path).read_text().splitlines()]
    return {t.name: t for t in targets if not t.folder.startswith("test/")}


def read_table(page, first):
    """The rows of the one table whose first heading is `first`, as lists of cells."""
    lines = page.splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith(f"| {first} |")]
    if len(heads) != 1:
        raise SystemExit(f"the page has {len(heads)} tables that begin with '{first}', expected 1")
    rows = []
    for line in lines[heads[0] + 2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def reached(targets, name, skipped=()):
    """All that is linked from `name` on, but for its links that are skipped."""
    found, rest = set(), [n for n in targets[name].links if n not in skipped]
    while rest:
        other = rest.pop()
        if other not in found:
            found.add(other)
            rest += targets[other].links if other in targets else []
    return found


class Includes:
    """Which libraries include headers of which others; those of one folder count as one."""

    def __init__(self, root, targets):
        self.root = root
        self.targets = targets
        self.of_folder = {}
        for target in targets.values():
            if target.folder.startswith("lib/"):
                self.of_folder.setdefault(target.folder, []).append(target.name)

    def libraries(self, path):
        """The libraries that a path below lib or include/dlc belongs to; none: all may include it."""
        parts = path.parts
        for count in range(len(parts), 0, -1):
            if found := self.of_folder.get("/".join(("lib", *parts[:count]))):
                return found
        # include/dlc/Conversion has the passes of lib/Conversion/DlToLinalg.
        below = [names for folder, names in self.of_folder.items() if folder.startswith(f"lib/{parts[0]}/")]
        return below[0] if len(below) == 1 else []

    def upward(self):
        """(file, header, libraries of the file, those of the header) where no link says so."""
        for base in ("lib", "include/dlc"):
            for path in sorted((self.root / base).rglob("*")):
                own = path.relative_to(self.root / base).parent
                if path.suffix not in (".c", ".cpp", ".h", ".inc") or not own.parts:
                    continue
                users = self.libraries(own)
                for header in re.findall(r'^#include "(?:dlc|lib)/([\w/]+/[\w.]+)"', path.read_text(), re.M):
                    owners = self.libraries(pathlib.PurePath(header).parent)
                    if not owners or set(users) & set(owners):
                        continue
                    if not any(set(owners) & reached(self.targets, user) for user in users):
                        yield path.relative_to(self.root), header, users, owners


def find_cycle(targets):
    for name in targets:
        if name in reached(targets, name):
            return name
    return None


class Page:
    def __init__(self, text, targets, phases, root=ROOT):
        self.text, self.targets = text, targets
        self.includes = Includes(root, targets)
        self.known_phases = set(re.findall(r"^\| `(\w+)`", phases, re.M))
        self.layers = [row[0] for row in read_table(text, "layer")]
        self.layer, self.phases, self.begins = {}, {}, {}
        for library, layer, _, phases, begins in read_table(text, "library"):
            for name in names(library):
                self.layer[name] = layer
                self.phases[name] = names(phases)
                self.begins[name] = names(begins)
        self.passes = {(row[0].strip("`"), row[1].strip("`")): row[2]
                       for row in read_table(text, "from")}

    def known_links(self, name):
        return [link for link in self.targets[name].links if link in self.targets]

    def drawn_links(self):
        """Links that do not follow from others, and those that something is said of."""
        for name in self.layer:
            for link in self.known_links(name):
                others = [o for o in self.known_links(name) if o != link]
                implied = any(link in reached(self.targets, other) for other in others)
                if not implied or (name, link) in self.passes:
                    yield name, link

    def faults(self):
        """What does not hold, a line each."""
        targets = self.targets
        cycle = find_cycle(targets)
        if cycle:
            yield f"{cycle} links itself, over other libraries"
            return
        for name in sorted(targets.keys() - self.layer.keys()):
            yield f"{name} is built in {targets[name].folder}, but is in no row of the table of libraries"
        for name in sorted(self.layer.keys() - targets.keys()):
            yield f"{name} has a row in the table of libraries, but is not built"
        for name, layer in self.layer.items():
            if layer not in self.layers:
                yield f"{name} is in layer '{layer}', expected one of: {', '.join(self.layers)}"
            for path in self.begins[name]:
                if not (ROOT / path).exists():
                    yield f"{name}: there is no {path}"
        if self.layer.keys() != targets.keys() or not set(self.layer.values()) <= set(self.layers):
            return
        for name in targets:
            for link in self.known_links(name):
                if self.layers.index(self.layer[link]) < self.layers.index(self.layer[name]):
                    yield (f"{name} in layer '{self.layer[name]}' links {link} "
                           f"in layer '{self.layer[link]}', which is above it")
                if not targets[link].is_library:
                    yield f"{name} links {link}, which is not a library"
        for name, link in self.passes:
            if name not in targets or link not in targets[name].links:
                yield f"the table of what passes has {name} -> {link}, which is not linked"
        yield from self.included()
        for row in read_table(self.text, "never"):
            yield from self.forbidden(names(row[0]), row[1])
        owned = {phase for phases in self.phases.values() for phase in phases}
        for phase in sorted(self.known_phases ^ owned):
            yield f"phase '{phase}' is " + ("of no library" if phase in self.known_phases else "in no table of phases")

    def forbidden(self, libraries, cell):
        """A cell of names forbids these, one that begins with 'but' all others."""
        listed = set(names(cell))
        for name in libraries:
            if name not in self.targets:
                yield f"a row of what is never linked names {name}, which is not built"
                continue
            found = reached(self.targets, name)
            if cell.startswith("all but"):
                wrong = found - listed
            else:
                wrong = found & listed
                for other in sorted(listed - self.targets.keys() - {"LLVMAndMLIR", "MLIR", "LLVM"}):
                    yield f"a row of what is never linked names {other}, which is not built"
            for other in sorted(wrong):
                yield f"{name} reaches {other}, which the page rules out"

    def included(self):
        """Headers that are included against the links, and rows that allow what is not there."""
        allowed = {(names(row[0])[0], name) for row in read_table(self.text, "includes from")
                   for name in names(row[1])}
        used = set()
        for path, header, users, owners in self.includes.upward():
            pairs = {(user, owner) for user in users for owner in owners} & allowed
            used |= pairs
            if not pairs:
                yield (f"{path} includes dlc/{header} of {', '.join(owners)}, "
                       f"which {', '.join(users)} does not link")
        for user, owner in sorted(allowed - used):
            yield f"the table of includes has {user} and {owner}, of which no header is included"

    def picture(self):
        def node(name):
            return name.replace("-", "_")
        lines = ["```mermaid", "flowchart TD"]
        for layer in self.layers:
            inside = [name for name in self.layer if self.layer[name] == layer]
            lines.append(f'  subgraph {layer.replace(" ", "_")}["{layer}"]')
            lines += [f'    {node(name)}["{name}"]' for name in inside]
            lines.append("  end")
        for name, link in self.drawn_links():
            said = self.passes.get((name, link), "").replace("`", "")
            label = f'|"{said}"| ' if said else ""
            lines.append(f"  {node(name)} --> {label}{node(link)}")
        return lines + ["```"]

    def link_table(self):
        lines = ["| target | built in | links | is linked by |", "|---|---|---|---|"]
        for name in self.layer:
            target = self.targets[name]
            users = [other for other in self.layer if name in self.targets[other].links]
            cells = [", ".join(f"`{n}`" for n in some) or "nothing" for some in (target.links, users)]
            lines.append(f"| `{name}` | `{target.folder}` | {cells[0]} | {cells[1]} |")
        return lines

    def made(self):
        """The page as it should be."""
        if self.text.count(BEGIN) != 1 or self.text.count(END) != 1:
            raise SystemExit("the page lacks a marker of what scripts/docs makes, or has it twice")
        head, rest = self.text.split(BEGIN)
        tail = rest.split(END)[1]
        middle = [BEGIN, "", *self.picture(), "", *self.link_table(), "", END]
        return head + "\n".join(middle) + tail


def make(path, links, phases, root=ROOT):
    """The page as it should be, or exits with what does not hold; `phases` is docs/phases.md."""
    page = Page(path.read_text(), read_links(links), phases, root)
    faults = list(page.faults())
    if faults:
        raise SystemExit("\n".join(f"docs/architecture.md: {fault}" for fault in faults))
    return page.made()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--links", required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sources", type=pathlib.Path, default=ROOT)
    parser.add_argument("page", type=pathlib.Path)
    args = parser.parse_args()
    made = make(args.page, args.links, (ROOT / "docs" / "phases.md").read_text(), args.sources)
    if not args.check:
        args.page.write_text(made)
    elif made != args.page.read_text():
        sys.exit(f"{args.page.name} is not as the build links; run scripts/docs")
    else:
        print(f"{made.count(' --> ')} links drawn")


if __name__ == "__main__":
    main()
