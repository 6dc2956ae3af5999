# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/models.md: what dlc-models prints, with counts from the programs and results from the
tables docs/references.csv (of scripts/train-references), docs/depth.csv and docs/distance.csv (of
bench/demonstrations/demonstrate.py), docs/models-pytorch.csv (of bench/models/compare.py), docs/gans.csv,
docs/gumbel.csv, docs/seqgan-paper.csv and docs/seqgan.csv (of bench/references/gans.py,
gumbel.py and seqgan.py).
"""
import csv
import hashlib
import io
import math
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

HEAD = """\
# The reference models

Written by `scripts/docs` from the output of `dlc-models` and from the tables
[references.csv](references.csv), [depth.csv](depth.csv), [distance.csv](distance.csv) and [models-pytorch.csv](models-pytorch.csv).

`dlc-models NAME` prints a model as a program in `dl`: parameters under the names of PyTorch's modules, a function `@net`
and the steps `train`, `evaluate` and `predict`; models of several networks have steps for each. `lib/Models` builds the models with [dlc::nn](nn.md), a file for each family.

| command | does |
|---|---|
| `dlc-models --list` | prints all models, and the options of each with their defaults |
| `dlc-models mlp --activation tanh --norm layer` | prints a model with other options |
| `dlc-models resnet20 \\| dlc-run - train --data fashion-mnist --out runs/resnet20` | trains it |
| `dlc-models resnet20 \\| dlc-run - train --data fashion-mnist --set lr=0.05` | trains it with another learning rate; `--schedule` takes the rate from a table |
| `dlc-models resnet20 \\| dlc-run - describe` | prints parameters, memory, and the floating-point operations of each step |
| `dlc-models resnet20 -o resnet20.mlir; dlc resnet20.mlir --print-graph=resnet20.svg --step=predict` | [draws](graphs.md) it |
| `dlc-models resnet18 \\| dlc-run - --step predict --params resnet18.safetensors --input image=x.npy` | uses torchvision's weights, saved by `safetensors.torch.save_file(model.state_dict(), ...)` |

Images are bytes, N x H x W if they are grey and N x C x H x W if not. Classes are numbers, bytes for up to 256 classes. Texts of
a language model are length x batch, and `next` has the character that follows each ([data.md](data.md)
explains the data descriptors). `indptr` and `indices` are the adjacency of a graph in
compressed rows; the label -100 marks a node that does not count.

The learning rate is the hyper-parameter `lr`, the weight decay `weight_decay`, and the dropout probability
`dropout`, if the model has them: `--set` changes them without compiling again. `--optimizer` of `dlc-models` chooses
another optimizer with its usual rate.

Language models have a step that draws text after a given character, as bytes or numbers below the vocabulary:

```
dlc-models char-lstm | dlc-run - --step sample --params runs/char-lstm/model.safetensors --input first=first.npy --set temperature=0.8 --output text=text.npy
```

Another `--seed` gives another text. At a temperature of 0 the step takes the likeliest character each time.

A result is that of the command in [Trained on real data](#trained-on-real-data), which has the epochs and the schedule; options
of the model other than the default ones stand behind it.

Names link to [pictures](graphs.md) of the step whose operations are counted, for one example.

Parameters are counted with default options. FLOPs are those of `predict`, or of `evaluate` if the model has no `predict`, for one
example or, for graphs, the whole graph; a multiplication and an addition count as two.
"""

ADVERSARIAL = """\
Two networks train in turn, each by a step of its own that changes no parameter of the other; `--cycle` gives the order of the
steps, and each has its columns in `metrics.csv`: losses, the mean probability that the discriminator gives to `real`
and to `fake` images, the `distance` that a critic estimates, the `penalty` and the mean `norm` of its gradient. FLOPs are
of the step `generate` for one image. It makes images from 0 to 1, ten of each class if the model has classes; another
`--seed` gives other images. `generate_class` makes images of given classes. `interpolate` draws pairs of
points and makes a row of images between each pair: cos(t) a + sin(t) b for angles t from 0 to a right angle, the spherical
interpolation of White, "Sampling generative networks", 2016, for orthogonal vectors; random vectors of many dimensions
are nearly orthogonal. `clip` and `penalty_weight` are hyper-parameters; `--set` changes them."""

SEQUENCES = """\
Two networks train in turn here too; `real` are sequences of symbols, N x length, whole numbers below the vocabulary. A
drawn symbol has no gradient; two models avoid this in different ways:

- `gumbel-gan` replaces the symbol by a relaxed one, by Gumbel-softmax at a temperature that falls from `temperature` to
  `least_temperature`, to a half in 1000 steps. `--relaxation` selects the soft value (`gumbel`) or the symbol in the forward
  pass with the gradient of the soft value (`straight-through`); and, for comparison, the `softmax` alone, or the symbol with its
  own derivative, which is 0 (`none`).
- `seqgan` uses the policy gradient: the reward of a symbol is the mean score that the discriminator gives to `--rollouts`
  completions by the generator from there, minus the mean of the batch times the hyper-parameter `baseline`. One step, `train_g`, does
  all of this.
  The oracle that judges is in the same program, and `--seed` selects it: `draw_real` draws `--sample`
  sequences of it and `held_out` ones for `evaluate`, which reports how likely the generator's sequences are to the oracle
  (`oracle_nll`, the mean negative log likelihood of a symbol) and the oracle's to the generator (`nll`).

```
dlc-models seqgan -o seqgan.mlir
dlc-run seqgan.mlir --step draw_real --seed 1 --output real=real.npy --output held_out=held_out.npy
dlc-run seqgan.mlir train --seed 1 --cycle pretrain_g --data 'npy:real=real.npy;eval:real=held_out.npy' --epochs 25 --out likelihood
dlc-run seqgan.mlir train --seed 1 --cycle 'train_d*5,train_g' --params likelihood/model.safetensors --data 'npy:real=real.npy;eval:real=held_out.npy' --epochs 40 --out adversarial
```

`bench/references/seqgan.py` runs the whole experiment, [its short form](#seqgan-and-likelihood-alone) takes minutes."""

GROUPS = [
    ("Large images", "Commands read images of 3 x 224 x 224 bytes from `x.npy` and 32-bit classes from `y.npy`.",
     lambda options: options.get("image") == "3x224x224"),
    ("Small images", "For grey images of 28 x 28; models with the option take colour images of 32 x 32 by `--image 3x32x32`.",
     lambda options: not {"nodes", "vocabulary", "latent"} & set(options)),
    ("Adversarial models of sequences", SEQUENCES, lambda options: {"relaxation", "rollouts"} & set(options)),
    ("Texts", "", lambda options: "vocabulary" in options),
    ("Generative adversarial networks", ADVERSARIAL, lambda options: "latent" in options),
    ("Graphs", "", lambda options: True),
]

REFERENCES = """\
## Trained on real data

`scripts/train-references` trains these and writes the table; `--list` prints the commands. The goal is a result known to be
reachable; the result is that of the last epoch on the evaluation data, without a choice of the epoch; for several seeds or
folds, mean and deviation. For `wgan-gp` it is the mean norm of the critic's
gradient between real and made images, which the penalty pulls to 1. Times are of training alone, on two cores beside other work,
with its pauses. [reference-epochs.csv](reference-epochs.csv)
has the epochs of the first run of those that were trained since it exists.
"""

CHARACTERS = """\
`bench/references/pytorch.py --write` trains the same character models in PyTorch and in dlc, from the same weights on the same
batches in the same order; validation losses after each epoch, in nats a character:
"""

JUDGED = """\
## Samples, judged by a classifier

`bench/references/gans.py --docs` trains these networks (`--width 32`) on Fashion-MNIST, draws 10,000 samples before the training and after each
epoch, and shows them to the classifier of `examples/fashion.mlir`. The Frechet distance compares the features of
the classifier's last hidden layer for the samples and for the test set, modelled as normal distributions (Heusel et al., NIPS 2017,
use features of another network, so numbers compare within the table alone); for the training set, the same number of real images,
it is @REAL@. A sample of a class-conditional network counts as recognised if the classifier predicts its class; the classifier is right
for @RIGHT@ of the test set. `classes` counts the classes that the classifier predicts for more than 4 % of the samples. `wgan-gp` updates its generator only
for every fifth batch, a fifth as often as the others in an epoch. [gans.csv](gans.csv) has all epochs.

![Frechet distance after each epoch](gans.svg)

@TABLE@

"""

GUMBEL = """\
## Strings of a grammar by Gumbel-softmax

`bench/references/gumbel.py --write` trains `gumbel-gan` for 30 epochs on 12800 strings of the grammar `S -> x | S + S | S - S | S * S |
S / S` (Kusner and Hernandez-Lobato, 2016) with each relaxation and three seeds, and counts which of 1000 strings that it draws are valid
(in %), and how many of these differ. With `none` the generator gives symbols as a plain GAN does, and no gradient reaches it.

@TABLE@
"""

SEQGAN = """\
## SeqGAN and likelihood alone

The number is the oracle's mean negative log likelihood of a symbol that the generator draws; each seed has an oracle of its own.

@PAPER@
`bench/references/seqgan.py --small --seeds 3 --write`, a short form: sequences of 8 symbols out of 32. Training by likelihood
alone runs 30 epochs, adversarial training continues from the 20th. Mean of @SEEDS@ seeds: @ALONE@ at the best epoch of
likelihood alone, @LAST@ after adversarial training.

![The oracle's negative log likelihood over the epochs, by likelihood and adversarially](seqgan.svg)

@TABLE@
"""

SEQGAN_PAPER = """\
`bench/references/seqgan.py --seeds 3 --write`: the experiment of the paper, sequences of 20 symbols out of 5000. Training by
likelihood alone runs 40 epochs, adversarial training continues from the 25th, with half the mean reward as baseline
(`--set baseline=0.5`; the paper's program has none). Mean of @SEEDS@ seeds: @ALONE@ at the best epoch of likelihood alone, @LAST@ after
adversarial training (in the paper 9.04 and 8.74). Baseline and number of updates were chosen on these seeds.

![The oracle's negative log likelihood over the epochs, sequences of 20 symbols](seqgan-paper.svg)

@TABLE@
"""

DEMONSTRATIONS = """\
## Demonstrations

Gradients that vanish over layers: perceptrons of ten hidden layers of 100 on Fashion-MNIST, Adam. Through a sigmoid a gradient shrinks
by a factor of four or more, so the first layer of the deep sigmoid net gets none and the net learns nothing; batch norms keep
the inputs of each sigmoid where it is steep, tanh is steeper, and a relu passes a gradient on unchanged.

`bench/demonstrations/demonstrate.py depth --table docs/depth.csv --picture docs/depth.svg`

![Accuracy, and the norm of the gradient of each layer, over ten epochs](depth.svg)

@DEPTH@

Gradients that vanish over time: a recurrent net sees one of eight symbols, then 99 steps of noise, and is trained to predict the
symbol. The norm is that of the gradient of the last step's loss with respect to the input of each step.

`bench/demonstrations/demonstrate.py distance --table docs/distance.csv --picture docs/distance.svg`

![The norm of the gradient over the distance in time, before and after training, and the accuracy](distance.svg)

@DISTANCE@
"""

TAIL = """\
## Against PyTorch

`bench/models/compare.py` gives the models for large images the weights of twins in PyTorch, torchvision's where it has them,
and compares the first step of training on one batch, without dropout: the loss, the gradients (the largest difference
of a tensor, relative to its norm) and the running statistics in f64, where all are within 1e-3; the loss and all gradients together
in f32, the latter against PyTorch's in f64, beside the distance of PyTorch's own f32 gradients from these: deep nets amplify
the rounding of either. Then it takes 20 steps on the batch
at the learning rate `lr`. A dash marks a time that has not been measured on an idle machine.
"""


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def read_table(name):
    with open(ROOT / "docs" / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(rows):
    """Rows of a CSV file as a table of Markdown."""
    return "\n".join(["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])] +
                     ["| " + " | ".join(row.values()) + " |" for row in rows])


def judged_section(rows):
    """The last epochs of networks, and what they made then."""
    real = next(row for row in rows if row["network"] == "training set")
    last = {row["network"]: row for row in rows if row is not real}
    text = JUDGED.replace("@REAL@", real["frechet"]).replace("@RIGHT@", f"{100 * float(real['recognised']):.2f} %")
    shown = [{"network": f"`{name}`", "epochs": row["epoch"], "Frechet distance": row["frechet"],
              "recognised": f"{100 * float(row['recognised']):.2f} %" if row["recognised"] else "-",
              "classes": row["classes"], "seconds": row["seconds"]} for name, row in last.items()]
    text = text.replace("@TABLE@", table(shown))
    for name in last:
        text += (f"`{name}`: samples, and rows between two points each.\n\n![Samples of {name}](gans/{name}-generate.png) "
                 f"![Between two points, {name}](gans/{name}-interpolate.png)\n\n")
    return text.rstrip() + "\n"


def seqgan_section(template, rows):
    """The best epoch of likelihood alone and the last of adversarial training, for each seed."""
    def curve(seed, training):
        return [float(row["oracle_nll"]) for row in rows if (row["seed"], row["training"]) == (seed, training)]
    seeds = list(dict.fromkeys(row["seed"] for row in rows))
    ends = [(min(curve(seed, "alone")), curve(seed, "adversarial")[-1]) for seed in seeds]
    means = [f"{statistics.mean(values):.3f}" for values in zip(*ends)]
    shown = [{"seed": seed, "best of likelihood alone": f"{best:.3f}", "after adversarial training": f"{last:.3f}"}
             for seed, (best, last) in zip(seeds, ends)]
    return (template.replace("@SEEDS@", str(len(seeds))).replace("@ALONE@", means[0]).replace("@LAST@", means[1])
            .replace("@TABLE@", table(shown)))


def describe(tools, row, folder):
    """(parameters, FLOPs, picture) of a model, as the page has them. A picture that was drawn of the same graph stays as it
    is: other versions of Graphviz would draw another."""
    text, graph = folder / "model.mlir", folder / "model.dot"
    options = options_of(row)
    batch = ["--batch", 1] if "batch" in options else []
    # A generator makes as many images or sequences at a time as --sample says.
    batch += ["--sample", 1] if {"latent", "relaxation", "rollouts"} & set(options) else []
    run(tools / "dlc-models", row["name"], *batch, "-o", text)
    program = text.read_text()
    shapes = re.findall(r"dl\.param @\S+ : tensor<([0-9x]*)x\w+>", program)
    count = sum(math.prod(int(extent) for extent in shape.split("x")) for shape in shapes)
    step = next(step for step in ("predict", "evaluate", "generate") if f"dl.step @{step}(" in program)
    run(tools / "dlc", text, "--emit=resolve", f"--print-graph={graph}", f"--step={step}")
    drawn = graph.read_text()
    flops = re.search(r"<br align=\"left\"/>([\d.]+ \w?FLOP)", drawn).group(1)
    mark = f"<!-- of a graph with the digest {hashlib.sha256(drawn.encode()).hexdigest()} -->\n"
    path = ROOT / "docs/models" / f"{row['name']}.svg"
    picture = path.read_text() if path.exists() else ""
    if mark not in picture:
        if not shutil.which("dot"):
            raise SystemExit(f"{path} is not of the model as it is, and Graphviz, which draws it, is not installed")
        picture_file = folder / "model.svg"
        run(tools / "dlc", text, "--emit=resolve", f"--print-graph={picture_file}", f"--step={step}")
        picture = picture_file.read_text().rstrip() + "\n" + mark
    return f"{count:,}", flops, picture


def options_of(row):
    words = row["options"].split()
    return dict(zip((word[2:] for word in words[::2]), words[1::2]))


def model_row(tools, row, results, folder, pages):
    what, source = re.fullmatch(r"(.*?) \(([^()]*)\)(.*)", row["summary"]).group(1, 2)
    what += re.fullmatch(r"(.*?) \(([^()]*)\)(.*)", row["summary"]).group(3)
    parameters, flops, picture = describe(tools, row, folder)
    pages[f"models/{row['name']}.svg"] = picture
    cycle = f" --cycle '{row['cycle']}'" if row["cycle"] else ""
    command = f"dlc-models {row['name']} \\| dlc-run - train{cycle} --data '{row['data']}'"
    best = results.get(row["name"], {"result": "", "time": "", "training": ""})
    result = best["result"]
    # A reference may be of other options than the row's counts.
    if options := re.match(r"dlc-models \S+ (--.*?) \|", best["training"]):
        result += f" (`{options.group(1)}`)"
    return (f"| [`{row['name']}`](models/{row['name']}.svg) | {what[0].upper()}{what[1:]} | {parameters} | {flops} | {source} | `{command}` |"
            f" {result or '-'} | {best['time'] or '-'} |")


def make(dlc):
    """The page and its pictures, by their names in docs/."""
    pages = {}
    tools = pathlib.Path(dlc).resolve().parent
    rows = list(csv.DictReader(io.StringIO(run(tools / "dlc-models", "--describe-models"))))
    references = read_table("references.csv")
    results = {row["model"]: row for row in references}
    unknown = {name for name in results if not name.endswith(".mlir")} - {row["name"] for row in rows}
    assert not unknown, f"references.csv has results of {sorted(unknown)}, which dlc-models does not print"
    lines = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for title, note, belongs in GROUPS:
            mine = [row for row in rows if belongs(options_of(row))]
            rows = [row for row in rows if row not in mine]
            lines += [f"## {title}", ""] + ([note, ""] if note else [])
            lines += ["| name | model | parameters | FLOPs | source | training | result | time |",
                      "|---|---|---|---|---|---|---|---|"]
            lines += [model_row(tools, row, results, pathlib.Path(folder), pages) for row in mine]
            lines += ["", "| name | options |", "|---|---|"]
            lines += [f"| `{row['name']}` | `{row['options']}` |" for row in mine] + [""]
    if references:
        lines += [REFERENCES, "| reference | training | goal | result | time |", "|---|---|---|---|---|"]
        lines += [f"| {row['reference']} | `{row['training'].replace('|', chr(92) + '|')}` | {row['goal']} |"
                  f" {row['result']} | {row['time']} |" for row in references] + [""]
    characters = read_table("characters.csv")
    if characters:
        lines += [CHARACTERS, table(characters), ""]
    judged = read_table("gans.csv")
    if judged:
        lines += [judged_section(judged)]
    strings = read_table("gumbel.csv")
    if strings:
        lines += [GUMBEL.replace("@TABLE@", table(strings))]
    curves = read_table("seqgan.csv")
    if curves:
        paper = seqgan_section(SEQGAN_PAPER, read_table("seqgan-paper.csv"))
        lines += [seqgan_section(SEQGAN, curves).replace("@PAPER@\n", paper + "\n")]
    demonstrations = DEMONSTRATIONS
    for name in ("depth", "distance"):
        demonstrations = demonstrations.replace(f"@{name.upper()}@", table(read_table(f"{name}.csv")))
    lines += [demonstrations]
    compared = read_table("models-pytorch.csv")
    if compared:
        lines += [TAIL, table(compared)]
    pages["models.md"] = "\n".join(lines).rstrip() + "\n"
    return pages
