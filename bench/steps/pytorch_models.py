# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The models of steps.py in PyTorch, as its users write them; parameters have the names of the programs.

A module gives the loss, so that torch.compile sees forward pass, loss and backward pass. Optimizers are fused, images
lie with their channels last where that is faster. A step of dcgan is one of the discriminator and one of the generator.
"""
import torch
import torch.nn.functional as F
from torch import nn

import batches

CHANNELS_LAST = {"resnet20", "vgg11", "dcgan", "depthwise", "resnet18", "resnet50"}


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)

    def forward(self, x, y):
        return F.cross_entropy(self.fc3(F.relu(self.fc2(F.relu(self.fc1(x))))), y)


class VGG11(nn.Module):
    def __init__(self):
        super().__init__()
        layers, c = [], 3
        for v in [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]:
            if v == "M":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(c, v, 3, padding=1), nn.BatchNorm2d(v), nn.ReLU(inplace=True)]
                c = v
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, 10)

    def forward(self, x, y):
        return F.cross_entropy(self.classifier(self.features(x).flatten(1)), y)


class BasicBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        s = 1 if i == o else 2
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.grow = (o - i) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.grow:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.grow, self.grow))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        c = 16
        for s, w in enumerate((16, 32, 64)):
            blocks = []
            for _ in range(3):
                blocks.append(BasicBlock(c, w))
                c = w
            setattr(self, f"layer{s + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, 10)

    def forward(self, x, y):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return F.cross_entropy(self.fc(x.mean((2, 3))), y)


class RnnLM(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embedding = nn.Embedding(65, 128)
        setattr(self, kind, (nn.LSTM if kind == "lstm" else nn.GRU)(128, 256, 2))
        self.kind = kind
        self.fc = nn.Linear(256, 65)

    def forward(self, x, y):
        h, _ = getattr(self, self.kind)(self.embedding(x))
        return F.cross_entropy(self.fc(h).flatten(0, 1), y.flatten())


class TextCNN(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.embedding = nn.Embedding(20000, 300)
        self.convs = nn.ModuleList([nn.Conv1d(300, 100, k) for k in (3, 4, 5)])
        self.drop = nn.Dropout(p)
        self.fc = nn.Linear(300, 2)

    def forward(self, x, y):
        e = self.embedding(x).transpose(1, 2)
        h = torch.cat([F.relu(c(e)).amax(2) for c in self.convs], 1)
        return F.cross_entropy(self.fc(self.drop(h)), y)


class GCNConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(o, i))
        self.bias = nn.Parameter(torch.zeros(o))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return torch.sparse.mm(adj, F.linear(x, self.weight)) + self.bias


class GCN(nn.Module):
    """`adj` is D^-1/2 (A + I) D^-1/2 in CSR, made once (`cached=True` of PyTorch Geometric)."""

    def __init__(self, p=0.5):
        super().__init__()
        self.conv1, self.conv2, self.p = GCNConv(1433, 16), GCNConv(16, 7), p

    def forward(self, x, adj, y):
        x = F.dropout(x, self.p, self.training)
        x = F.relu(self.conv1(x, adj))
        x = F.dropout(x, self.p, self.training)
        return F.cross_entropy(self.conv2(x, adj), y)  # ignores labels of -100


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.bn0 = nn.Linear(100, 7 * 7 * 128), nn.BatchNorm2d(128)
        self.conv1, self.bn1 = nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64)
        self.conv2 = nn.ConvTranspose2d(64, 1, 4, 2, 1)

    def forward(self, z):
        x = F.relu(self.bn0(self.fc(z).view(-1, 128, 7, 7)))
        return torch.tanh(self.conv2(F.relu(self.bn1(self.conv1(x)))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 4, 2, 1)
        self.conv2, self.bn2 = nn.Conv2d(64, 128, 4, 2, 1), nn.BatchNorm2d(128)
        self.fc = nn.Linear(128 * 7 * 7, 1)

    def forward(self, x):
        x = F.leaky_relu(self.conv1(x), 0.2)
        x = F.leaky_relu(self.bn2(self.conv2(x)), 0.2)
        return self.fc(x.flatten(1))


class DCGAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.g, self.d = Generator(), Discriminator()

    def loss_d(self, real, z):
        with torch.no_grad():
            fake = self.g(z)
        r, f = self.d(real), self.d(fake)
        return (F.binary_cross_entropy_with_logits(r, torch.ones_like(r))
                + F.binary_cross_entropy_with_logits(f, torch.zeros_like(f)))

    def loss_g(self, z):
        f = self.d(self.g(z))
        return F.binary_cross_entropy_with_logits(f, torch.ones_like(f))


class Block(nn.Module):
    def __init__(self, d=128, h=4):
        super().__init__()
        self.h = h
        self.ln1, self.qkv, self.proj = nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.ln2, self.fc1, self.fc2 = nn.LayerNorm(d), nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(n, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(n, t, d))
        return x + self.fc2(F.gelu(self.fc1(self.ln2(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(65, 128), nn.Embedding(64, 128)
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        self.ln_f, self.head = nn.LayerNorm(128), nn.Linear(128, 65)

    def forward(self, x, y):
        h = self.tok(x) + self.pos.weight
        for b in self.blocks:
            h = b(h)
        return F.cross_entropy(self.head(self.ln_f(h)).flatten(0, 1), y.flatten())


class Depthwise(nn.Module):
    class Sep(nn.Module):
        def __init__(self, i, o, s):
            super().__init__()
            self.dw, self.bn1 = nn.Conv2d(i, i, 3, s, 1, groups=i, bias=False), nn.BatchNorm2d(i)
            self.pw, self.bn2 = nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o)

        def forward(self, x):
            return F.relu(self.bn2(self.pw(F.relu(self.bn1(self.dw(x))))))

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32)
        self.blocks = nn.Sequential(Depthwise.Sep(32, 64, 1), Depthwise.Sep(64, 128, 2), Depthwise.Sep(128, 128, 1),
                                    Depthwise.Sep(128, 256, 2))
        self.fc = nn.Linear(256, 10)

    def forward(self, x, y):
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return F.cross_entropy(self.fc(x.mean((2, 3))), y)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x, y):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return F.cross_entropy(self.fc3(F.relu(self.fc2(F.relu(self.fc1(x))))), y)


class TorchvisionNet(nn.Module):
    def __init__(self, name):
        super().__init__()
        import torchvision
        self.net = getattr(torchvision.models, name)()

    def forward(self, x, y):
        return F.cross_entropy(self.net(x), y)


def make_module(name, dropout):
    p = 0.5 if dropout else 0.0
    if name in ("resnet18", "resnet50"):
        return TorchvisionNet(name)
    if name in ("lstm", "gru"):
        return RnnLM(name)
    if name in ("textcnn", "gcn"):
        return {"textcnn": TextCNN, "gcn": GCN}[name](p)
    return {"mlp": MLP, "vgg11": VGG11, "resnet20": ResNet20, "dcgan": DCGAN, "transformer": Transformer,
            "depthwise": Depthwise, "lenet5": LeNet5}[name]()


def make_optimizers(name, module):
    """One for each training step."""
    rate = batches.RATES[name]

    def adam(parameters, **options):
        return torch.optim.Adam(parameters, lr=rate, fused=True, **options)

    if name == "resnet20":
        return [torch.optim.SGD(module.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4, fused=True)]
    if name == "gcn":
        return [adam([{"params": module.conv1.parameters(), "weight_decay": 5e-4},
                      {"params": module.conv2.parameters()}])]
    if name == "dcgan":
        return [adam(part.parameters(), betas=(0.5, 0.999)) for part in (module.d, module.g)]
    return [adam(module.parameters())]


def load(module, weights):
    """Copies the values of dlc; PyTorch has no others but its counters of batches."""
    missing, unknown = module.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()},
                                              strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unknown:
        raise ValueError(f"the program lacks {missing} and has {unknown} more than the twin")


def build(name, weights, threads, compiled, dropout):
    """How a batch is converted, and how a step is done with it."""
    torch.set_num_threads(threads)
    module = make_module(name, dropout)
    dtype = torch.from_numpy(next(iter(weights.values()))).dtype
    module = module.to(dtype).train()
    load(module.net if isinstance(module, TorchvisionNet) else module, weights)
    if name in CHANNELS_LAST:
        module = module.to(memory_format=torch.channels_last)
    optimizers = make_optimizers(name, module)

    def convert(batch):
        if name == "gcn":
            starts, _, columns, values = map(torch.from_numpy, batches.normalized_adjacency(
                batch["indptr"], batch["indices"], batch["x"].dtype))
            adjacency = torch.sparse_csr_tensor(starts, columns, values, [len(batch["x"])] * 2, check_invariants=False)
            return torch.from_numpy(batch["x"]), adjacency, torch.from_numpy(batch["label"])
        tensors = [torch.from_numpy(value) for value in batch.values()]
        if name in CHANNELS_LAST:
            tensors = [value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value
                       for value in tensors]
        return tensors

    losses = [module.loss_d, module.loss_g] if name == "dcgan" else [module]
    if compiled:
        losses = [torch.compile(loss) for loss in losses]

    def run(batch):
        optimizers[0].zero_grad(set_to_none=True)
        loss = losses[0](*batch)
        loss.backward()
        optimizers[0].step()
        return [loss.detach()]

    def descend(loss, part, optimizer):
        # Not backward(), which would compute the gradients of both networks.
        parameters = list(part.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
            parameter.grad = gradient
        optimizer.step()
        return loss.detach()

    def run_dcgan(batch):
        real, z_d, z_g = batch
        return [descend(losses[0](real, z_d), module.d, optimizers[0]),
                descend(losses[1](z_g), module.g, optimizers[1])]

    return convert, run_dcgan if name == "dcgan" else run
