# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reading and adding at computed places."""
import numpy as np
import torch
from torch.nn import functional as F

from golden import Case, integers, normal


def select(name, shape, index, axis, dtype="i64"):
    def reference(x, index):
        flat = torch.index_select(x, axis, index.flatten().long())
        return flat.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1:])

    return Case(op="index_select", name=name,
                inputs={"x": normal(*shape), "index": integers(0, shape[axis], *index, dtype=dtype)},
                text=f"%y = dl.index_select %x at %index {{axis = {axis}}} : {{x}}, {{index}} -> {{y}}",
                reference=reference)


def index_add(name, shape, count, axis, into=True, dtype="i64"):
    source = shape[:axis] + (count,) + shape[axis + 1:]
    inputs = {"source": normal(*source), "index": integers(0, shape[axis], count, dtype=dtype)}
    if into:
        inputs["into"] = normal(*shape)

    def reference(source, index, into=torch.zeros(shape, dtype=torch.float64)):
        return torch.index_add(into, axis, index.long(), source)

    text = f"%y = dl.index_add %source at %index INTO{{axis = {axis}}} : {{source}}, {{index}}TYPE -> {{y}}"
    text = text.replace("INTO", "into %into " if into else "")
    return Case(op="index_add", name=name, inputs=inputs,
                text=text.replace("TYPE", ", {into}" if into else ""), reference=reference)


def gather(name, shape, index, axis, dtype="i64"):
    return Case(op="gather", name=name,
                inputs={"x": normal(*shape), "index": integers(0, shape[axis], *index, dtype=dtype)},
                text=f"%y = dl.gather %x at %index {{axis = {axis}}} : {{x}}, {{index}} -> {{y}}",
                reference=lambda x, index: torch.gather(x, axis, index.long()))


def scatter_add(name, shape, index, axis, source=None, into=True, dtype="i64"):
    inputs = {"source": normal(*(source or index)),
              "index": integers(0, shape[axis], *index, dtype=dtype)}
    if into:
        inputs["into"] = normal(*shape)

    def reference(source, index, into=torch.zeros(shape, dtype=torch.float64)):
        # PyTorch has no derivative for a source that is larger than the index.
        used = source[tuple(map(slice, index.shape))]
        return torch.scatter_add(into, axis, index.long(), used)

    text = f"%y = dl.scatter_add %source at %index INTO{{axis = {axis}}} : {{source}}, {{index}}TYPE -> {{y}}"
    text = text.replace("INTO", "into %into " if into else "")
    return Case(op="scatter_add", name=name, inputs=inputs,
                text=text.replace("TYPE", ", {into}" if into else ""), reference=reference)


def embedding(name, rows, width, index, padding=None, dtype="i64", sparse=False):
    words = ([] if padding is None else [f"padding_index = {padding}"]) + ["sparse"] * sparse
    attribute = f" {{{', '.join(words)}}}" if words else ""
    return Case(op="embedding", name=name,
                inputs={"table": normal(rows, width), "index": integers(0, rows, *index, dtype=dtype)},
                text=f"%y = dl.embedding %table at %index{attribute} : {{table}}, {{index}} -> {{y}}",
                reference=lambda table, index: F.embedding(index.long(), table, padding_idx=padding))


def unique(name, limit, index, draw=None):
    """In the order of first appearance; zeros behind; what is outside is left out."""
    def reference(index):
        known = {}
        inverse = [known.setdefault(int(i), len(known)) if 0 <= i < limit else 0
                   for i in index.flatten()]
        places = torch.zeros(min(index.numel(), limit), dtype=torch.int64)
        places[:len(known)] = torch.tensor(list(known), dtype=torch.int64)
        return {"places": places, "inverse": torch.tensor(inverse, dtype=torch.int64).reshape(index.shape),
                "count": torch.tensor(len(known))}

    return Case(op="unique", name=name, reference=reference,
                inputs={"index": integers(0, limit, *index) if draw is None else draw},
                text=f"%places, %inverse, %count = dl.unique %index below {limit}"
                     " : {index} -> {places}, {inverse}, {count}")


def index_copy(name, shape, index, count=None, dtype="i64"):
    def reference(source, index, into, count=count):
        rows, places = source.reshape(-1, *shape[1:]), index.flatten().long()
        last = {int(place): k for k, place in enumerate(places[:None if count is None else max(int(count), 0)])}
        # PyTorch says nothing of equal entries.
        return torch.index_copy(into, 0, torch.tensor(list(last), dtype=torch.int64),
                                rows[list(last.values())])

    inputs = {"source": normal(*index, *shape[1:]),
              "index": integers(0, shape[0], *index, dtype=dtype), "into": normal(*shape)}
    text = "%y = dl.index_copy %source at %index FIRSTinto %into : {source}, {index}, {into}TYPE -> {y}"
    if count is not None:
        inputs["count"] = np.int64(count)
    text = text.replace("FIRST", "" if count is None else "first %count ")
    return Case(op="index_copy", name=name, inputs=inputs, reference=reference,
                text=text.replace("TYPE", "" if count is None else ", {count}"))


def cases():
    yield select("rows", (7, 35), (11,), 0)
    yield select("middle", (3, 5, 4), (6,), 1, dtype="i32")
    yield select("last", (4, 9), (5,), 1, dtype="ui8")
    yield select("one", (1,), (1,), 0)
    yield select("index_of_rank_2", (5, 3), (2, 4), 0)
    yield select("no_index", (5, 3), (0,), 0)

    yield index_add("rows", (7, 35), 19, 0)
    yield index_add("middle", (3, 5, 4), 6, 1, dtype="i32")
    yield index_add("last", (4, 9), 13, 1, into=False, dtype="ui8")
    yield index_add("one", (1,), 1, 0)
    yield index_add("no_index", (5, 3), 0, 0)
    yield index_add("many_columns", (3, 300), 4, 0, into=False)

    yield unique("repeats", 9, (14,))
    yield unique("of_rank_2", 50, (4, 6))
    yield unique("more_than_places", 3, (40,))
    yield unique("all_equal", 7, (5,), np.full(5, 6))
    yield unique("one_place", 1, (4,))
    yield unique("some_outside", 6, (20,), integers(-3, 12, 20))
    yield unique("all_outside", 6, (4,), integers(6, 9, 4))
    yield unique("no_entry", 6, (0,))

    yield index_copy("rows", (30, 35), (7,))
    yield index_copy("repeats", (4, 3), (9,), dtype="i32")
    yield index_copy("first", (9, 5), (12,), count=6)
    yield index_copy("first_none", (9, 5), (4,), count=0)
    yield index_copy("first_too_many", (9, 5), (4,), count=9)
    yield index_copy("first_less_than_none", (9, 5), (4,), count=-2)
    yield index_copy("vector", (8,), (3,), dtype="ui8")
    yield index_copy("index_of_rank_2", (8, 3, 2), (2, 2))
    yield index_copy("scalar_index", (4, 3), ())
    yield index_copy("many_columns", (3, 300), (2,))
    yield index_copy("no_index", (5, 3), (0,))

    yield gather("columns", (5, 9), (5, 4), 1)
    yield gather("rows_fewer_columns", (6, 7), (9, 5), 0, dtype="i32")
    yield gather("middle", (3, 5, 4), (2, 6, 3), 1, dtype="ui8")
    yield gather("one", (1, 1), (1, 1), 1)
    yield gather("vector", (8,), (35,), 0)
    yield gather("no_index", (5, 3), (0, 3), 0)

    yield scatter_add("columns", (5, 9), (5, 14), 1)
    yield scatter_add("rows_fewer_columns", (6, 7), (9, 5), 0, dtype="i32", into=False)
    yield scatter_add("larger_source", (6, 7), (4, 5), 0, source=(5, 6))
    yield scatter_add("middle", (3, 5, 4), (2, 6, 3), 1, dtype="ui8")
    yield scatter_add("one", (1, 1), (1, 1), 1)
    yield scatter_add("vector", (8,), (35,), 0, into=False)
    yield scatter_add("no_index", (5, 3), (0, 3), 0)

    yield embedding("plain", 9, 16, (11,))
    yield embedding("padding", 5, 35, (4, 6), padding=2, dtype="i32")
    yield embedding("scalar", 4, 3, (), dtype="i32")
    yield embedding("one_column", 6, 1, (3, 2, 2), padding=0, dtype="ui8")
    yield embedding("no_index", 5, 3, (0,))
    yield embedding("sparse", 9, 4, (3, 5), padding=1, sparse=True)

    # Valid indices are themselves.
    yield Case(op="check_index", name="inside", inputs={"i": integers(0, 10, 4, 9)},
               text="%y = dl.check_index %i below 10 : {i}", reference=lambda i: i)
