# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fails unless the mean of made images, from -1 to 1, is near to the mean of 8-bit images.

Usage: compare-images.py MADE.npy IMAGES.npy BOUND
"""
import sys

import numpy

made, real = numpy.load(sys.argv[1]).reshape(-1, 784), numpy.load(sys.argv[2]).reshape(-1, 784) / 127.5 - 1
distance = numpy.square(made.mean(axis=0) - real.mean(axis=0)).mean()
print(f"mean square between the mean images is {distance:.3f}, expected < {sys.argv[3]}")
sys.exit(int(distance >= float(sys.argv[3])))
