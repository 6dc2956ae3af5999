# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loops over a leading dimension, against the same loop in PyTorch."""
import torch

from golden import Case, normal

BODY = """%s, %ys = dl.scan {trips}{reverse} carry(%h = %h0) over(%x = %xs) with(%u = %w)
    : ({{h0}}, {{xs}}, {{w}}) -> ({{s}}, {{ys}}) {{
  %0 = dl.matmul %h, %u : {{h0}}, {{w}} -> {{h0}}
  %1 = dl.add %0, %x : {{h0}}
  %2 = dl.tanh %1 : {{h0}}
  %3 = dl.mul %2, %x : {{h0}}
  dl.yield %2, %3 : {{h0}}, {{h0}}
}}"""


def recurrence(trips, batch, hidden, reverse, truncate=None):
    def reference(h, xs, w):
        ys = [None] * trips
        for n, t in enumerate(reversed(range(trips)) if reverse else range(trips)):
            if truncate and n and n % truncate == 0:
                h = h.detach()
            h = torch.tanh(h @ w + xs[t])
            ys[t] = h * xs[t]
        return {"s": h, "ys": torch.stack(ys) if ys else xs * 0}

    return Case(op="scan", name=f"{'reverse_' * reverse}{trips}_{batch}_{hidden}"
                + (f"_truncate_{truncate}" if truncate else ""),
                inputs={"h0": normal(batch, hidden), "xs": normal(trips, batch, hidden),
                        "w": normal(hidden, hidden) * 0.5},
                text=BODY.format(trips=trips, reverse=" reverse" * reverse
                                 + (f" truncate {truncate}" if truncate else "")),
                reference=reference)


def cases():
    for shape in (5, 3, 7), (1, 4, 2), (6, 1, 1), (4, 5, 33):
        for reverse in False, True:
            yield recurrence(*shape, reverse)
    yield recurrence(0, 2, 3, False)
    yield recurrence(3, 0, 2, False)
    for truncate in 1, 3, 4, 9:
        for reverse in False, True:
            yield recurrence(9, 2, 3, reverse, truncate)
    # Values that change places, one that never changes, an output that is carried,
    # and no stacked input.
    yield Case(op="scan", name="swap",
               inputs={"a": normal(3, 2), "b": normal(3, 2), "c": normal(3, 2)},
               text="%p, %q, %r, %ys = dl.scan 3 carry(%x = %a, %y = %b, %z = %c)\n"
                    "    : ({a}, {b}, {c}) -> ({p}, {q}, {r}, {ys}) {\n"
                    "  %0 = dl.add %y, %z : {a}\n"
                    "  dl.yield %0, %x, %z, %y : {a}, {a}, {a}, {a}\n"
                    "}",
               reference=swap)
    # A loop in a loop: rows, and within them columns.
    yield Case(op="scan", name="nested",
               inputs={"s0": normal(3), "xs": normal(4, 2, 3), "w": normal(3)},
               text="%s, %ys = dl.scan 4 carry(%a = %s0) over(%rows = %xs) with(%u = %w)\n"
                    "    : ({s0}, {xs}, {w}) -> ({s}, {ys}) {\n"
                    "  %b = dl.scan 2 reverse carry(%c = %a) over(%x = %rows) with(%v = %u)\n"
                    "      : ({s0}, tensor<2x3x{float}>, {w}) -> {s0} {\n"
                    "    %0 = dl.mul %c, %v : {s0}\n"
                    "    %1 = dl.add %0, %x : {s0}\n"
                    "    %2 = dl.tanh %1 : {s0}\n"
                    "    dl.yield %2 : {s0}\n"
                    "  }\n"
                    "  %3 = dl.mul %b, %u : {s0}\n"
                    "  dl.yield %b, %3 : {s0}, {s0}\n"
                    "}",
               reference=nested)
    # The gradient of a gradient: of sum(tanh'(...)^2).
    yield Case(op="scan", name="second_order",
               inputs={"h0": normal(2, 3), "xs": normal(4, 2, 3), "w": normal(3, 3) * 0.5},
               text=BODY.format(trips=4, reverse="").replace("%s, %ys", "%last, %all").replace(
                   "({s}, {ys})", "({h0}, {xs})") + """
%sq = dl.square %last : {h0}
%l0 = dl.reduce_sum %sq {axes = [0, 1]} : {h0} -> tensor<{float}>
%l1 = dl.reduce_sum %all {axes = [0, 1, 2]} : {xs} -> tensor<{float}>
%l = dl.add %l0, %l1 : tensor<{float}>
%gh, %gx, %gw = dl.gradient %l wrt %h0, %xs, %w : tensor<{float}> -> {h0}, {xs}, {w}
%y = dl.square %gw : {w}
%z = dl.mul %gx, %xs : {xs}
%v = dl.copy %gh : {h0}""",
               reference=second_order)


def swap(x, y, z):
    ys = []
    for _ in range(3):
        ys.append(y)
        x, y = y + z, x
    return {"p": x, "q": y, "r": z, "ys": torch.stack(ys)}


def nested(s, xs, w):
    ys = []
    for row in xs:
        for x in row.flip(0):
            s = torch.tanh(s * w + x)
        ys.append(s * w)
    return {"s": s, "ys": torch.stack(ys)}


def second_order(h0, xs, w):
    h, total = h0, 0
    for x in xs:
        h = torch.tanh(h @ w + x)
        total = total + (h * x).sum()
    total = total + (h ** 2).sum()
    gh, gx, gw = torch.autograd.grad(total, (h0, xs, w), create_graph=True)
    return {"y": gw ** 2, "z": gx * xs, "v": gh}
