# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The adversarial models of dlc-models, and examples/wgan_gp.mlir, in PyTorch, with the same names.

TWINS has a class for each model; loops.py and compare.py take those of every file of this folder
that is called *twins.py. One is made of the options of dlc-models ({"batch": 64, ...}) and has

  module       parameters and buffers under the names of the program
  batch        how to make a batch: batch(random) gives an array of NumPy for each field of the data
  outputs      outputs(step, fields, draws) gives the outputs of a step by name, its loss first;
               `draws` are the step's random numbers in the order of the program, or None
  update       update(step, loss) makes the update of a step
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class MlpGenerator(nn.Module):
    def __init__(self, options, image):
        super().__init__()
        widths = [options["latent"]] + [options["width"] << i for i in range(options["layers"])]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.head, self.image = nn.Linear(widths[-1], image[0] * image[1] * image[2]), image

    def forward(self, z, _):
        for layer in self.layers:
            z = F.relu(layer(z))
        return torch.tanh(self.head(z)).unflatten(1, self.image)


class MlpDiscriminator(nn.Module):
    def __init__(self, options, image):
        super().__init__()
        widths = [image[0] * image[1] * image[2]] + [options["width"] << i for i in reversed(range(options["layers"]))]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.head, self.p = nn.Linear(widths[-1], 1), options["dropout"]

    def forward(self, x, _):
        x = x.flatten(1)
        for layer in self.layers:
            x = F.dropout(F.leaky_relu(layer(x), 0.2), self.p)
        return self.head(x)


class ConvGenerator(nn.Module):
    def __init__(self, options, image):
        super().__init__()
        width, self.shape = options["width"], (2 * options["width"], image[1] // 4, image[2] // 4)
        rows = self.shape[0] * self.shape[1] * self.shape[2]
        self.fc = nn.Linear(options["latent"] + options.get("classes", 0), rows, bias=False)
        self.norm1 = nn.BatchNorm2d(2 * width)
        self.conv1 = nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.conv2 = nn.ConvTranspose2d(width, image[0], 4, 2, 1, bias=False)

    def forward(self, z, which):
        x = self.fc(z if which is None else torch.cat([z, which], 1)).unflatten(1, self.shape)
        return torch.tanh(self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x)))))))


class ConvDiscriminator(nn.Module):
    def __init__(self, options, image, norm):
        super().__init__()
        width, height, columns = options["width"], image[1] // 4, image[2] // 4
        self.conv1 = nn.Conv2d(image[0] + options.get("classes", 0), width, 4, 2, 1)
        self.conv2 = nn.Conv2d(width, 2 * width, 4, 2, 1, bias=norm == "none")
        if norm == "batch":
            self.norm2 = nn.BatchNorm2d(2 * width)
        if norm == "layer":
            self.norm2 = nn.LayerNorm([2 * width, height, columns])
        self.fc = nn.Linear(2 * width * height * columns, 1)

    def forward(self, x, which):
        if which is not None:
            x = torch.cat([x, which[:, :, None, None].expand(-1, -1, *x.shape[2:])], 1)
        x = self.conv2(F.leaky_relu(self.conv1(x), 0.2))
        x = self.norm2(x) if hasattr(self, "norm2") else x
        return self.fc(F.leaky_relu(x, 0.2).flatten(1))


class Dense(nn.Module):
    """Of examples/wgan_gp.mlir."""

    def __init__(self, count, out):
        super().__init__()
        self.fc0, self.fc1 = nn.Linear(count, 128), nn.Linear(128, 128)
        self.fc2, self.fc3 = nn.Linear(128, 128), nn.Linear(128, out)

    def forward(self, x, _):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(F.relu(self.fc0(x)))))))


def adam(beta1, beta2):
    return lambda parameters, lr: torch.optim.Adam(parameters, lr, (beta1, beta2), fused=True)


class Adversaries:
    """A generator and its adversary, whose steps are named after them."""

    adversary, steps = "discriminator", {"train_d": "discriminator", "train_g": "generator"}
    lr, optimizer = 2e-4, staticmethod(adam(0.5, 0.999))

    def __init__(self, options):
        self.options = options
        self.image = [int(extent) for extent in options.get("image", "1x28x28").split("x")]
        self.module = nn.ModuleDict(self.networks())
        self.optimizers = None

    def networks(self):
        return {"generator": ConvGenerator(self.options, self.image),
                self.adversary: ConvDiscriminator(self.options, self.image, self.norm())}

    def norm(self):
        return "batch"

    def batch(self, random):
        count, classes = self.options["batch"], self.options.get("classes")
        shape = self.image[1:] if self.image[0] == 1 else self.image
        fields = {"image": random.integers(0, 256, (count, *shape)).astype("uint8")}
        if classes:
            fields["label"] = random.integers(0, classes, count).astype("uint8")
        return fields

    def parameters(self, step):
        return list(self.module[self.steps[step]].parameters())

    def update(self, step, loss):
        # Made late, so that they keep what they need in the parameters' type.
        if self.optimizers is None:
            self.optimizers = {name: self.optimizer(self.parameters(name), self.lr) for name in self.steps}
        self.optimizers[step].zero_grad()
        # Into the parameters of this network alone.
        loss.backward(inputs=self.parameters(step))
        self.optimizers[step].step()

    def dtype(self):
        return next(self.module.parameters()).dtype

    def which(self, fields):
        if "label" not in fields:
            return None
        return F.one_hot(fields["label"].long(), self.options["classes"]).to(self.dtype())

    def real(self, fields):
        return fields["image"].reshape(-1, *self.image).to(self.dtype()) * (1 / 255) * 2 - 1

    def fake(self, which, draws):
        shape = (self.options["batch"], self.options["latent"])
        z = torch.randn(shape, dtype=self.dtype()) if draws is None else draws.pop(0)
        return self.module["generator"](z, which)

    def judge(self, x, which=None):
        return self.module[self.adversary](x, which)

    def outputs(self, step, fields, draws=None):
        def bce(logits, target):
            return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

        which = self.which(fields)
        if step == "train_g":
            fake = self.judge(self.fake(which, draws), which)
            return {"loss": bce(fake, 1), "fake": torch.sigmoid(fake).mean()}
        with torch.no_grad():
            made = self.fake(which, draws)
        real, fake = self.judge(self.real(fields), which), self.judge(made, which)
        return {"loss": bce(real, 1) + bce(fake, 0), "real": torch.sigmoid(real).mean(),
                "fake": torch.sigmoid(fake).mean()}


class Gan(Adversaries):
    def networks(self):
        return {"generator": MlpGenerator(self.options, self.image),
                "discriminator": MlpDiscriminator(self.options, self.image)}


class Wgan(Adversaries):
    adversary, steps = "critic", {"train_critic": "critic", "train_generator": "generator"}
    lr, clip = 5e-5, 0.01
    optimizer = staticmethod(lambda parameters, lr: torch.optim.RMSprop(parameters, lr))

    def distance(self, fields, draws):
        real = self.real(fields)
        with torch.no_grad():
            fake = self.fake(None, draws)
        return real, fake, self.judge(real).mean() - self.judge(fake).mean()

    def outputs(self, step, fields, draws=None):
        if step == "train_generator":
            return {"loss": -self.judge(self.fake(None, draws)).mean()}
        distance = self.distance(fields, draws)[2]
        return {"loss": -distance, "distance": distance}

    def update(self, step, loss):
        super().update(step, loss)
        if step == "train_critic":
            with torch.no_grad():
                for parameter in self.parameters(step):
                    parameter.clamp_(-self.clip, self.clip)


class WganGp(Wgan):
    lr, optimizer, penalty_weight = 1e-4, staticmethod(adam(0.0, 0.9)), 10

    def norm(self):
        return self.options["norm"]

    def outputs(self, step, fields, draws=None):
        if step == "train_generator":
            return super().outputs(step, fields, draws)
        real, fake, distance = self.distance(fields, draws)
        shape = (len(real), *[1] * (real.dim() - 1))
        t = torch.rand(shape, dtype=real.dtype) if draws is None else draws.pop(0)
        between = (real + (fake - real) * t).requires_grad_()
        judged = self.judge(between)
        slope, = torch.autograd.grad(judged, between, torch.ones_like(judged), create_graph=True)
        norms = slope.flatten(1).norm(dim=1)
        penalty = (norms - 1).square().mean()
        return {"loss": penalty * self.penalty_weight - distance, "distance": distance, "penalty": penalty,
                "norm": norms.mean()}

    def update(self, step, loss):
        Adversaries.update(self, step, loss)


class Ring(WganGp):
    """examples/wgan_gp.mlir, whose learning rate falls along a line over all calls."""

    lr, optimizer, penalty_weight, calls = 1e-3, staticmethod(adam(0.5, 0.9)), 1, 0

    def update(self, step, loss):
        for optimizer in (self.optimizers or {}).values():
            for group in optimizer.param_groups:
                group["lr"] = self.lr * (1 - 0.98 * min(self.calls / 20000, 1))
        super().update(step, loss)
        self.calls += 1

    def networks(self):
        return {"generator": Dense(8, 2), "critic": Dense(2, 1)}

    def batch(self, random):
        angles = random.integers(0, 8, 256) * 0.7853981633974483
        centres = 2 * np.stack([np.cos(angles), np.sin(angles)], 1)
        return {"x": (centres + 0.05 * random.normal(size=(256, 2))).astype("float32")}

    def real(self, fields):
        return fields["x"].to(self.dtype())

    def fake(self, which, draws):
        z = torch.randn((256, 8), dtype=self.dtype()) if draws is None else draws.pop(0)
        return self.module["generator"](z, which)


TWINS = {"gan": Gan, "dcgan": Adversaries, "cgan": Adversaries, "wgan": Wgan, "wgan-gp": WganGp,
         "examples/wgan_gp.mlir": Ring}
