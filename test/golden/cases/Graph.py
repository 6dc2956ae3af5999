# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sparse matrices and graphs."""
import numpy as np
import torch

from golden import Case, normal


def sparse(rows, columns, density, seed, dtype=np.int64):
    """Row pointers and columns of a random matrix; some rows are empty."""
    mask = np.random.default_rng(seed).random((rows, columns)) < density
    indptr = np.concatenate([[0], np.cumsum(mask.sum(1))])
    return indptr.astype(dtype), np.nonzero(mask)[1].astype(dtype)


def dense(indptr, indices, values, rows, columns):
    """The matrix; differentiable in its values."""
    of = torch.repeat_interleave(torch.arange(rows), torch.diff(indptr.long()))
    matrix = torch.zeros(rows * columns, dtype=values.dtype)
    return matrix.index_add(0, of * columns + indices.long(), values).reshape(rows, columns)


def spmm(name, rows, columns, width, density, transpose=False, dtype=np.int64):
    indptr, indices = sparse(rows, columns, density, 1, dtype)

    def reference(indptr, indices, values, x):
        matrix = dense(indptr, indices, values, rows, columns)
        return (matrix.T if transpose else matrix) @ x

    return Case(op="spmm", name=name,
                inputs={"indptr": indptr, "indices": indices, "values": normal(len(indices)),
                        "x": normal(rows if transpose else columns, width)},
                text="%y = dl.spmm %indptr, %indices, %values, %x FLAG: {indptr}, {indices}, {values}, {x} -> {y}"
                .replace("FLAG", "{transpose} " if transpose else ""),
                reference=reference)


def sddmm(name, rows, columns, width, density, dtype=np.int64):
    indptr, indices = sparse(rows, columns, density, 2, dtype)

    def reference(indptr, indices, a, b):
        of = torch.repeat_interleave(torch.arange(rows), torch.diff(indptr.long()))
        return (a[of] * b[indices.long()]).sum(1)

    return Case(op="sddmm", name=name,
                inputs={"indptr": indptr, "indices": indices, "a": normal(rows, width),
                        "b": normal(columns, width)},
                text="%y = dl.sddmm %indptr, %indices, %a, %b : {indptr}, {indices}, {a}, {b} -> {y}",
                reference=reference)


def gcn_conv(name, nodes, features, out, density, bias=True, loops=True, dtype=np.int64):
    indptr, indices = sparse(nodes, nodes, density, 3, dtype)
    inputs = {"x": normal(nodes, features), "w": normal(out, features)}
    if bias:
        inputs["b"] = normal(out)
    inputs |= {"indptr": indptr, "indices": indices}

    def reference(x, w, *rest):
        adjacency = dense(rest[-2], rest[-1], torch.ones(len(indices), dtype=x.dtype), nodes, nodes)
        if loops:
            adjacency = adjacency + torch.eye(nodes, dtype=x.dtype)
        degree = adjacency.sum(1)
        scale = torch.where(degree > 0, degree.clamp(min=1) ** -0.5, 0.0)
        y = scale[:, None] * adjacency * scale @ (x @ w.T)
        return y + rest[0] if bias else y

    text = "%y = dl.gcn_conv %x, %wBIAS over %indptr, %indices FLAG: {x}, {w}, {indptr}, {indices}TYPE -> {y}"
    text = text.replace("BIAS", ", %b" if bias else "").replace("TYPE", ", {b}" if bias else "")
    return Case(op="gcn_conv", name=name, inputs=inputs,
                text=text.replace("FLAG", "" if loops else "{add_self_loops = false} "),
                reference=reference)


def cases():
    yield spmm("odd", 5, 7, 35, 0.4)
    yield spmm("transpose", 5, 7, 19, 0.4, transpose=True, dtype=np.int32)
    yield spmm("one", 1, 1, 1, 1.0)
    yield spmm("sparse", 9, 6, 3, 0.1, dtype=np.uint8)
    yield spmm("no_entry", 3, 4, 2, 0.0)
    yield spmm("transpose_no_entry", 3, 4, 2, 0.0, transpose=True)
    yield sddmm("odd", 5, 7, 35, 0.4)
    yield sddmm("sparse", 9, 6, 3, 0.1, dtype=np.int32)
    yield sddmm("one", 1, 1, 1, 1.0)
    yield gcn_conv("bias", 7, 5, 4, 0.3)
    yield gcn_conv("no_bias", 9, 3, 17, 0.2, bias=False, dtype=np.int32)
    yield gcn_conv("no_self_loops", 6, 4, 3, 0.15, loops=False)
    yield gcn_conv("one", 1, 1, 1, 1.0)
    yield gcn_conv("no_nodes", 0, 3, 2, 1.0)
    yield gcn_conv("no_edges", 4, 3, 2, 0.0)
