# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""300 updates of a small net by every rule and clause of dl.minimize: what is run.

A net of two layers, tanh between, mean square error, batches of 8 in turn. Each variant
has a step and parameters of its own in one model. References: data/descent.npz, by
PyTorch (make_descent.py), for the rules it has; `NUMPY`, by plain formulas, otherwise.
"""
import numpy as np

STEPS = 300
CHECKED = (1, 10, 100, 300)  # after these the parameters are compared
SHAPES = {"w1": (6, 5), "b1": (6,), "w2": (3, 6), "b2": (3,)}
BATCHES = 16

# name: (rule, learning rate, clauses)
VARIANTS = {
    "sgd": ("sgd", 0.1, ""),
    "sgd_momentum": ("sgd<momentum = 0.9>", 0.02, ""),
    "sgd_dampening": ("sgd<momentum = 0.8, dampening = 0.3, weight_decay = 0.01>", 0.05, ""),
    "sgd_nesterov": ("sgd<momentum = 0.9, nesterov = true, weight_decay = 0.001>", 0.02, ""),
    "adagrad": ("adagrad", 0.05, ""),
    "adagrad_all": ("adagrad<lr_decay = 0.01, initial_accumulator = 0.1, weight_decay = 0.01>",
                    0.1, ""),
    "rmsprop": ("rmsprop", 0.01, ""),
    "rmsprop_centered": ("rmsprop<centered = true, alpha = 0.9, eps = 1.0e-3>", 0.005, ""),
    "rmsprop_momentum": ("rmsprop<momentum = 0.5, weight_decay = 0.01>", 0.003, ""),
    "rmsprop_both": ("rmsprop<momentum = 0.5, centered = true, eps = 1.0e-3>", 0.003, ""),
    "adadelta": ("adadelta", 1.0, ""),
    "adadelta_decay": ("adadelta<rho = 0.8, weight_decay = 0.01>", 0.5, ""),
    "adam": ("adam", 0.01, ""),
    "adam_amsgrad": ("adam<amsgrad = true, beta2 = 0.9>", 0.01, ""),
    "adam_decay": ("adam<weight_decay = 0.05>", 0.01, ""),
    "adamw": ("adamw", 0.01, ""),
    "adamw_amsgrad": ("adamw<amsgrad = true, weight_decay = 0.1>", 0.01, ""),
    "adamax": ("adamax<weight_decay = 0.01>", 0.01, ""),
    "nadam": ("nadam", 0.01, ""),
    "nadam_decoupled": ("nadam<weight_decay = 0.1, decoupled_weight_decay = true>", 0.01, ""),
    "radam": ("radam", 0.01, ""),
    "radam_decay": ("radam<weight_decay = 0.05, beta2 = 0.9>", 0.01, ""),
    # At a rate of 0.02 PyTorch's own f32 runs, an ulp apart at the start, end 1e-5 to 7e-5
    # from its f64 run: the step has full length where the gradient has next to none.
    "muon": ("muon", 0.01, ""),
    "muon_rms": ("muon<nesterov = false, adjust_lr = match_rms_adamw, weight_decay = 0.0>",
                 0.02, ""),
    "lion": ("lion<weight_decay = 0.1>", 0.001, ""),
    "lamb": ("lamb<weight_decay = 0.01>", 0.01, ""),
    "lookahead": ("lookahead<#dl.adam, k = 5>", 0.01, ""),
    "lookahead_sgd": ("lookahead<#dl.sgd<momentum = 0.9>, k = 3, alpha = 0.8>", 0.02, ""),
    "ranger": ("ranger", 0.01, ""),
    "clip_value": ("sgd<momentum = 0.9>", 0.02, "clip_value(0.02)"),
    "clip_norm": ("adam", 0.01, "clip_norm(0.05)"),
    "groups": ("adamw", 0.01, 'groups [#dl.group<["{v}.b*"], lr = 3.0, weight_decay = 0.0>]'),
    "frozen": ("sgd", 0.1, 'frozen ["{v}.w1"]'),
    "accumulate": ("adam", 0.01, "accumulate(4)"),
    "clip_weights": ("rmsprop", 0.01, "clip_weights(0.25)"),
    "average": ("adam", 0.01, "average(0.9)"),
}


def draw():
    """Initial parameters and batches, exact in f32."""
    rng = np.random.default_rng(5)
    params = {name: np.float32(rng.uniform(-0.5, 0.5, shape)) for name, shape in SHAPES.items()}
    x = np.float32(rng.standard_normal((BATCHES, 8, 5)))
    y = np.float32(np.sin(x @ rng.standard_normal((5, 3))) +
                   0.1 * rng.standard_normal((BATCHES, 8, 3)))
    return params, x, y


def rate(name):
    """The learning rate: a hyper-parameter is an f32."""
    return float(np.float32(VARIANTS[name][1]))


def tensor(shape, element):
    return f"tensor<{'x'.join(str(n) for n in (*shape, element))}>"


def model(element, names):
    """The program."""
    types = {name: tensor(shape, element) for name, shape in SHAPES.items()}
    x, h, y = (tensor(shape, element) for shape in ((8, 5), (8, 6), (8, 3)))
    s = tensor((), element)
    net = ", ".join(f"%{name}: {type}" for name, type in types.items())
    lines = ["dl.model @descent {",
             f"dl.func @loss(%x: {x}, %y: {y}, {net}) -> {s} {{",
             f"%0 = dl.linear %x, %w1 bias %b1 : {x}, {types['w1']}, {types['b1']} -> {h}",
             f"%1 = dl.tanh %0 : {h}",
             f"%2 = dl.linear %1, %w2 bias %b2 : {h}, {types['w2']}, {types['b2']} -> {y}",
             f"%3 = dl.sub %2, %y : {y}", f"%4 = dl.square %3 : {y}",
             f"%5 = dl.mean %4 {{axes = [0, 1]}} : {y} -> {s}", f"dl.return %5 : {s}", "}"]
    for name in names:
        rule, lr, clauses = VARIANTS[name]
        lines += [f"dl.param @{name}.{p} : {type} = zeros" for p, type in types.items()]
        lines += [f"dl.hparam @lr_{name} = {lr!r}", f"dl.optimizer @rule_{name} = #dl.{rule}"]
        over = [(f"@rule_{name}", f'["{name}.*"]')]
        if name.startswith("muon"):
            lines.append(f"dl.optimizer @rest_{name} = #dl.adamw")
            over = [(f"@rule_{name}", f'["{name}.w*"]'), (f"@rest_{name}", f'["{name}.b*"]')]
        lines.append(f"dl.step @{name}(%x: {x}, %y: {y}) -> (loss: {s}) {{")
        lines += [f"%{p} = dl.read @{name}.{p} : {type}" for p, type in types.items()]
        lines += [f"%loss = dl.call @loss(%x, %y, %w1, %b1, %w2, %b2) : ({x}, {y}, "
                  f"{', '.join(types.values())}) -> {s}",
                  f"%lr = dl.read_hparam @lr_{name} : tensor<f32>"]
        lines += [f"dl.minimize %loss with {optimizer} over {patterns} lr(%lr) "
                  f"{clauses.replace('{v}', name)} : {s}, tensor<f32>"
                  for optimizer, patterns in over]
        lines += [f"dl.return %loss : {s}", "}"]
    return "\n".join(lines + ["}", ""])


def gradients(p, x, y):
    """Of the loss, by hand."""
    h = np.tanh(x @ p["w1"].T + p["b1"])
    d = 2 * (h @ p["w2"].T + p["b2"] - y) / y.size
    dh = (d @ p["w2"]) * (1 - h * h)
    return {"w1": dh.T @ x, "b1": dh.sum(0), "w2": d.T @ h, "b2": d.sum(0)}


# --- Rules that PyTorch lacks: a function of (p, g, state, t, lr) that returns the new p ----

def lion(p, g, s, t, lr):
    m = s.get("m", 0)
    s["m"] = 0.99 * m + 0.01 * g
    return p - lr * (np.sign(0.9 * m + 0.1 * g) + 0.1 * p)


def lamb(p, g, s, t, lr):
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g * g
    r = s["m"] / (1 - 0.9**t) / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-6) + 0.01 * p
    return p - lr * np.linalg.norm(p) / np.linalg.norm(r) * r


def adam(p, g, s, t, lr):
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g * g
    return p - lr * s["m"] / (1 - 0.9**t) / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)


def momentum(p, g, s, t, lr):
    s["m"] = 0.9 * s.get("m", 0) + g
    return p - lr * s["m"]


def radam(p, g, s, t, lr):
    """As the paper's algorithm 2 has it, with Ranger's numbers."""
    s["m"] = 0.95 * s.get("m", 0) + 0.05 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g * g
    m = s["m"] / (1 - 0.95**t)
    limit = 2 / 0.001 - 1
    length = limit - 2 * t * 0.999**t / (1 - 0.999**t)
    if length <= 5:
        return p - lr * m
    r = np.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
    return p - lr * r * m * np.sqrt(1 - 0.999**t) / (np.sqrt(s["v"]) + 1e-5)


def ahead(inner, k, alpha):
    def rule(p, g, s, t, lr):
        slow = s.setdefault("slow", p)
        p = inner(p, g, s, t, lr)
        if t % k == 0:
            p = s["slow"] = slow + alpha * (p - slow)
        return p
    return rule


NUMPY = {"lion": lion, "lamb": lamb, "lookahead": ahead(adam, 5, 0.5),
         "lookahead_sgd": ahead(momentum, 3, 0.8), "ranger": ahead(radam, 6, 0.5)}

# What Optax's documentation prints: the sum of squares of (1, 2, 3) before and after five
# updates with learning rate 0.003.
PUBLISHED = {
    "lion": ("lion<weight_decay = 1.0e-3>",
             ["1.40E+01", "1.40E+01", "1.39E+01", "1.39E+01", "1.39E+01", "1.38E+01"]),
    "lamb": ("lamb", ["1.40E+01", "1.39E+01", "1.38E+01", "1.38E+01", "1.37E+01", "1.36E+01"]),
}


def published_model():
    """A step for each, which returns the sum before its update."""
    lines = ["dl.model @published {", "dl.hparam @lr = 0.003"]
    for name, (rule, _) in PUBLISHED.items():
        lines += [f"dl.param @{name}.p : tensor<3xf64> = zeros",
                  f"dl.optimizer @rule_{name} = #dl.{rule}",
                  f"dl.step @{name}() -> (sum: tensor<f64>) {{",
                  f"%p = dl.read @{name}.p : tensor<3xf64>", "%0 = dl.square %p : tensor<3xf64>",
                  "%sum = dl.reduce_sum %0 {axes = [0]} : tensor<3xf64> -> tensor<f64>",
                  "%lr = dl.read_hparam @lr : tensor<f32>",
                  f'dl.minimize %sum with @rule_{name} over ["{name}.p"] lr(%lr)'
                  " : tensor<f64>, tensor<f32>",
                  "dl.return %sum : tensor<f64>", "}"]
    return "\n".join(lines + ["}", ""])


def by_numpy(name):
    """What data/descent.npz has for a variant: a row of all parameters a checked step."""
    start, xs, ys = draw()
    p = {key: array.astype(np.float64) for key, array in start.items()}
    states, rows = {key: {} for key in p}, []
    for t in range(1, STEPS + 1):
        batch = (t - 1) % BATCHES
        g = gradients(p, xs[batch].astype(np.float64), ys[batch].astype(np.float64))
        p = {key: NUMPY[name](p[key], g[key], states[key], t, rate(name)) for key in p}
        if t in CHECKED:
            rows.append(np.concatenate([array.ravel() for array in p.values()]))
    return np.array(rows)
