# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A ring of eight Gaussians: ring.py make FILE POINTS; ring.py modes FILE SHARE

Centres on a circle of radius 2, each with a deviation of 0.1. `modes` says how many have points of FILE
within three deviations, and which share of all points is within; it fails if the share is less than
SHARE or if a mode has none of a fiftieth of the points.
"""
import sys

import numpy as np

DEVIATION = 0.1
ANGLES = np.arange(8) * np.pi / 4
CENTRES = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def main():
    if sys.argv[1] == "make":
        points = int(sys.argv[3])
        random = np.random.default_rng(0)
        x = CENTRES[random.integers(0, 8, points)] + random.normal(0, DEVIATION, (points, 2))
        np.save(sys.argv[2], x.astype("f4"))
        return
    x = np.load(sys.argv[2])
    distances = np.linalg.norm(x[:, None] - CENTRES, axis=2)
    near = distances.min(1) < 3 * DEVIATION
    of_modes = np.bincount(distances.argmin(1)[near], minlength=8) / len(x)
    found = (of_modes >= 0.02).sum()
    print(f"{found} modes, {100 * near.mean():.1f} % within three deviations")
    sys.exit(int(found < 8 or near.mean() < float(sys.argv[3])))


if __name__ == "__main__":
    main()
