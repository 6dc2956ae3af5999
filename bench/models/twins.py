# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of dlc-models for images of 224 x 224 as modules of PyTorch, with the same
names: torchvision's where it has them, otherwise the definitions below.

Each gives a list of logits: those of the network, then those of auxiliary heads.
"""
import torch
import torchvision
from torch import nn


class AlexNet(nn.Module):
    """Krizhevsky, Sutskever and Hinton, NIPS 2012: two groups, local response normalisation."""

    def __init__(self):
        super().__init__()

        def normalize():
            return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, 11, stride=4, padding=2), nn.ReLU(), normalize(), nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), normalize(), nn.MaxPool2d(3, 2),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(),
            nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Nin(nn.Module):
    """Lin, Chen and Yan, ICLR 2014."""

    def __init__(self):
        super().__init__()

        def block(n, a, b, c, kernel, stride, padding):
            return [nn.Conv2d(n, a, kernel, stride, padding), nn.ReLU(), nn.Conv2d(a, b, 1), nn.ReLU(),
                    nn.Conv2d(b, c, 1), nn.ReLU()]

        def pool():
            return nn.MaxPool2d(3, 2, ceil_mode=True)
        self.features = nn.Sequential(
            *block(3, 96, 96, 96, 11, 4, 0), pool(), *block(96, 256, 256, 256, 5, 1, 2), pool(),
            *block(256, 384, 384, 384, 3, 1, 1), pool(), nn.Dropout(),
            *block(384, 1024, 1024, 1000, 3, 1, 1))
        for layer in self.features:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.features(x).mean((2, 3))


class MobileNet(nn.Module):
    """Howard et al., 2017."""

    def __init__(self):
        super().__init__()

        def conv(n, m, kernel, stride, groups=1):
            return [nn.Conv2d(n, m, kernel, stride, kernel // 2, groups=groups, bias=False),
                    nn.BatchNorm2d(m), nn.ReLU()]
        blocks, n = [nn.Sequential(*conv(3, 32, 3, 2))], 32
        for m, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1),
                          (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)):
            blocks.append(nn.Sequential(*conv(n, n, 3, stride, n), *conv(n, m, 1, 1)))
            n = m
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Linear(n, 1000)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def make_googlenet():
    return torchvision.models.googlenet(weights=None, aux_logits=True, init_weights=False)


TWINS = {"alexnet": AlexNet, "alexnet2014": torchvision.models.alexnet, "nin": Nin, "googlenet": make_googlenet,
         "mobilenet": MobileNet}
for name in ("vgg11", "vgg11_bn", "vgg16", "vgg16_bn", "resnet18", "resnet34", "resnet50"):
    TWINS[name] = getattr(torchvision.models, name)


def make(name):
    """The twin in training mode, without dropout."""
    torch.manual_seed(0)
    module = TWINS[name]().train()
    for layer in module.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    return module


def loss_of(module, image, label):
    """The loss of a step of training: that of auxiliary heads counts 0.3 each."""
    result = module(image)
    logits = [result] if torch.is_tensor(result) else [result.logits, result.aux_logits1, result.aux_logits2]
    losses = [nn.functional.cross_entropy(one, label) for one in logits]
    return losses[0] + sum(0.3 * loss for loss in losses[1:])
