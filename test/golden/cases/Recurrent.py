# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recurrent layers and cells, against torch.nn."""
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import Case, normal, np

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
MODULES = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
CELLS = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}


def call(module, weights, *arguments):
    """The module with these tensors for parameters."""
    names = [name for name, _ in module.named_parameters()]
    return torch.func.functional_call(module, dict(zip(names, weights)), arguments)


def layer(op, name, steps, batch, inputs, hidden, layers=1, bidirectional=False,
          bias=True, batch_first=False, initial=False, lengths=None, **options):
    directions = 2 if bidirectional else 1
    module = MODULES[op](inputs, hidden, layers, bias=bias, batch_first=batch_first,
                         bidirectional=bidirectional, **options).double()
    shape = (batch, steps, inputs) if batch_first else (steps, batch, inputs)
    arrays = {"x": normal(*shape)}
    weights = []
    for i, (_, parameter) in enumerate(module.named_parameters()):
        weights.append(f"w{i}")
        arrays[weights[-1]] = normal(*parameter.shape) * 0.5
    states = ["h0", "c0"] if op == "lstm" else ["h0"]
    if initial:
        for state in states:
            arrays[state] = normal(layers * directions, batch, hidden)
    if lengths is not None:
        arrays["len"] = np.array(lengths)

    def reference(**given):
        x, start = given["x"], None
        if initial:
            start = tuple(given[state] for state in states)
            start = start if op == "lstm" else start[0]
        if lengths is not None:
            x = pack_padded_sequence(x, given["len"], batch_first, enforce_sorted=False)
        y, last = call(module, [given[w] for w in weights], x, start)
        if lengths is not None:
            y, _ = pad_packed_sequence(y, batch_first, total_length=steps)
        last = last if op == "lstm" else (last,)
        return {"y": y, **dict(zip(("hn", "cn"), last))}

    outputs = ["y", "hn", "cn"] if op == "lstm" else ["y", "hn"]
    attributes = [f"layers = {layers}"] if layers > 1 else []
    attributes += ["bidirectional"] * bidirectional + ["batch_first"] * batch_first
    attributes += [f'{key} = "{value}"' for key, value in options.items()]
    text = ", ".join(f"%{o}" for o in outputs) + f" = dl.{op} %x weights("
    text += ", ".join(f"%{w}" for w in weights) + ")"
    if initial:
        text += f" initial({', '.join('%' + s for s in states)})"
    if lengths is not None:
        text += " lengths(%len)"
    if attributes:
        text += f" {{{', '.join(attributes)}}}"
    text += " : (" + ", ".join(f"{{{a}}}" for a in arrays) + ") -> ("
    text += ", ".join(f"{{{o}}}" for o in outputs) + ")"
    names = list(arrays)
    return Case(op=op, name=name, inputs=arrays, text=text,
                reference=lambda *given: reference(**dict(zip(names, given))))


def cell(op, name, batch, inputs, hidden, bias=True, **options):
    module = CELLS[op](inputs, hidden, bias=bias, **options).double()
    states = ["h", "c"] if op == "lstm" else ["h"]
    arrays = {"x": normal(batch, inputs)}
    for state in states:
        arrays[state] = normal(batch, hidden)
    weights = []
    for i, (_, parameter) in enumerate(module.named_parameters()):
        weights.append(f"w{i}")
        arrays[weights[-1]] = normal(*parameter.shape) * 0.5

    def reference(x, *rest):
        start = rest[:len(states)]
        last = call(module, rest[len(states):], x, start if op == "lstm" else start[0])
        return dict(zip(("h1", "c1"), last)) if op == "lstm" else {"h1": last}

    outputs = ["h1", "c1"] if op == "lstm" else ["h1"]
    text = ", ".join(f"%{o}" for o in outputs) + f" = dl.{op}_cell %x, "
    text += ", ".join(f"%{s}" for s in states)
    text += f" weights({', '.join('%' + w for w in weights)})"
    if options:
        text += " {" + ", ".join(f'{k} = "{v}"' for k, v in options.items()) + "}"
    text += " : (" + ", ".join(f"{{{a}}}" for a in arrays) + ") -> ("
    text += ", ".join(f"{{{o}}}" for o in outputs) + ")"
    return Case(op=f"{op}_cell", name=name, inputs=arrays, text=text, reference=reference)


def cases():
    for op in GATES:
        yield layer(op, "odd", 5, 3, 7, 5)
        yield layer(op, "one", 1, 1, 1, 1, bias=False)
        yield layer(op, "initial_batch_first", 4, 5, 3, 6, initial=True, batch_first=True)
        yield layer(op, "two_both", 3, 2, 3, 4, layers=2, bidirectional=True, initial=True)
        yield layer(op, "lengths", 6, 4, 3, 5, lengths=[3, 6, 1, 5])
        yield layer(op, "lengths_two_both", 4, 3, 2, 3, layers=2, bidirectional=True,
                    lengths=[2, 4, 1], initial=True)
        yield layer(op, "no_sequences", 4, 0, 3, 2, layers=2, bidirectional=True)
        yield cell(op, "no_rows", 0, 3, 4)
        yield cell(op, "odd", 3, 7, 5)
        yield cell(op, "no_bias", 5, 1, 2, bias=False)
        yield cell(op, "wide", 4, 3, 17)
    yield layer("rnn", "relu", 5, 3, 4, 3, nonlinearity="relu")
    yield cell("rnn", "relu", 3, 4, 5, nonlinearity="relu")
