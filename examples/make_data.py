# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the npy files that the examples train on.

make_data.py text FILE FOLDER
    lstm.mlir: sequences of 64 characters of a text in ASCII, and the characters after each; the
    last tenth of the text is for evaluation.
make_data.py graph FILE.npz FOLDER
    gcn.mlir: the citation graph Cora with the split of Planetoid. The file has the arrays
    features_data, features_indices, features_indptr and adj_indices, adj_indptr (compressed rows),
    labels, train_index and test_index.
"""
import pathlib
import sys

import numpy


def text(path, save, time=64):
    data = numpy.frombuffer(path.read_bytes(), "u1")
    if len(data) and data.max() >= 128:
        sys.exit(f"{path}: has a byte {data.max()}, expected ASCII, bytes below 128")
    end = len(data) * 9 // 10
    for prefix, part in ("", data[:end]), ("eval-", data[end:]):
        count = (len(part) - 1) // time
        if count < 32:
            sys.exit(f"{path}: {len(data)} characters, expected 20500 at least: a batch is 32 sequences of {time}")
        # Time-major: a column is a sequence.
        save(f"{prefix}text", part[:count * time].reshape(count, time).T)
        save(f"{prefix}next", part[1:count * time + 1].reshape(count, time).T)


def graph(path, save):
    arrays = numpy.load(path)
    labels, indptr = arrays["labels"], arrays["features_indptr"]
    x = numpy.zeros((len(labels), 1433), "f4")
    x[numpy.repeat(numpy.arange(len(labels)), numpy.diff(indptr)), arrays["features_indices"]] = arrays["features_data"]
    save("x", x / numpy.maximum(x.sum(axis=1, keepdims=True), 1))
    save("indptr", arrays["adj_indptr"].astype("i4"))
    save("indices", arrays["adj_indices"].astype("i4"))
    for prefix, nodes in ("", arrays["train_index"]), ("test-", arrays["test_index"]):
        label = numpy.full(len(labels), -100, "i4")
        label[nodes] = labels[nodes]
        save(f"{prefix}label", label)


def main():
    makers = {"text": text, "graph": graph}
    if len(sys.argv) != 4 or sys.argv[1] not in makers:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    makers[sys.argv[1]](pathlib.Path(sys.argv[2]),
                        lambda name, array: numpy.save(folder / f"{name}.npy", numpy.ascontiguousarray(array)))


if __name__ == "__main__":
    main()
