#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Two demonstrations of a course: gradients that vanish over layers and over time, and what helps.

  demonstrate.py depth|distance [--table FILE.csv] [--picture FILE.svg]
                  [--bin build/release/bin] [--out runs/demonstrations] [--threads N]

depth     perceptrons of ten hidden layers on Fashion-MNIST: sigmoid as it is and with batch norms, tanh and relu. Accuracy and
          the norm of each layer's gradient over the epochs.
distance  an RNN and an LSTM that shall remember the first of 100 symbols: the norm of the gradient of the last step's loss
          along the symbol at each distance, before and after the training. The forget gate of the LSTM starts with a bias of 3
          (Gers et al., Neural Computation 2000: a gate that is nearly open lets the gradient through).

Writes a table as CSV, which the page docs/models.md shows from docs/depth.csv and docs/distance.csv; --picture draws more, with
matplotlib.
"""
import argparse
import csv
import pathlib
import subprocess
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]

#===-----------------------------------------------------------------------------------------------------------------===#
# Depth
#===-----------------------------------------------------------------------------------------------------------------===#

LAYERS = 10
NETS = {
    "sigmoid": "--activation sigmoid",
    "sigmoid, batch norm": "--activation sigmoid --norm batch",
    "tanh": "--activation tanh",
    "relu": "--activation relu",
}


def run(arguments, *command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def train(arguments, program, folder, *options):
    """The rows of metrics.csv."""
    run(arguments, arguments.bin / "dlc-run", program, "train", "--out", folder, "--threads", arguments.threads, *options)
    with (folder / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def percent(part):
    return f"{100 * part:.2f} %"


def depth(arguments):
    results = {}
    for name, options in NETS.items():
        folder = arguments.out / name.replace(", ", "-").replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "model.mlir"
        run(arguments, arguments.bin / "dlc-models", "mlp", "--layers", LAYERS, "--width", 100, *options.split(), "-o", program)
        rows = train(arguments, program, folder, "--data", "fashion-mnist", "--epochs", 10, "--gradient-norms")
        norms = [[float(row[f"train_gradient_layers_{layer}_fc_weight"]) for row in rows] for layer in range(LAYERS)]
        results[name] = [float(row["eval_accuracy"]) for row in rows], norms
    rows = [["net", "accuracy after 1 epoch", "after 10", "gradient of the first layer, epoch 1", "of the last layer",
             "of the first, epoch 10", "of the last"]]
    for name, (accuracy, norms) in results.items():
        ends = [norms[layer][epoch] for epoch in (0, -1) for layer in (0, -1)]
        rows.append([name, percent(accuracy[0]), percent(accuracy[-1])] + [f"{norm:.1e}" for norm in ends])
    return rows, results


def draw_depth(figure, results):
    panels = figure.subplots(1, 1 + len(results), width_ratios=[1.3] + [1] * len(results))
    epochs = range(1, 11)
    for name, (accuracy, _) in results.items():
        panels[0].plot(epochs, [100 * value for value in accuracy], label=name)
    panels[0].set(title="accuracy, %", xlabel="epoch", ylim=(0, 100))
    panels[0].legend(loc="center right", fontsize=7)
    for panel, (name, (_, norms)) in zip(panels[1:], results.items()):
        for layer, values in enumerate(norms):
            shade = 0.15 + 0.75 * layer / (LAYERS - 1)
            panel.semilogy(epochs, values, color=(0.1, 0.2 + 0.6 * shade, 1 - shade), linewidth=1,
                           label=f"layer {layer + 1}" if layer in (0, LAYERS - 1) else None)
        panel.set(title=name, xlabel="epoch", ylim=(1e-11, 10), xticks=range(2, 11, 2))
    panels[1].set(ylabel="norm of the gradient")
    panels[-1].legend(loc="lower right", fontsize=7)


#===-----------------------------------------------------------------------------------------------------------------===#
# Distance
#===-----------------------------------------------------------------------------------------------------------------===#

STEPS, SYMBOLS, NOISE, WIDTH, BATCH = 100, 8, 2, 64, 64
KINDS = SYMBOLS + NOISE
X, OUT = f"tensor<{STEPS}x{BATCH}x{KINDS}xf32>", f"tensor<{STEPS}x{BATCH}x{WIDTH}xf32>"

# The recurrent op, and its gates, each with the value that its bias starts with.
CELLS = {
    "RNN": ([0], "%all, %last = dl.rnn {uses} -> ({out}, tensor<1x{batch}x{width}xf32>)"),
    "LSTM": ([0, 3, 0, 0], "%all, %last, %cell = dl.lstm {uses} -> ({out}, tensor<1x{batch}x{width}xf32>, tensor<1x{batch}x{width}xf32>)"),
}


def recall(kind):
    """A program that is trained to say, after the last symbol, what the first one was."""
    gates, call = CELLS[kind]
    rows = len(gates) * WIDTH
    bound = WIDTH**-0.5
    shapes = {"weight_ih": f"{rows}x{KINDS}", "weight_hh": f"{rows}x{WIDTH}", "bias": f"{rows}",
              "fc": f"{SYMBOLS}x{WIDTH}"}
    types = {name: f"tensor<{shape}xf32>" for name, shape in shapes.items()}
    declared = "\n".join(f"  dl.param @{name} : {type} = uniform<{-bound}, {bound}>" for name, type in types.items())
    read = "\n".join(f"    %{name} = dl.read @{name} : {type}" for name, type in types.items())
    gate = f"tensor<{WIDTH}xf32>"
    for number, value in enumerate(gates):
        declared += f"\n  dl.param @gate{number} : {gate} = constant<{float(value)}>"
        read += f"\n    %gate{number} = dl.read @gate{number} : {gate}"
    names = ", ".join(f"%gate{number}" for number in range(len(gates)))
    read += f"\n    %biases = dl.concat {names} {{axis = 0}} : {', '.join([gate] * len(gates))} -> {types['bias']}"
    inner = ", ".join([types["weight_ih"], types["weight_hh"], types["bias"], types["bias"]])
    uses = f"%x weights(%weight_ih, %weight_hh, %bias, %biases) : ({X}, {inner})"
    cell = call.format(uses=uses, out=OUT, batch=BATCH, width=WIDTH)
    h, score = f"tensor<{BATCH}x{WIDTH}xf32>", f"tensor<{BATCH}x{SYMBOLS}xf32>"
    label = f"tensor<{BATCH}xi32>"
    return f"""dl.model @recall {{
  dl.hparam @lr = 1.0e-3
  dl.optimizer @adam = #dl.adam
{declared}
  dl.func @net(%x: {X}) -> {score} {{
{read}
    {cell}
    %h = dl.reshape %last : tensor<1x{BATCH}x{WIDTH}xf32> to {h}
    %z = dl.linear %h, %fc : {h}, {types["fc"]} -> {score}
    dl.return %z : {score}
  }}
  dl.step @train(%x: {X}, %label: {label}) -> (loss: tensor<f32>, correct: tensor<i32>) {{
    %z = dl.call @net(%x) : ({X}) -> {score}
    %loss = dl.cross_entropy %z, %label : {score}, {label} -> tensor<f32>
    %said = dl.argmax %z {{axis = 1}} : {score} -> {label}
    %correct = dl.count_equal %said, %label : {label} -> tensor<i32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) clip_norm(1.0) : tensor<f32>, tensor<f32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }}
  dl.step @evaluate(%x: {X}, %label: {label}) -> (correct: tensor<i32>) {{
    %z = dl.call @net(%x) : ({X}) -> {score}
    %said = dl.argmax %z {{axis = 1}} : {score} -> {label}
    %correct = dl.count_equal %said, %label : {label} -> tensor<i32>
    dl.return %correct : tensor<i32>
  }}
  // How much the loss depends on the symbol of each step.
  dl.step @distance(%x: {X}, %label: {label}) -> (norms: tensor<{STEPS}xf32>) {{
    %z = dl.call @net(%x) : ({X}) -> {score}
    %loss = dl.cross_entropy %z, %label : {score}, {label} -> tensor<f32>
    %g = dl.gradient %loss wrt %x : tensor<f32> -> {X}
    %norms = dl.norm %g {{axes = [1, 2]}} : {X} -> tensor<{STEPS}xf32>
    dl.return %norms : tensor<{STEPS}xf32>
  }}
}}
"""


def sequences(count, seed):
    """One symbol of eight, then noise of two more; steps x samples x one-hot, and the symbols."""
    random = numpy.random.default_rng(seed)
    ids = SYMBOLS + random.integers(NOISE, size=(STEPS, count))
    ids[0] = random.integers(SYMBOLS, size=count)
    return numpy.eye(KINDS, dtype=numpy.float32)[ids], ids[0].astype(numpy.int32)


def distance(arguments):
    folder = arguments.out / "distance"
    folder.mkdir(parents=True, exist_ok=True)
    for name, count, seed in (("train", 6400, 0), ("eval", 640, 1), ("one", BATCH, 2)):
        x, label = sequences(count, seed)
        numpy.save(folder / f"{name}-x.npy", x)
        numpy.save(folder / f"{name}-label.npy", label)
    data = "npy:" + ";eval:".join(f"x@1={folder / part}-x.npy,label={folder / part}-label.npy" for part in ("train", "eval"))
    results = {}
    for kind in CELLS:
        program = folder / f"{kind}.mlir"
        program.write_text(recall(kind))

        def norms(*options):
            output = folder / f"{kind}.npy"
            run(arguments, arguments.bin / "dlc-run", program, "--step", "distance", "--input", f"x={folder / 'one-x.npy'}",
                "--input", f"label={folder / 'one-label.npy'}", "--output", f"norms={output}", *options)
            return numpy.load(output)[::-1]  # the last step is at distance 0

        before = norms()
        rows = train(arguments, program, folder / kind, "--data", data, "--epochs", 20)
        after = norms("--params", folder / kind / "model.safetensors")
        results[kind] = before, after, [float(row["eval_accuracy"]) for row in rows]
    rows = [["net", "accuracy after 20 epochs", "gradient at distance 0 before training", f"at {STEPS - 1}", "at 0 after it",
             f"at {STEPS - 1} after it"]]
    for kind, (before, after, accuracy) in results.items():
        ends = [norms[place] for norms in (before, after) for place in (0, -1)]
        rows.append([kind, percent(accuracy[-1])] + [f"{norm:.1e}" for norm in ends])
    return rows, results


def draw_distance(figure, results):
    panels = figure.subplots(1, 3)
    for kind, (before, after, accuracy) in results.items():
        panels[0].semilogy(before, label=kind)
        panels[1].semilogy(after, label=kind)
        panels[2].plot(range(1, len(accuracy) + 1), [100 * value for value in accuracy], label=kind)
    panels[0].set(title="before training", xlabel="steps back", ylabel="norm of the gradient")
    panels[1].set(title="after training", xlabel="steps back")
    panels[2].set(title="first symbol told, %", xlabel="epoch", ylim=(0, 105))
    for panel in panels:
        panel.legend()


def draw(results, drawer, path):
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "dlc", "font.size": 8, "svg.fonttype": "path"})
    figure = Figure(figsize=(11, 2.8), layout="constrained")
    drawer(figure, results)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["depth", "distance"])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs/demonstrations")
    parser.add_argument("--table", type=pathlib.Path, help="instead of standard output")
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--threads", default="0")
    arguments = parser.parse_args()
    for name in ("bin", "out"):
        setattr(arguments, name, getattr(arguments, name).resolve())
    measure, drawer = {"depth": (depth, draw_depth), "distance": (distance, draw_distance)}[arguments.what]
    rows, results = measure(arguments)
    with arguments.table.open("w", newline="") if arguments.table else sys.stdout as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    if arguments.picture:
        try:
            draw(results, drawer, arguments.picture)
        except ImportError:
            sys.exit("--picture needs matplotlib; scripts/bench --setup installs it into build/peers")


if __name__ == "__main__":
    main()
