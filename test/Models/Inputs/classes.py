# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Images of a conditional generator that makes nothing of its noise, of 5 numbers and 3 classes.

  classes.py make FOLDER     writes label.npy
  classes.py deafen FOLDER   makes deaf.safetensors of start.safetensors: the weights of the noise are 0
  classes.py show FOLDER     prints the shape of image.npy, and a letter for each image, the same for equal ones
"""
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "golden"))
from interpreter import read_safetensors, write_safetensors  # noqa: E402

command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
if command == "make":
    numpy.save(folder / "label.npy", numpy.array([2, 0, 2, 0, 1, 0, 2], "uint8"))
elif command == "deafen":
    values = {name: numpy.array(value) for name, value in read_safetensors(folder / "start.safetensors").items()}
    assert values["generator.fc.weight"].shape[1] == 5 + 3
    values["generator.fc.weight"][:, :5] = 0
    write_safetensors(folder / "deaf.safetensors", values)
else:
    images, letters = numpy.load(folder / "image.npy"), {}
    assert 0 <= images.min() < images.max() <= 1
    shown = [letters.setdefault(image.tobytes(), "abcdefg"[len(letters)]) for image in images]
    print(f"{' x '.join(map(str, images.shape))}: {' '.join(shown)}")
