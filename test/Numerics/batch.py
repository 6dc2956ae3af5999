# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps of several batches against the same programs, written for one.

batch.py DLC FOLDER

Each program below is a text in which @N@ stands for the batch. Compiled once with
a clause `batch` it has to give, for every size, the bits of the program that is
written for that size; and for any number of rows, on any number of threads, what
the program of that number gives, to TOLERANCE: the rows are those of a compiled
size, and another size may add the same numbers in another order.
"""

import ctypes
import pathlib
import subprocess
import sys

import numpy as np

TOLERANCE = 2e-6

CONVOLUTION = """
dl.model @net {
  dl.param @w : tensor<32x3x3x3xf32> = kaiming_uniform
  dl.param @v : tensor<32x32x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<32xf32> = uniform<0.5, 1.5>
  dl.param @b : tensor<32xf32> = uniform<-0.5, 0.5>
  dl.param @fc : tensor<10x512xf32> = kaiming_uniform
  dl.buffer @mean : tensor<32xf32> = uniform<-0.5, 0.5>
  dl.buffer @var : tensor<32xf32> = uniform<0.5, 2.0>
  dl.func @net(%x: tensor<@N@x3x8x8xf32>) -> tensor<@N@x10xf32> {
    %w = dl.read @w : tensor<32x3x3x3xf32>
    %v = dl.read @v : tensor<32x32x3x3xf32>
    %g = dl.read @g : tensor<32xf32>
    %b = dl.read @b : tensor<32xf32>
    %fc = dl.read @fc : tensor<10x512xf32>
    %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<@N@x3x8x8xf32>, tensor<32x3x3x3xf32> -> tensor<@N@x32x8x8xf32>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : tensor<@N@x32x8x8xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<@N@x32x8x8xf32>
    %2 = dl.relu %1 : tensor<@N@x32x8x8xf32>
    %3 = dl.conv2d %2, %v bias %b {padding = [1, 1], stride = [2, 2]} : tensor<@N@x32x8x8xf32>, tensor<32x32x3x3xf32>, tensor<32xf32> -> tensor<@N@x32x4x4xf32>
    %4 = dl.relu %3 : tensor<@N@x32x4x4xf32>
    %5 = dl.reshape %4 : tensor<@N@x32x4x4xf32> to tensor<@N@x512xf32>
    %6 = dl.linear %5, %fc : tensor<@N@x512xf32>, tensor<10x512xf32> -> tensor<@N@x10xf32>
    dl.return %6 : tensor<@N@x10xf32>
  }
  dl.step @predict(%x: tensor<@N@x3x8x8xf32>) -> (y: tensor<@N@x10xf32>, label: tensor<@N@xi32>) @BATCH@ {
    %0 = dl.call @net(%x) mode(eval) : (tensor<@N@x3x8x8xf32>) -> tensor<@N@x10xf32>
    %1 = dl.softmax %0 {axis = 1 : i64} : tensor<@N@x10xf32>
    %2 = dl.argmax %1 {axis = 1 : i64} : tensor<@N@x10xf32> -> tensor<@N@xi32>
    dl.return %1, %2 : tensor<@N@x10xf32>, tensor<@N@xi32>
  }
}
"""

TRANSFORMER = """
dl.model @net {
  dl.param @words : tensor<50x32xf32> = normal<0, 1>
  dl.param @cls : tensor<32xf32> = normal<0, 1>
  dl.param @wq : tensor<32x32xf32> = kaiming_uniform
  dl.param @wk : tensor<32x32xf32> = kaiming_uniform
  dl.param @wv : tensor<32x32xf32> = kaiming_uniform
  dl.param @g : tensor<32xf32> = ones
  dl.param @b : tensor<32xf32> = zeros
  dl.step @predict(%x: tensor<@N@x7xi32>) -> (y: tensor<@N@x8x32xf32>) @BATCH@ {
    %words = dl.read @words : tensor<50x32xf32>
    %cls = dl.read @cls : tensor<32xf32>
    %wq = dl.read @wq : tensor<32x32xf32>
    %wk = dl.read @wk : tensor<32x32xf32>
    %wv = dl.read @wv : tensor<32x32xf32>
    %g = dl.read @g : tensor<32xf32>
    %b = dl.read @b : tensor<32xf32>
    %0 = dl.embedding %words at %x : tensor<50x32xf32>, tensor<@N@x7xi32> -> tensor<@N@x7x32xf32>
    %1 = dl.broadcast %cls dims [2] : tensor<32xf32> to tensor<@N@x1x32xf32>
    %2 = dl.concat %1, %0 {axis = 1 : i64} : tensor<@N@x1x32xf32>, tensor<@N@x7x32xf32> -> tensor<@N@x8x32xf32>
    %3 = dl.layer_norm %2, %g, %b : tensor<@N@x8x32xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<@N@x8x32xf32>
    %q = dl.linear %3, %wq : tensor<@N@x8x32xf32>, tensor<32x32xf32> -> tensor<@N@x8x32xf32>
    %k = dl.linear %3, %wk : tensor<@N@x8x32xf32>, tensor<32x32xf32> -> tensor<@N@x8x32xf32>
    %v = dl.linear %3, %wv : tensor<@N@x8x32xf32>, tensor<32x32xf32> -> tensor<@N@x8x32xf32>
    %q4 = dl.reshape %q : tensor<@N@x8x32xf32> to tensor<@N@x8x4x8xf32>
    %k4 = dl.reshape %k : tensor<@N@x8x32xf32> to tensor<@N@x8x4x8xf32>
    %v4 = dl.reshape %v : tensor<@N@x8x32xf32> to tensor<@N@x8x4x8xf32>
    %qt = dl.transpose %q4 perm [0, 2, 1, 3] : tensor<@N@x8x4x8xf32> -> tensor<@N@x4x8x8xf32>
    %kt = dl.transpose %k4 perm [0, 2, 1, 3] : tensor<@N@x8x4x8xf32> -> tensor<@N@x4x8x8xf32>
    %vt = dl.transpose %v4 perm [0, 2, 1, 3] : tensor<@N@x8x4x8xf32> -> tensor<@N@x4x8x8xf32>
    %a = dl.scaled_dot_product_attention %qt, %kt, %vt : tensor<@N@x4x8x8xf32>, tensor<@N@x4x8x8xf32>, tensor<@N@x4x8x8xf32> -> tensor<@N@x4x8x8xf32>
    %at = dl.transpose %a perm [0, 2, 1, 3] : tensor<@N@x4x8x8xf32> -> tensor<@N@x8x4x8xf32>
    %o = dl.reshape %at : tensor<@N@x8x4x8xf32> to tensor<@N@x8x32xf32>
    %r = dl.add %o, %2 : tensor<@N@x8x32xf32>
    dl.return %r : tensor<@N@x8x32xf32>
  }
}
"""

RECURRENT = """
dl.model @net {
  dl.param @wi : tensor<48x5xf32> = kaiming_uniform
  dl.param @wh : tensor<48x16xf32> = kaiming_uniform
  dl.param @bi : tensor<48xf32> = uniform<-0.1, 0.1>
  dl.param @bh : tensor<48xf32> = uniform<-0.1, 0.1>
  dl.step @predict(%x: tensor<@N@x9x5xf32>) -> (y: tensor<@N@x9x16xf32>) @BATCH@ {
    %wi = dl.read @wi : tensor<48x5xf32>
    %wh = dl.read @wh : tensor<48x16xf32>
    %bi = dl.read @bi : tensor<48xf32>
    %bh = dl.read @bh : tensor<48xf32>
    %y, %h = dl.gru %x weights(%wi, %wh, %bi, %bh) {batch_first} : (tensor<@N@x9x5xf32>, tensor<48x5xf32>, tensor<48x16xf32>, tensor<48xf32>, tensor<48xf32>) -> (tensor<@N@x9x16xf32>, tensor<1x@N@x16xf32>)
    dl.return %y : tensor<@N@x9x16xf32>
  }
}
"""

# Everything that counts the batch: means, statistics, random numbers, a constant
# as large as it, and an update.
TRAINING = """
dl.model @net {
  dl.param @w : tensor<16x32xf32> = kaiming_uniform
  dl.param @g : tensor<16xf32> = ones
  dl.param @b : tensor<16xf32> = zeros
  dl.buffer @mean : tensor<16xf32> = zeros
  dl.buffer @var : tensor<16xf32> = ones
  dl.optimizer @adam = #dl.adam<>
  dl.step @before(%x: tensor<4x32xf32>) -> (y: tensor<4x32xf32>) {
    %0 = dl.dropout %x mode(train) {p = 0.5} : tensor<4x32xf32>
    dl.return %0 : tensor<4x32xf32>
  }
  dl.step @predict(%x: tensor<@N@x32xf32>) -> (loss: tensor<f32>, y: tensor<@N@x16xf32>) @BATCH@ {
    %w = dl.read @w : tensor<16x32xf32>
    %g = dl.read @g : tensor<16xf32>
    %b = dl.read @b : tensor<16xf32>
    %0 = dl.linear %x, %w : tensor<@N@x32xf32>, tensor<16x32xf32> -> tensor<@N@x16xf32>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) mode(train) : tensor<@N@x16xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<@N@x16xf32>
    %2 = dl.dropout %1 mode(train) {p = 0.25} : tensor<@N@x16xf32>
    %n = dl.normal {deviation = 0.1} : tensor<@N@x16xf32>
    %3 = dl.add %2, %n : tensor<@N@x16xf32>
    %one = dl.constant dense<1.0> : tensor<@N@x16xf32>
    %loss = dl.mse %3, %one : tensor<@N@x16xf32> -> tensor<f32>
    %lr = dl.constant dense<0.01> : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss, %3 : tensor<f32>, tensor<@N@x16xf32>
  }
}
"""

OUTPUTS = {
    "convolution": [((10,), np.float32), ((), np.int32)],
    "transformer": [((8, 32), np.float32)],
    "recurrent": [((9, 16), np.float32)],
    "training": [(None, np.float32), ((16,), np.float32)],
}
rng = np.random.default_rng(7)
INPUTS = {
    "convolution": rng.standard_normal((40, 3, 8, 8), np.float32),
    "transformer": rng.integers(0, 50, (40, 7)).astype(np.int32),
    "recurrent": rng.standard_normal((40, 9, 5), np.float32),
    "training": rng.standard_normal((40, 32), np.float32),
}
PROGRAMS = {
    "convolution": CONVOLUTION,
    "transformer": TRANSFORMER,
    "recurrent": RECURRENT,
    "training": TRAINING,
}


class Net:
    """A compiled program; `sized`: its function takes the batch."""

    def __init__(self, dlc, folder, name, batch, clause="", options=()):
        self.name, self.sized = name, bool(clause) or bool(options)
        key = f"{name}-{batch}-{len(clause)}-{len(options)}"
        text = PROGRAMS[name].replace("@N@", str(batch)).replace("@BATCH@", clause)
        source = folder / f"{key}.mlir"
        source.write_text(text)
        library = folder / f"{key}.so"
        subprocess.run([dlc, source, "-o", library, *options], check=True)
        self.library = ctypes.CDLL(str(library))
        self.library.net_last_error.restype = ctypes.c_char_p

    def open(self, threads):
        handle = ctypes.c_void_p()
        assert self.library.net_create(ctypes.byref(handle), threads) == 0
        assert self.library.net_init(handle, ctypes.c_uint64(3)) == 0
        return handle

    def run(self, handle, rows):
        # An edge of canaries says whether more rows were written.
        x = np.ascontiguousarray(INPUTS[self.name][:rows])
        outputs = []
        for shape, dtype in OUTPUTS[self.name]:
            full = (1,) if shape is None else (rows, *shape)
            flat = np.full(int(np.prod(full)) + 64, 77, dtype)
            outputs.append((flat, full))
        arguments = [handle]
        if self.sized:
            arguments.append(ctypes.c_int64(rows))
        arguments += [ctypes.c_void_p(x.ctypes.data)]
        arguments += [ctypes.c_void_p(flat.ctypes.data) for flat, _ in outputs]
        status = self.library.net_predict(*arguments)
        if status:
            return status, self.library.net_last_error(handle).decode()
        results = []
        for flat, full in outputs:
            size = int(np.prod(full))
            assert (flat[size:] == 77).all(), "written behind the end"
            results.append(flat[:size].reshape(full).copy())
        return 0, results

    def close(self, handle):
        self.library.net_destroy(handle)


def same(a, b):
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b))


def distance(a, b):
    worst = 0.0
    for x, y in zip(a, b):
        x, y = x.astype(np.float64), y.astype(np.float64)
        worst = max(worst, np.abs(x - y).max() / max(np.abs(y).max(), 1e-30))
    return worst


def check_any(dlc, folder, name):
    """Any number of rows."""
    net = Net(dlc, folder, name, 32, "batch(1 to 32)")
    exact = {}
    worst = 0.0
    for threads in (1, 2, 3):
        handle = net.open(threads)
        for rows in range(1, 33):
            status, results = net.run(handle, rows)
            assert status == 0, results
            if rows not in exact:
                exact[rows] = results
            assert same(results, exact[rows]), (name, rows, threads, "threads")
        for rows in (0, 33, -1):
            status, message = net.run(handle, rows) if rows > 0 else (3, "")
            if rows > 0:
                assert status == 3 and "a batch of 33 rows, expected 1 to 32" in message
        net.close(handle)
    for rows in (1, 2, 3, 5, 8, 13, 16, 31, 32):
        one = Net(dlc, folder, name, rows)
        handle = one.open(1)
        status, results = one.run(handle, rows)
        assert status == 0, results
        one.close(handle)
        if rows & (rows - 1) == 0:
            assert same(results, exact[rows]), (name, rows, "bits")
        far = distance(exact[rows], results)
        assert far <= TOLERANCE, (name, rows, far)
        worst = max(worst, far)
    print(f"{name}: 1 to 32 rows; sizes to the bit, others within {worst:.1e}")


def check_list(dlc, folder, name, sizes):
    """Sizes of a step that trains, by the tool."""
    listed = ",".join(map(str, sizes))
    net = Net(dlc, folder, name, 6, options=[f"--batch=predict={listed}"])
    for rows in sizes:
        one = Net(dlc, folder, name, rows)
        for threads in (1, 2, 3):
            a, b = net.open(threads), one.open(threads)
            for _ in range(3):
                (status, mine), (other, theirs) = net.run(a, rows), one.run(b, rows)
                assert status == 0 and other == 0, (mine, theirs)
                assert same(mine, theirs), (name, rows, threads)
            net.close(a)
            one.close(b)
    handle = net.open(1)
    status, message = net.run(handle, 7)
    expected = f"a batch of 7 rows, expected {', '.join(map(str, sizes[:-1]))} or {sizes[-1]}"
    assert status == 3 and expected in message, message
    net.close(handle)
    print(f"{name}: {listed} rows, to the bit")


def main():
    dlc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for name in ("convolution", "transformer", "recurrent"):
        check_any(dlc, folder, name)
    check_list(dlc, folder, "training", [2, 8, 32])


main()
