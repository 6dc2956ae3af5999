# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rows of images between two points: from one to the next is less far than from the first to the last, and
from a row to the next is as far as between other points."""
import sys

import numpy

images = numpy.load(sys.argv[1]).reshape(4, 4, -1)
steps = numpy.linalg.norm(numpy.diff(images, axis=1), axis=2)
whole = numpy.linalg.norm(images[:, 3] - images[:, 0], axis=1)
apart = numpy.linalg.norm(numpy.diff(images[:, 0], axis=0), axis=1)
assert (steps > 0).all() and (steps < 0.75 * whole[:, None]).all(), (steps, whole)
assert apart.min() > 0.5 * whole.min(), (apart, whole)
print("4 rows of 4 images, each between its first and its last")
