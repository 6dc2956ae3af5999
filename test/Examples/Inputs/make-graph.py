# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a random graph of the extents of Cora, as a .npz file, and says how often its largest class is.

Four of five edges join nodes of one class. The words of a node tell little of its class: of eighteen
four are from the class's part of all words. 20 nodes of each class are to train on.

Usage: make-graph.py FILE.npz
"""
import sys

import numpy

NODES, WORDS, EDGES, CLASSES = 2708, 1433, 10556 // 2, 7
random = numpy.random.default_rng(0)
labels = random.integers(CLASSES, size=NODES).astype("i4")
members = [numpy.flatnonzero(labels == c) for c in range(CLASSES)]

edges = set()
while len(edges) < EDGES:
    a = random.integers(NODES)
    b = random.choice(members[labels[a]]) if random.random() < 0.8 else random.integers(NODES)
    if a != b:
        edges.add((min(a, b), max(a, b)))
pairs = numpy.array(sorted(edges))
pairs = numpy.concatenate([pairs, pairs[:, ::-1]])
pairs = pairs[numpy.lexsort((pairs[:, 1], pairs[:, 0]))]

part = WORDS // CLASSES
words = [sorted({*(labels[i] * part + random.integers(part, size=4)), *random.integers(WORDS, size=14)})
         for i in range(NODES)]
train = numpy.concatenate([nodes[:20] for nodes in members])
test = numpy.setdiff1d(numpy.arange(NODES), train)[:1000]
numpy.savez(sys.argv[1], labels=labels, train_index=train, test_index=test,
            adj_indptr=numpy.searchsorted(pairs[:, 0], numpy.arange(NODES + 1)), adj_indices=pairs[:, 1],
            features_indptr=numpy.cumsum([0] + [len(row) for row in words]),
            features_indices=numpy.concatenate(words), features_data=numpy.ones(sum(map(len, words)), "f4"))
print(f"largest class {numpy.bincount(labels[test]).max() / len(test):.3f}")
