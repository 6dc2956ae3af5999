# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models of steps.py for JAX and TensorFlow, each written once: both trace Python into a graph.

`net` has the parameters, by their names in the programs, and the layers in the operations of the framework
(jax_models.py, tensorflow_models.py). Images are NHWC and filters HWIO, those of depthwise and transposed convolutions
(HW1O, HWOI) too; matrices are inputs by outputs: `to_channels_last` converts the weights, once.
"""
import numpy as np


def perceptron(net, x):
    x = net.relu(net.linear("fc2", net.relu(net.linear("fc1", x))))
    return net.linear("fc3", x)


def mlp(net, x, y):
    return net.cross_entropy(perceptron(net, x), y)


def vgg11(net, x, y):
    i = 0
    for v in [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]:
        if v == "M":
            x = net.max_pool(x)
            i += 1
        else:
            x = net.relu(net.batch_norm(f"features.{i + 1}", net.conv(f"features.{i}", x)))
            i += 3
    return net.cross_entropy(net.linear("classifier", net.flatten(x)), y)


def lenet5(net, x, y):
    x = net.max_pool(net.relu(net.conv("conv1", x)))
    x = net.max_pool(net.relu(net.conv("conv2", x, pad=0)))
    return net.cross_entropy(perceptron(net, net.flatten(x)), y)


def residual_block(net, n, x, stride):
    """Of two convolutions or, as in ResNet-50, of three; a change of shape has a convolution or pads with zeros."""
    strides = (1, stride, 1) if f"{n}.conv3.weight" in net else (stride, 1)
    h = x
    for i, s in enumerate(strides, 1):
        h = net.batch_norm(f"{n}.bn{i}", net.conv(f"{n}.conv{i}", h, s))
        if i < len(strides):
            h = net.relu(h)
    if f"{n}.downsample.0.weight" in net:
        x = net.batch_norm(f"{n}.downsample.1", net.conv(f"{n}.downsample.0", x, stride))
    elif stride > 1:
        x = net.pad_channels(x[:, ::2, ::2], (h.shape[-1] - x.shape[-1]) // 2)
    return net.relu(h + x)


def residual_layers(net, x, counts):
    for layer, count in enumerate(counts, 1):
        for k in range(count):
            x = residual_block(net, f"layer{layer}.{k}", x, 2 if layer > 1 and k == 0 else 1)
    return net.linear("fc", net.mean(x, (1, 2)))


def resnet20(net, x, y):
    x = net.relu(net.batch_norm("bn1", net.conv("conv1", x)))
    return net.cross_entropy(residual_layers(net, x, (3, 3, 3)), y)


def resnet(net, x, y, counts):
    x = net.relu(net.batch_norm("bn1", net.conv("conv1", x, 2)))
    return net.cross_entropy(residual_layers(net, net.max_pool(x, 3, 1), counts), y)


def resnet18(net, x, y):
    return resnet(net, x, y, (2, 2, 2, 2))


def resnet50(net, x, y):
    return resnet(net, x, y, (3, 4, 6, 3))


def depthwise(net, x, y):
    x = net.relu(net.batch_norm("bn1", net.conv("conv1", x)))
    for i, stride in enumerate((1, 2, 1, 2)):
        n = f"blocks.{i}"
        x = net.relu(net.batch_norm(n + ".bn1", net.depthwise_conv(n + ".dw", x, stride)))
        x = net.relu(net.batch_norm(n + ".bn2", net.conv(n + ".pw", x)))
    return net.cross_entropy(net.linear("fc", net.mean(x, (1, 2))), y)


def generator(net, z):
    x = net.reshape(net.linear("g.fc", z), (-1, 7, 7, 128))
    x = net.relu(net.batch_norm("g.bn0", x))
    x = net.relu(net.batch_norm("g.bn1", net.conv_transpose("g.conv1", x)))
    return net.tanh(net.conv_transpose("g.conv2", x))


def discriminator(net, x):
    x = net.leaky_relu(net.conv("d.conv1", x, 2), 0.2)
    x = net.leaky_relu(net.batch_norm("d.bn2", net.conv("d.conv2", x, 2)), 0.2)
    return net.linear("d.fc", net.flatten(x))


def dcgan_d(net, real, z):
    fake = generator(net, z)
    return (net.binary_cross_entropy(discriminator(net, real), 1)
            + net.binary_cross_entropy(discriminator(net, fake), 0))


def dcgan_g(net, z):
    return net.binary_cross_entropy(discriminator(net, generator(net, z)), 1)


def recurrent(net, x, y, layer, kind):
    h = net.embedding("embedding", x)
    for i in range(2):
        h = layer(net, h, *(net[f"{kind}.{part}_l{i}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))
    return net.cross_entropy(net.linear("fc", h), y)


def lstm_layer(net, x, w, u, b_ih, b_hh):
    def cell(state, a):
        h, c = state
        i, f, g, o = net.split(a + net.matmul(h, u), 4)
        c = net.sigmoid(f) * c + net.sigmoid(i) * net.tanh(g)
        return net.sigmoid(o) * net.tanh(c), c

    zeros = net.zeros((x.shape[1], u.shape[0]))
    return net.scan(cell, (zeros, zeros), net.matmul(x, w) + (b_ih + b_hh))  # of all inputs at once


def gru_layer(net, x, w, u, b_ih, b_hh):
    def cell(state, a):
        (h,) = state
        (a1, a2, a3), (r1, r2, r3) = net.split(a, 3), net.split(net.matmul(h, u) + b_hh, 3)
        new = net.tanh(a3 + net.sigmoid(a1 + r1) * r3)
        return (new + net.sigmoid(a2 + r2) * (h - new),)

    return net.scan(cell, (net.zeros((x.shape[1], u.shape[0])),), net.matmul(x, w) + b_ih)


def lstm(net, x, y):
    return recurrent(net, x, y, lstm_layer, "lstm")


def gru(net, x, y):
    return recurrent(net, x, y, gru_layer, "gru")


def textcnn(net, x, y):
    e = net.embedding("embedding", x)
    h = net.concat([net.max(net.relu(net.conv1d(f"convs.{i}", e)), 1) for i in range(3)])
    return net.cross_entropy(net.linear("fc", net.dropout(h)), y)


def gcn(net, x, adjacency, y):
    for n in ("conv1", "conv2"):
        h = net.propagate(adjacency, net.matmul(net.dropout(x), net[n + ".weight"])) + net[n + ".bias"]
        x = net.relu(h)
    return net.cross_entropy(h, y, ignored=-100)


def transformer(net, x, y):
    n, t = x.shape
    h = net.embedding("tok", x) + net["pos.weight"]
    for layer in range(2):
        b = f"blocks.{layer}"
        qkv = net.reshape(net.linear(b + ".qkv", net.layer_norm(b + ".ln1", h)), (n, t, 3, 4, 32))
        h = h + net.linear(b + ".proj", net.reshape(net.causal_attention(qkv), (n, t, 128)))
        h = h + net.linear(b + ".fc2", net.gelu(net.linear(b + ".fc1", net.layer_norm(b + ".ln2", h))))
    return net.cross_entropy(net.linear("head", net.layer_norm("ln_f", h)), y)


# Training steps of the models: the first letters of the parameters that a step updates, its loss, and which inputs of
# the batch are its own.
STEPS = {loss.__name__: [("", loss, slice(None))] for loss in (
    mlp, lstm, gru, textcnn, gcn, transformer, resnet20, vgg11, depthwise, lenet5, resnet18, resnet50)}
STEPS["dcgan"] = [("d.", dcgan_d, slice(0, 2)), ("g.", dcgan_g, slice(2, 3))]

# Of linear layers beside an image, the axis that is the image, and its shape in the programs.
IMAGE_AXES = {("lenet5", "fc1.weight"): (1, (16, 5, 5)), ("dcgan", "g.fc.weight"): (0, (128, 7, 7)),
              ("dcgan", "g.fc.bias"): (0, (128, 7, 7)), ("dcgan", "d.fc.weight"): (1, (128, 7, 7))}


def to_channels_last(model, name, value):
    """A parameter or buffer of a program in the layout of the models above."""
    if (model, name) in IMAGE_AXES:
        axis, image = IMAGE_AXES[model, name]
        split = value.reshape(*value.shape[:axis], *image, *value.shape[axis + 1:])
        value = np.moveaxis(split, axis, axis + 2).reshape(value.shape)
    if "weight" in name and not name.startswith(("embedding", "tok", "pos")):
        order = {2: (1, 0), 3: (2, 1, 0), 4: (2, 3, 1, 0)}
        value = value.transpose(order.get(value.ndim, (0,)))
    return np.ascontiguousarray(value)


def images_last(batch):
    """The arrays of a batch with images in NHWC."""
    return [np.ascontiguousarray(value.transpose(0, 2, 3, 1)) if value.ndim == 4 else value
            for value in batch.values()]
