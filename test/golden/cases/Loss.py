"""Losses."""
from torch.nn import functional as F

from golden import Case, draw, normal


def cross_entropy(name, rows, classes, dtype, spread=1.0):
    def labels(rng):
        """The first and the last class are among them."""
        label = rng.integers(0, classes, rows).astype(dtype)
        label[0], label[-1] = 0, classes - 1
        return label

    return Case(op="cross_entropy", name=name,
                inputs={"logits": normal(rows, classes) * spread, "label": draw(labels)},
                text="%loss = dl.cross_entropy %logits, %label : {logits}, {label} -> {loss}",
                reference=lambda z, label: {"loss": F.cross_entropy(z, label.long())})


def cases():
    yield cross_entropy("ui8", 8, 10, "uint8")
    yield cross_entropy("i64", 5, 7, "int64")
    yield cross_entropy("i32_large_logits", 6, 10, "int32", spread=60.0)
    yield cross_entropy("one_row", 1, 3, "int64")
