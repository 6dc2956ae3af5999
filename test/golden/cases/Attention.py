# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weighted means of values."""
import dataclasses

import numpy as np
import torch
from torch.nn import functional as F

from golden import Case, booleans, normal


def attention(name, front, queries, keys, features, values, mask=None, **options):
    inputs = {"q": normal(*front, queries, features), "k": normal(*front, keys, features),
              "v": normal(*front, keys, values)}
    causal, scale = options.get("is_causal", False), options.get("scale")
    words = (["is_causal"] if causal else []) + ([f"scale = {scale}"] if scale else [])
    if mask is not None:
        inputs["m"] = mask

    def reference(q, k, v, m=None):
        return F.scaled_dot_product_attention(q, k, v, m, is_causal=causal, scale=scale)

    return Case(op="scaled_dot_product_attention", name=name, inputs=inputs,
                text=f"%y = dl.scaled_dot_product_attention %q, %k, %v {'mask %m ' if mask is not None else ''}"
                     f"{{{', '.join(words)}}} : {{q}}, {{k}}, {{v}}{', {m}' if mask is not None else ''} -> {{y}}",
                reference=reference)


def flash(name, front, queries, keys, features, values, mask=None, **options):
    case = attention(name, front, queries, keys, features, values, mask, **options)
    causal = options.get("is_causal", False)

    def reference(q, k, v, m=None):
        scores = q @ k.mT * (options.get("scale") or features ** -0.5)
        if causal:
            m = torch.ones(queries, keys, dtype=torch.bool).tril()
        if m is not None:
            scores = scores.masked_fill(~m, -torch.inf) if m.dtype == torch.bool else scores + m
        y = F.scaled_dot_product_attention(q, k, v, None if causal else m, is_causal=causal, scale=options.get("scale"))
        return {"y": y, "lse": torch.logsumexp(scores, -1)}

    return dataclasses.replace(
        case, op="flash_attention", reference=reference,
        text=case.text.replace("%y = dl.scaled_dot_product_attention", "%y, %lse = dl.flash_attention") + ", {lse}")


def sees_one(*shape):
    """No query without a key."""
    return booleans(*shape).apply(lambda m: np.maximum(m, np.arange(shape[-1]) == 1))


def cases():
    yield attention("plain", (2, 3), 5, 7, 8, 6)
    yield attention("one_matrix", (), 4, 3, 5, 5)
    yield attention("one", (1, 1), 1, 1, 1, 1)
    yield attention("scaled", (3,), 5, 5, 4, 4, scale=0.3)
    yield attention("causal", (2, 2), 6, 6, 5, 3, is_causal=True)
    yield attention("causal_more_keys", (2,), 3, 6, 4, 4, is_causal=True)
    yield attention("causal_more_queries", (2,), 6, 3, 4, 4, is_causal=True)
    yield attention("boolean_mask", (2, 2), 4, 5, 3, 3, sees_one(4, 5))
    yield attention("boolean_mask_of_each", (2, 2), 4, 5, 3, 3, sees_one(2, 1, 4, 5))
    yield attention("key_padding", (2, 2), 4, 5, 3, 3, sees_one(2, 1, 1, 5))
    yield attention("additive_mask", (2, 2), 4, 5, 3, 3, normal(4, 5))
    yield attention("additive_mask_of_each", (2, 3), 4, 5, 3, 3, normal(2, 3, 4, 5))
    yield attention("no_queries", (2,), 0, 5, 4, 3)
    # PyTorch's answer for a query that sees nothing is 0 too, and so is its gradient.
    nothing = np.array([[True, False, True], [False, False, False]])
    yield attention("sees_nothing", (2,), 2, 3, 4, 4, nothing)

    # Small: one block.
    yield flash("one_block", (2, 3), 5, 7, 4, 6)
    yield flash("one_matrix", (), 4, 3, 5, 5, scale=0.3)
    yield flash("one", (1, 1), 1, 1, 1, 1)
    yield flash("causal", (2,), 6, 6, 5, 3, is_causal=True)
    yield flash("boolean_mask", (2, 2), 4, 5, 3, 3, sees_one(4, 5))
    yield flash("additive_mask_of_keys", (2, 2), 4, 5, 3, 3, normal(2, 1, 1, 5))
    yield flash("no_queries", (2,), 0, 5, 4, 3)
    # Parts of 256 keys; blocks of 104 queries, and of 130 for the gradient; with a block for the rest.
    yield flash("blocks", (2,), 520, 270, 2, 3)
    yield flash("prime", (), 263, 601, 2, 2)
    yield flash("additive_mask_blocks", (2, 1), 300, 270, 2, 1, normal(2, 1, 300, 1))
    yield flash("key_padding_blocks", (2, 2), 300, 270, 2, 1, sees_one(2, 1, 1, 270))
    # Ranges of 256 queries, the last with fewer.
    yield flash("causal_ranges", (), 600, 600, 2, 2, is_causal=True)
    yield flash("causal_few_keys", (), 600, 70, 2, 2, is_causal=True)
    yield flash("causal_many_keys", (), 300, 700, 2, 2, is_causal=True)
    # Ranges of 512 queries.
    yield flash("causal_long", (), 2100, 300, 2, 2, is_causal=True)
