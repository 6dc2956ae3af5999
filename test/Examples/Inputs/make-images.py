# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes images of Fashion-MNIST as npy files: x.npy with labels y.npy to train on, others as eval-x.npy
and eval-y.npy.

Usage: make-images.py FOLDER TRAIN EVAL [CLASS]
"""
import gzip
import pathlib
import sys

import numpy

source = pathlib.Path("/usr/share/datasets/fashion-mnist")


def read(name, header):
    path = source / name
    data = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
    return numpy.frombuffer(data, "u1", offset=header)


images, labels = read("train-images-idx3-ubyte", 16).reshape(-1, 28, 28), read("train-labels-idx1-ubyte", 8)
folder, train, test = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if len(sys.argv) > 4:
    images, labels = images[labels == int(sys.argv[4])], labels[labels == int(sys.argv[4])]
numpy.save(f"{folder}/x.npy", images[:train])
numpy.save(f"{folder}/y.npy", labels[:train])
numpy.save(f"{folder}/eval-x.npy", images[train:train + test])
numpy.save(f"{folder}/eval-y.npy", labels[train:train + test])
