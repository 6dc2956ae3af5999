# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the scopes of an SVG stand from left to right: print_graph_columns.py FILE SCOPE ..."""
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"


def places(element, left=0.0):
    """Texts, each with its distance from the left edge."""
    left += float(element.get("x", 0)) if element.tag == SVG + "svg" else 0.0
    for child in element:
        if child.tag == SVG + "text":
            yield child.text, left + float(child.get("x"))
        yield from places(child, left)


def main():
    path, *scopes = sys.argv[1:]
    root = tree.parse(path).getroot()
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), "an id is there twice"
    found = dict(reversed(list(places(root))))
    at = [found[scope] for scope in scopes]
    assert at == sorted(at), list(zip(scopes, at))
    print("columns:", len(root.findall(SVG + "svg")))


if __name__ == "__main__":
    main()
