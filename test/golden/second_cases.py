# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases for run_second.py alone, and what it must know of those of golden.py."""
import numpy as np

from golden import Case, integers, normal, uniform

# Cases at a kink, or too large or small for steps of 1e-6, and why. What has "ties" in its
# name is at one, too.
ROUGH = {
    "gumbel_softmax/hard_rows": "straight through: the value is that of a maximum",
    "gumbel_softmax/hard_cold": "straight through",
    "gumbel_softmax/hard_middle": "straight through",
    "gumbel_softmax/hard_one_row": "straight through",
    "clamp/ends": "at the ends",
    "round/halves": "at the jumps",
    "pow/zero": "at 0 powers are not on both sides what they are on one",
    "bce/certain": "logarithms held at -100",
    "embedding/padding": "the row of padding has no gradient, by definition",
    "embedding/one_column": "the row of padding has no gradient, by definition",
    "embedding/sparse": "the row of padding has no gradient, by definition",
    "avg_pool2d/infinite": "infinite values have no differences",
    "max_pool2d/k3_stride1_pad1_negative": "equal maxima",
    "max_pool2d/minus_infinity": "infinite values have no differences",
    "max_pool2d/minus_infinity_padded": "infinite values have no differences",
    "max_pool2d/minus_infinity_dilated": "infinite values have no differences",
    "norm/p_1_0_of_zeros": "at 0, where a norm has its tip",
    "norm/p_2_0_of_zeros": "at 0, where a norm has its tip",
    "norm/p_3_0_of_zeros": "at 0, where a norm has its tip",
    "norm/huge": "1e-6 is less than an ulp of the values",
    "norm/tiny": "1e-6 is more than the values",
}

# Of these the derivative is, by definition, that of no function: nor are second ones
# symmetric. They only have to be finite.
NO_FUNCTION = {
    "pow/zero": "d a^b / db contains log a, whose own derivative is not there at 0",
    "scan/truncate": "carried values stop gradients",
}


def is_listed(table, op, case):
    """A name with a table's entry in it, `op/part of the case's name`."""
    return any(op == key.partition("/")[0] and key.partition("/")[2] in case
               for key in table)


def is_rough(op, case):
    return f"{op}/{case}" in ROUGH or "ties" in case or is_listed(NO_FUNCTION, op, case)


def extra(op, name, text, inputs, outputs, **more):
    return Case(op=op, name=name, inputs=inputs, text=text, reference=None, **more), outputs


def cases():
    """(case, {output: shape}) for ops that have no counterpart in PyTorch."""
    for shape in (1,), (3, 5), (2, 3, 4):
        x = {"x": normal(*shape)}
        yield extra("relu", f"{shape}", "%y = dl.relu %x : {x}", x, {"y": shape})
        yield extra("copy", f"{shape}", "%z = dl.exp %x : {x}\n%y = dl.copy %z : {x}", x,
                     {"y": shape})
        yield extra("stop_gradient", f"{shape}",
                     "%s = dl.sin %x : {x}\n%t = dl.stop_gradient %w : {x}\n%y = dl.mul %s, %t : {x}",
                     {"x": normal(*shape), "w": normal(*shape)}, {"y": shape}, gradients=["x"])
        yield extra("dropout", f"{shape}", "%e = dl.sin %x : {x}\n"
                     "%y = dl.dropout %e mode(train) {p = 0.4} : {x}", x, {"y": shape})
        yield extra("alpha_dropout", f"{shape}", "%e = dl.sin %x : {x}\n"
                     "%y = dl.alpha_dropout %e mode(train) {p = 0.3} : {x}", x, {"y": shape})
    yield extra("dropout", "channels", "%e = dl.sin %x : {x}\n"
                 "%y = dl.dropout %e mode(train) {channels, p = 0.5} : {x}",
                 {"x": normal(2, 5, 3)}, {"y": (2, 5, 3)})
    # The value is rounded, the gradient that of the identity: d y / d x = 1 through stop_gradient.
    yield extra("straight_through", "sine",
                 "%s = dl.sin %x : {x}\n%n = dl.round %w : {x}\n%d = dl.sub %n, %w : {x}\n"
                 "%t = dl.stop_gradient %d : {x}\n%y = dl.mul %s, %t : {x}",
                 {"x": normal(4, 5), "w": normal(4, 5)}, {"y": (4, 5)}, gradients=["x"])
    for shape, channels in ((4, 3), 3), ((2, 3, 4), 3), ((2, 4, 3, 2), 4):
        yield extra("batch_norm_train", f"{shape}",
                     "%y, %m, %v, %r = dl.batch_norm_train %x, %w, %b : {x}, {w}, {b}"
                     " -> {y}, {m}, {v}, {r}",
                     {"x": normal(*shape), "w": normal(channels), "b": normal(channels)},
                     {"y": shape, "m": (channels,), "v": (channels,),
                      "r": (channels,)})
        yield extra("normalize", f"{shape}",
                     "%y, %m, %v, %r = dl.normalize %x {axes = [0]} : {x} -> {y}, {m}, {v}, {r}",
                     {"x": normal(*shape)}, {"y": shape, "m": shape[1:], "v": shape[1:],
                                             "r": shape[1:]})
    for name, words, x, w, y in (
            ("plain", "", (2, 3, 5, 4), (4, 3, 3, 2), (2, 4, 3, 3)),
            ("stride_2_pad_1", " {stride = [2, 2], padding = [1, 1]}", (1, 2, 5, 6), (3, 2, 3, 3),
             (1, 3, 3, 3)),
            ("groups", " {groups = 2}", (2, 4, 3, 3), (4, 2, 2, 2), (2, 4, 2, 2)),
            ("dilated", " {dilation = [2, 1]}", (1, 1, 5, 3), (1, 1, 2, 2), (1, 1, 3, 2))):
        yield extra("conv2d_input_grad", name,
                     f"%y = dl.conv2d_input_grad %dy, %w{words} : {{dy}}, {{w}} -> {{y}}",
                     {"dy": normal(*y), "w": normal(*w)}, {"y": x})
        yield extra("conv2d_filter_grad", name,
                     f"%y = dl.conv2d_filter_grad %x, %dy{words} : {{x}}, {{dy}} -> {{y}}",
                     {"x": normal(*x), "dy": normal(*y)}, {"y": w})
    # Windows that overlap.
    for shape, kernel, out in ((1, 2, 5, 5), [3, 3], (1, 2, 3, 3)), ((2, 1, 4, 6), [2, 3], (2, 1, 3, 4)):
        yield extra("max_pool2d_overlapping", f"{shape}", "%e = dl.sin %x : {x}\n"
                     f"%y = dl.max_pool2d %e {{kernel = {kernel}, stride = [1, 1]}} : {{x}} -> {{y}}",
                     {"x": normal(*shape)}, {"y": out})


def names():
    return sorted({case.op for case, _ in cases()})


def records(op):
    """What a file of golden data would hold."""
    found, data = [], {}
    for case, outputs in cases():
        if case.op != op:
            continue
        inputs = {name: case.draw(name, array) for name, array in case.inputs.items()}
        kinds = {name: "float" if a.dtype.kind == "f" else "i64" for name, a in inputs.items()}
        record = {"name": case.name, "types": ["f64"], "text": case.text.strip().splitlines(),
                  "inputs": {n: [kinds[n], list(a.shape)] for n, a in inputs.items()},
                  "outputs": {n: ["float", list(shape)] for n, shape in outputs.items()},
                  "gradients": case.gradients or [n for n in inputs if kinds[n] == "float"],
                  "members": list(case.members)}
        found.append(record)
        data |= {f"{case.name}/{n}": a for n, a in inputs.items()}
        for n, shape in outputs.items():
            data[f"{case.name}/d_{n}"] = case.cotangent(f"d_{n}", tuple(shape))
            data[f"{case.name}/{n}"] = np.zeros(shape)
        for n in record["gradients"]:
            data[f"{case.name}/d{n}"] = np.zeros(inputs[n].shape)
    return op, found, data
