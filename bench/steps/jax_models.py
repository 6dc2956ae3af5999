# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models of steps.py in JAX with Optax, as their users write them; parameters have the names of the programs.

Images are NHWC and filters HWIO, matrices are inputs by outputs. A step is compiled whole, and the buffers of its
state are donated.
"""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

import batches

NAMES = ["mlp", "lstm", "textcnn", "transformer", "resnet20", "vgg11", "lenet5"]
relu = jax.nn.relu


def linear(p, n, x):
    return x @ p[n + ".weight"] + p[n + ".bias"]


def conv(p, n, x, stride=1, pad=1):
    y = jax.lax.conv_general_dilated(x, p[n + ".weight"], (stride, stride), [(pad, pad)] * 2,
                                     dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + p[n + ".bias"] if n + ".bias" in p else y


def bn(p, s, out, n, x, momentum=0.1, eps=1e-5):
    mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
    k = x.size // x.shape[-1]
    out[n + ".running_mean"] = (1 - momentum) * s[n + ".running_mean"] + momentum * mean
    out[n + ".running_var"] = (1 - momentum) * s[n + ".running_var"] + momentum * var * (k / (k - 1))
    return (x - mean) * (jax.lax.rsqrt(var + eps) * p[n + ".weight"]) + p[n + ".bias"]


def ln(p, n, x, eps=1e-5):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(var + eps) * p[n + ".weight"] + p[n + ".bias"]


def xent(z, y):
    return optax.softmax_cross_entropy_with_integer_labels(z, y).mean()


def mlp(p, s, out, key, drop, x, y):
    return xent(linear(p, "fc3", relu(linear(p, "fc2", relu(linear(p, "fc1", x))))), y)


def vgg11(p, s, out, key, drop, x, y):
    i = 0
    for v in [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]:
        if v == "M":
            x = jax.lax.reduce_window(x, np.array(-np.inf, x.dtype), jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            i += 1
        else:
            x = relu(bn(p, s, out, f"features.{i + 1}", conv(p, f"features.{i}", x)))
            i += 3
    return xent(linear(p, "classifier", x.reshape(x.shape[0], -1)), y)


def resnet20(p, s, out, key, drop, x, y):
    x = relu(bn(p, s, out, "bn1", conv(p, "conv1", x)))
    c = 16
    for st, w in enumerate((16, 32, 64)):
        for k in range(3):
            n = f"layer{st + 1}.{k}"
            stride = 1 if c == w else 2
            h = relu(bn(p, s, out, n + ".bn1", conv(p, n + ".conv1", x, stride)))
            h = bn(p, s, out, n + ".bn2", conv(p, n + ".conv2", h))
            if c != w:
                g = (w - c) // 2
                x = jnp.pad(x[:, ::2, ::2], ((0, 0), (0, 0), (0, 0), (g, g)))
            x, c = relu(h + x), w
    return xent(linear(p, "fc", x.mean((1, 2))), y)


def lstm(p, s, out, key, drop, x, y):
    h = p["embedding.weight"][x]
    for layer in range(2):
        u, b = p[f"lstm.weight_hh_l{layer}"], p[f"lstm.bias_ih_l{layer}"] + p[f"lstm.bias_hh_l{layer}"]
        xs = h @ p[f"lstm.weight_ih_l{layer}"] + b  # of all steps at once
        def cell(carry, a):
            h, c = carry
            i, f, g, o = jnp.split(a + h @ u, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h
        z = jnp.zeros((x.shape[1], 256), h.dtype)
        _, h = jax.lax.scan(cell, (z, z), xs)
    return xent(linear(p, "fc", h), y)


def textcnn(p, s, out, key, drop, x, y):
    e = p["embedding.weight"][x]
    hs = []
    for i in range(3):
        c = jax.lax.conv_general_dilated(e, p[f"convs.{i}.weight"], (1,), "VALID",
                                         dimension_numbers=("NWC", "WIO", "NWC"))
        hs.append(relu(c + p[f"convs.{i}.bias"]).max(1))
    h = jnp.concatenate(hs, 1)
    if drop:
        h = jnp.where(jax.random.bernoulli(key, 0.5, h.shape), h * 2, 0)
    return xent(linear(p, "fc", h), y)


def transformer(p, s, out, key, drop, x, y):
    n, t = x.shape
    h = p["tok.weight"][x] + p["pos.weight"]
    for layer in range(2):
        b = f"blocks.{layer}"
        q, k, v = jnp.moveaxis(linear(p, b + ".qkv", ln(p, b + ".ln1", h)).reshape(n, t, 3, 4, 32), 2, 0)
        a = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(n, t, 128)
        h = h + linear(p, b + ".proj", a)
        h = h + linear(p, b + ".fc2", jax.nn.gelu(linear(p, b + ".fc1", ln(p, b + ".ln2", h)), approximate=False))
    return xent(linear(p, "head", ln(p, "ln_f", h)), y)


def pool(x):
    return jax.lax.reduce_window(x, np.array(-np.inf, x.dtype), jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def lenet5(p, s, out, key, drop, x, y):
    x = pool(relu(conv(p, "conv1", x, pad=2)))
    x = pool(relu(conv(p, "conv2", x, pad=0)))
    x = x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1)  # the order of the rows of fc1
    return xent(linear(p, "fc3", relu(linear(p, "fc2", relu(linear(p, "fc1", x))))), y)


LOSSES = {"mlp": mlp, "lstm": lstm, "textcnn": textcnn, "transformer": transformer, "resnet20": resnet20,
          "vgg11": vgg11, "lenet5": lenet5}


def reorder(name, value):
    """From the layout of the programs to the one used here."""
    if "weight" not in name or name.startswith(("embedding", "tok", "pos")) or value.ndim == 1:
        return value
    return value.transpose({2: (1, 0), 3: (2, 1, 0), 4: (2, 3, 1, 0)}[value.ndim])


def build(name, weights, dropout):
    """How a batch is converted, and how a step is done with it."""
    if next(iter(weights.values())).dtype == np.float64:
        jax.config.update("jax_enable_x64", True)
    values = {key: jnp.array(np.ascontiguousarray(reorder(key, value)), copy=True) for key, value in weights.items()}
    parameters = {key: value for key, value in values.items() if "running" not in key}
    statistics = {key: value for key, value in values.items() if "running" in key}
    rate = batches.RATES[name]
    if name == "resnet20":
        rule = optax.chain(optax.add_decayed_weights(1e-4), optax.sgd(rate, momentum=0.9))
    else:
        rule = optax.adam(rate)
    state = [(parameters, statistics, rule.init(parameters), jax.random.key(0))]

    def convert(batch):
        arrays = [value.transpose(0, 2, 3, 1) if value.ndim == 4 else value for value in batch.values()]
        return tuple(jnp.asarray(value.astype(np.int32) if value.dtype == np.int64 else np.ascontiguousarray(value))
                     for value in arrays)

    @partial(jax.jit, donate_argnums=0)
    def step(state, batch):
        parameters, statistics, slots, key = state
        key, random = jax.random.split(key)

        def loss_of(parameters):
            updated = {}
            return LOSSES[name](parameters, statistics, updated, random, dropout, *batch), updated

        (loss, statistics), gradients = jax.value_and_grad(loss_of, has_aux=True)(parameters)
        updates, slots = rule.update(gradients, slots, parameters)
        return (optax.apply_updates(parameters, updates), statistics, slots, key), loss

    def run(batch):
        state[0], loss = step(state[0], batch)
        jax.block_until_ready(state[0])
        return [loss]

    return convert, run
