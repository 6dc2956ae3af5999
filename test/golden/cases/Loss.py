# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Losses."""
import torch
from torch.nn import functional as F

from golden import Case, choice, draw, normal, number, uniform

REDUCTIONS = "mean", "sum", "none"


def text_of(op, operands, reduction, constants, types):
    words = [f"%loss = dl.{op} {operands}"]
    if reduction != "mean":
        words.append(f"reduction({reduction})")
    if constants:
        words.append("{" + ", ".join(constants) + "}")
    return " ".join(words) + f" : {types} -> {{loss}}"


# --- Of classes ------------------------------------------------------------------

def labels(shape, classes, dtype, ignored=None):
    """Class indices, the first and the last class among them, some to be ignored."""
    def make(rng):
        label = rng.integers(0, classes, shape).astype(dtype)
        if label.size:
            label.flat[0], label.flat[-1] = 0, classes - 1
        if ignored is not None:
            label.flat[1::3] = ignored
        return label

    return draw(make)


def class_loss(op, name, shape, dtype, reduction="mean", weighted=False, ignored=None,
               smoothing=0.0, spread=1.0, default_ignored=False):
    """cross_entropy or nll of scores N x C x d1 x ..."""
    places = shape[:1] + shape[2:]
    inputs = {"x": normal(*shape) * spread, "label": labels(places, shape[1], dtype, ignored)}
    constants, options = [], {"reduction": reduction}
    operands, types = "%x, %label", "{x}, {label}"
    if weighted:
        inputs["w"] = uniform(0.5, 2.0, shape[1])
        operands, types = operands + " weight %w", types + ", {w}"
    if ignored is not None:
        options["ignore_index"] = ignored
        if not default_ignored:
            constants.append(f"ignore_index = {ignored}")
    if smoothing:
        constants.append(f"label_smoothing = {number(smoothing)}")
        options["label_smoothing"] = smoothing
    function = F.cross_entropy if op == "cross_entropy" else F.nll_loss

    def reference(x, label, w=None):
        weight = w.detach() if w is not None else None
        return {"loss": function(x, label.long(), weight=weight, **options)}

    return Case(op=op, name=name, inputs=inputs, gradients=["x"], reference=reference,
                text=text_of(op, operands, reduction, constants, types))


def class_cases(op):
    yield class_loss(op, "ui8", (8, 10), "uint8")
    yield class_loss(op, "i64", (5, 7), "int64")
    yield class_loss(op, "i8", (5, 7), "int8")
    yield class_loss(op, "i32_large", (6, 10), "int32", spread=60.0)
    yield class_loss(op, "one_row", (1, 3), "int64")
    yield class_loss(op, "one_class", (3, 1), "int64")
    yield class_loss(op, "images", (2, 5, 3, 4), "int32")
    yield class_loss(op, "sequence", (3, 4, 5), "uint8", "none")
    for reduction in REDUCTIONS:
        yield class_loss(op, f"weighted_{reduction}", (7, 5), "int64", reduction, weighted=True)
        yield class_loss(op, f"ignored_{reduction}", (7, 5), "int32", reduction, ignored=2)
        yield class_loss(op, f"default_ignored_{reduction}", (7, 5), "int64", reduction,
                         ignored=-100, default_ignored=True)
        yield class_loss(op, f"both_{reduction}", (3, 4, 2, 3), "int64", reduction,
                         weighted=True, ignored=-1)
    yield class_loss(op, "ignored_ui8", (7, 5), "uint8", ignored=255)
    for reduction in "sum", "none":
        yield class_loss(op, f"empty_{reduction}", (0, 5), "int64", reduction)


# --- Of numbers --------------------------------------------------------------------

def term_loss(op, name, x, t, function, reduction="mean", constants=(), **options):
    def reference(x, t):
        terms = function(x, t)
        if reduction == "none":
            return {"loss": terms}
        total = terms.sum()
        divisors = {"sum": 1, "mean": terms.numel(), "batchmean": terms.shape[0]}
        return {"loss": total / divisors[reduction]}

    return Case(op=op, name=name, inputs={"x": x, "t": t}, reference=reference,
                text=text_of(op, "%x, %t", reduction, constants, "{x}"), **options)


def each_shape(op, x, t, function, constants=(), suffix="", **options):
    """x and t make arrays of a shape."""
    for shape in (1,), (3, 35), (2, 3, 5):
        for reduction in REDUCTIONS:
            yield term_loss(op, f"{reduction}_{shape}{suffix}", x(*shape), t(*shape), function,
                            reduction, constants, **options)
    yield term_loss(op, f"empty{suffix}", x(0, 4), t(0, 4), function, "sum", constants, **options)


def none(function, **options):
    return lambda x, t: function(x, t, reduction="none", **options)


def probabilities(*shape):
    return uniform(0.02, 0.98, *shape)


def log_probabilities(*shape):
    return normal(*shape) - 2


def signs(*shape):
    return choice([-1.0, 1.0], *shape)


def bce_with_logits(name, shape, weights, reduction="mean", x=None):
    def reference(x, t, p):
        # PyTorch has no derivative by pos_weight.
        terms = (1 - t) * x - (1 + (p.detach() - 1) * t) * F.logsigmoid(x)
        value = F.binary_cross_entropy_with_logits(x.detach(), t.detach(), reduction="none",
                                                   pos_weight=p.detach())
        assert torch.allclose(terms.detach(), value)
        return {"loss": {"none": terms, "sum": terms.sum(), "mean": terms.mean()}[reduction]}

    return Case(op="bce_with_logits", name=name,
                inputs={"x": normal(*shape) * 3 if x is None else x,
                        "t": uniform(0, 1, *shape), "p": uniform(0.5, 3, *weights)},
                gradients=["x", "t"], reference=reference, text=text_of("bce_with_logits", "%x, %t pos_weight %p",
                                                  reduction, (), "{x}, {p}"))


def cases():
    for op in "cross_entropy", "nll":
        yield from class_cases(op)
    for reduction in REDUCTIONS:
        yield class_loss("cross_entropy", f"smoothed_{reduction}", (7, 5), "int64", reduction,
                         smoothing=0.1)
        yield class_loss("cross_entropy", f"smoothed_all_{reduction}", (3, 4, 5), "int64",
                         reduction, weighted=True, ignored=1, smoothing=0.3)
    yield class_loss("cross_entropy", "huge", (6, 10), "int32", spread=1e4)

    yield from each_shape("mse", normal, normal, none(F.mse_loss))
    yield from each_shape("l1", normal, normal, none(F.l1_loss))
    yield from each_shape("smooth_l1", normal, normal, none(F.smooth_l1_loss))
    yield from each_shape("smooth_l1", normal, normal, none(F.smooth_l1_loss, beta=0.4),
                          ["beta = 0.4"], "_beta")
    yield from each_shape("smooth_l1", normal, normal, none(F.smooth_l1_loss, beta=0.0),
                          ["beta = 0.0"], "_no_beta")
    yield from each_shape("huber", normal, normal, none(F.huber_loss))
    yield from each_shape("huber", normal, normal, none(F.huber_loss, delta=0.3),
                          ["delta = 0.3"], "_delta")
    yield from each_shape("hinge", lambda *shape: normal(*shape) * 2, signs,
                          lambda x, t: torch.relu(1 - t * x))
    yield from each_shape("kl_div", log_probabilities, probabilities, none(F.kl_div))
    yield from each_shape("kl_div", log_probabilities, log_probabilities,
                          none(F.kl_div, log_target=True), ["log_target"], "_log")
    yield term_loss("kl_div", "batchmean", log_probabilities(4, 6), probabilities(4, 6),
                    none(F.kl_div), "batchmean")
    # PyTorch's gradient of a target of 0 is not a number.
    yield term_loss("kl_div", "zeros", log_probabilities(4, 6), choice([0.0, 0.25], 4, 6),
                    none(F.kl_div), gradients=["x"])
    yield from each_shape("bce", probabilities, probabilities, none(F.binary_cross_entropy))
    yield term_loss("bce", "certain", choice([0.0, 0.5, 1.0], 6, 5), choice([0.0, 0.25, 1.0], 6, 5),
                    none(F.binary_cross_entropy), gradients=["x"])
    yield from each_shape("bce_with_logits", lambda *shape: normal(*shape) * 3, probabilities,
                          none(F.binary_cross_entropy_with_logits))
    large = choice([-1e4, -1000.0, -30.0, 0.5, 30.0, 1000.0, 1e4], 8, 6)
    yield term_loss("bce_with_logits", "large", large, choice([0.0, 0.25, 1.0], 8, 6),
                    none(F.binary_cross_entropy_with_logits), "none")
    yield bce_with_logits("weight_a_class", (5, 7), (7,))
    yield bce_with_logits("weight_scalar", (3, 4), (), "sum")
    yield bce_with_logits("weight_a_row", (3, 4), (3, 1), "none")
    yield bce_with_logits("weight_images", (2, 3, 4, 2), (3, 1, 1))
    yield bce_with_logits("weight_large", (8, 6), (6,), "none", large)
