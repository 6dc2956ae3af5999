# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Matrix products of random extents in networks, forward and backward: products.py DLC FOLDER
[first seed] [models] [networks in each] [largest extent]

Two linear layers (the second as `dl.matmul` with either operand transposed) with a bias, a function and
a residual between them are trained by one step of plain descent, in f32. Outputs and new weights
are those of NumPy in f64, within what rounding errors add up to: the root of the number of terms by
the unit roundoff, of the sum of the magnitudes of the products. Two networks have sums of 10007
terms, one of them only in its gradients.
"""
import json
import pathlib
import random
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fold_batch_norm import Model, compile_text  # noqa: E402
from random_nets import state_of  # noqa: E402


def kind(*shape):
    return f"tensor<{'x'.join([*map(str, shape), 'f32'])}>"


class Network:
    def __init__(self, seed, name, largest, extents=None):
        r = random.Random(seed)
        self.name = name
        # Small, about a tile, and any.
        pick = lambda: r.choice([r.randrange(1, 40), r.choice([63, 64, 65, 127, 129, 256]),  # noqa: E731
                                 r.randrange(1, largest + 1)])
        self.rows, self.inputs, self.hidden = extents or (pick(), pick(), pick())
        self.bias, self.residual = r.random() < 0.6, r.random() < 0.5
        self.function = r.choice(["relu", "tanh", None])
        self.transpose_a, self.transpose_b = r.random() < 0.5, r.random() < 0.5
        self.outputs = self.hidden if self.residual else pick()

    def text(self):
        n, k, h, o = self.rows, self.inputs, self.hidden, self.outputs
        u = (o, h) if self.transpose_b else (h, o)
        members = [f"dl.param @{self.name}.w : {kind(h, k)} = zeros",
                   f"dl.param @{self.name}.u : {kind(*u)} = zeros"]
        lines = [f"%w = dl.read @{self.name}.w : {kind(h, k)}",
                 f"%u = dl.read @{self.name}.u : {kind(*u)}"]
        bias, bias_type = "", ""
        if self.bias:
            members.append(f"dl.param @{self.name}.b : {kind(h)} = zeros")
            lines.append(f"%b = dl.read @{self.name}.b : {kind(h)}")
            bias, bias_type = " bias %b", f", {kind(h)}"
        lines.append(f"%0 = dl.linear %x, %w{bias} : {kind(n, k)}, {kind(h, k)}{bias_type} -> "
                     f"{kind(n, h)}")
        last = "%0"
        if self.function:
            lines.append(f"%1 = dl.{self.function} %0 : {kind(n, h)}")
            last = "%1"
        a, words = kind(n, h), []
        left = last
        if self.transpose_a:
            lines.append(f"%t = dl.transpose {last} perm [1, 0] : {a} -> {kind(h, n)}")
            left, a = "%t", kind(h, n)
            words.append("transpose_a")
        if self.transpose_b:
            words.append("transpose_b")
        lines.append(f"%2 = dl.matmul {left}, %u {{{', '.join(words)}}} : {a}, {kind(*u)} -> "
                     f"{kind(n, o)}")
        if self.residual:
            lines.append(f"%3 = dl.add %2, {last} : {kind(n, o)}")
        y = "%3" if self.residual else "%2"
        # The cotangent of y is c, an input.
        lines += [f"%4 = dl.mul {y}, %c : {kind(n, o)}",
                  f"%loss = dl.reduce_sum %4 {{axes = [0, 1]}} : {kind(n, o)} -> tensor<f32>",
                  "%lr = dl.constant dense<1.0> : tensor<f32>",
                  f'dl.minimize %loss with @sgd over ["{self.name}.*"] lr(%lr) : tensor<f32>, '
                  f'tensor<f32>', f"dl.return {y} : {kind(n, o)}"]
        body, declared = "\n    ".join(lines), "\n  ".join(members)
        return (f"  {declared}\n  dl.step @{self.name}(%x: {kind(n, k)}, %c: {kind(n, o)}) -> "
                f"(y: {kind(n, o)}) {{\n    {body}\n  }}")

    def expected(self, x, c, state):
        """Each result with the sum of magnitudes that bounds its error, and the number of terms."""
        x, c = x.astype(float), c.astype(float)
        state = {k: v.astype(float) for k, v in state.items()}
        w, u = state["w"], state["u"].T if self.transpose_b else state["u"]
        size = np.abs
        pre = x @ w.T + state.get("b", 0)
        pre_size = size(x) @ size(w).T + size(state.get("b", np.zeros(1)))
        f = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, None: lambda z: z}[self.function]
        h = f(pre)
        y, y_size = h @ u, pre_size @ size(u)
        if self.residual:
            y, y_size = y + h, y_size + pre_size
        slope = {"relu": (pre > 0) * 1.0, "tanh": 1 - h * h, None: np.ones_like(pre)}[self.function]
        dh, dh_size = c @ u.T, size(c) @ size(u).T
        if self.residual:
            dh, dh_size = dh + c, dh_size + size(c)
        # An error of `pre` changes the slope of tanh.
        dpre, dpre_size = dh * slope, dh_size * (1 + (pre_size if self.function == "tanh" else 0))
        du, du_size = h.T @ c, pre_size.T @ size(c)
        n = self.inputs + self.hidden + self.outputs + self.rows + 16
        results = {"y": (y, y_size), "w": (w - dpre.T @ x, size(w) + dpre_size.T @ size(x)),
                   "u": ((u - du), size(u) + du_size)}
        if self.bias:
            results["b"] = (state["b"] - dpre.sum(0), size(state["b"]) + dpre_size.sum(0))
        if self.transpose_b:
            results["u"] = tuple(m.T for m in results["u"])
        # Where the sign of `pre` is in doubt, relu's gradient is.
        doubtful = self.function == "relu" and np.any(size(pre) < np.sqrt(n) * 2 ** -24 * pre_size)
        return results, n, doubtful


def main():
    dlc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    first, models, count, largest = (int(sys.argv[i]) if len(sys.argv) > i else n
                                     for i, n in ((3, 1), (4, 1), (5, 10), (6, 300)))
    folder.mkdir(exist_ok=True, parents=True)
    total, wrong, worst = 0, 0, 0.0
    for seed in range(first, first + models):
        networks = [Network(1000 * seed + i, f"n{i}", largest) for i in range(count)]
        networks.append(Network(seed + 1, "terms", largest, (3, 10007, 17)))
        networks.append(Network(seed + 1, "batch", largest, (10007, 5, 7)))
        text = "\n".join(["dl.model @products {", "  dl.optimizer @sgd = #dl.sgd",
                          *(n.text() for n in networks), "}"])
        library = compile_text(dlc, text, folder / f"{seed}.so")
        entries = [e for e in json.loads(library.table.contents.json)["state"]
                   if e["kind"] == "param"]
        rng = np.random.default_rng(seed)
        model = Model(library)
        before = {e["name"]: rng.normal(size=e["shape"]).astype(np.float32) for e in entries}
        model.set(before)
        for network in networks:
            x = rng.normal(size=(network.rows, network.inputs)).astype(np.float32)
            c = rng.normal(size=(network.rows, network.outputs)).astype(np.float32)
            y = np.full((network.rows, network.outputs), np.nan, np.float32)
            model.run(network.name, x, c, y)
            after = state_of(model, library, [e for e in entries
                                              if e["name"].startswith(f"{network.name}.")])
            got = {"y": y, **{k.split(".")[1]: v for k, v in after.items()}}
            own = {k.split(".")[1]: before[k] for k in after}
            results, terms, doubtful = network.expected(x, c, own)
            for what, (want, magnitude) in results.items():
                if doubtful and what in ("w", "b"):
                    continue
                error = float(np.max(np.abs(got[what] - want) / (np.sqrt(terms) * 2.0 ** -24 * magnitude)))
                total += 1
                worst = max(worst, error)
                if not error <= 1:
                    wrong += 1
                    print(f"seed {seed} {network.name} {network.rows}x{network.inputs}x"
                          f"{network.hidden}x{network.outputs}: {what} by {error:.2g} bounds",
                          flush=True)
        model.close()
    print(f"{total} results, {wrong} wrong; the worst error is {worst:.2g} of its bound")


if __name__ == "__main__":
    main()
