# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers and training steps in JAX with Optax for the models of traced_models.py.

A step is compiled whole, and the buffers of its state are donated.
"""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

import batches
import traced_models


class Net:
    """Parameters and layers while JAX traces a model; batch norms replace `statistics`."""

    relu, tanh, sigmoid = staticmethod(jax.nn.relu), staticmethod(jnp.tanh), staticmethod(jax.nn.sigmoid)
    gelu = staticmethod(partial(jax.nn.gelu, approximate=False))
    leaky_relu = staticmethod(jax.nn.leaky_relu)
    matmul, reshape, mean, max = map(staticmethod, (jnp.matmul, jnp.reshape, jnp.mean, jnp.max))
    concat, split = staticmethod(partial(jnp.concatenate, axis=-1)), staticmethod(partial(jnp.split, axis=-1))

    def __init__(self, parameters, statistics, key, dropout):
        self.parameters, self.statistics, self.key, self.drops = parameters, statistics, key, dropout

    def __contains__(self, name):
        return name in self.parameters

    def __getitem__(self, name):
        return self.parameters[name]

    def zeros(self, shape):
        return jnp.zeros(shape, next(iter(self.parameters.values())).dtype)

    @staticmethod
    def flatten(x):
        return x.reshape(x.shape[0], -1)

    @staticmethod
    def pad_channels(x, count):
        return jnp.pad(x, ((0, 0), (0, 0), (0, 0), (count, count)))

    def linear(self, n, x):
        return x @ self[n + ".weight"] + self[n + ".bias"]

    def embedding(self, n, x):
        return self[n + ".weight"][x]

    def bias(self, n, x):
        return x + self[n + ".bias"] if n + ".bias" in self else x

    def conv(self, n, x, stride=1, pad=None, groups=1):
        weight = self[n + ".weight"]
        pad = (weight.shape[0] - 1) // 2 if pad is None else pad
        return self.bias(n, jax.lax.conv_general_dilated(
            x, weight, (stride, stride), [(pad, pad)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups))

    def depthwise_conv(self, n, x, stride):
        return self.conv(n, x, stride, groups=x.shape[-1])

    def conv_transpose(self, n, x):
        return self.bias(n, jax.lax.conv_transpose(x, self[n + ".weight"], (2, 2), "SAME", transpose_kernel=True,
                                                   dimension_numbers=("NHWC", "HWIO", "NHWC")))

    def conv1d(self, n, x):
        return self.bias(n, jax.lax.conv_general_dilated(x, self[n + ".weight"], (1,), "VALID",
                                                         dimension_numbers=("NWC", "WIO", "NWC")))

    @staticmethod
    def max_pool(x, size=2, pad=0):
        pads = ((0, 0), (pad, pad), (pad, pad), (0, 0))
        return jax.lax.reduce_window(x, np.array(-np.inf, x.dtype), jax.lax.max, (1, size, size, 1), (1, 2, 2, 1), pads)

    def batch_norm(self, n, x, momentum=0.1, eps=1e-5):
        mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
        count = x.size // x.shape[-1]
        for part, value in (("mean", mean), ("var", var * (count / (count - 1)))):
            key = f"{n}.running_{part}"
            self.statistics[key] = (1 - momentum) * self.statistics[key] + momentum * value
        return (x - mean) * (jax.lax.rsqrt(var + eps) * self[n + ".weight"]) + self[n + ".bias"]

    def layer_norm(self, n, x, eps=1e-5):
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(var + eps) * self[n + ".weight"] + self[n + ".bias"]

    def dropout(self, x):
        if not self.drops:
            return x
        self.key, key = jax.random.split(self.key)
        return jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x * 2, 0)

    @staticmethod
    def causal_attention(qkv):
        q, k, v = jnp.moveaxis(qkv, 2, 0)
        return jax.nn.dot_product_attention(q, k, v, is_causal=True)

    @staticmethod
    def propagate(adjacency, x):
        rows, columns, values = adjacency
        return jax.ops.segment_sum(values[:, None] * x[columns], rows, x.shape[0], indices_are_sorted=True)

    @staticmethod
    def scan(cell, state, inputs):
        """The first part of the state after each input."""
        def step(state, a):
            state = cell(state, a)
            return state, state[0]
        return jax.lax.scan(step, state, inputs)[1]

    @staticmethod
    def cross_entropy(z, y, ignored=None):
        if ignored is None:
            return optax.softmax_cross_entropy_with_integer_labels(z, y).mean()
        known = y != ignored
        losses = optax.softmax_cross_entropy_with_integer_labels(z, jnp.where(known, y, 0))
        return jnp.where(known, losses, 0).sum() / known.sum()

    @staticmethod
    def binary_cross_entropy(z, target):
        return optax.sigmoid_binary_cross_entropy(z, jnp.full_like(z, target)).mean()


def make_rule(name):
    rate = batches.RATES[name]
    if name == "resnet20":
        return optax.chain(optax.add_decayed_weights(1e-4), optax.sgd(rate, momentum=0.9))
    if name == "gcn":
        def decays(parameters):
            return {key: key.startswith("conv1.") for key in parameters}
        return optax.chain(optax.add_decayed_weights(5e-4, decays), optax.adam(rate))
    return optax.adam(rate, b1=0.5 if name == "dcgan" else 0.9)


def make_step(rule, prefix, loss_of, dropout):
    """A training step of the parameters whose names begin with `prefix`."""
    @partial(jax.jit, donate_argnums=0)
    def step(state, batch):
        parameters, statistics, slots, key = state
        key, random = jax.random.split(key)
        own = {name: value for name, value in parameters.items() if name.startswith(prefix)}

        def traced(own):
            net = Net({**parameters, **own}, dict(statistics), random, dropout)
            return loss_of(net, *batch), net.statistics

        (loss, statistics), gradients = jax.value_and_grad(traced, has_aux=True)(own)
        updates, updated = rule.update(gradients, slots[prefix], own)
        parameters = {**parameters, **optax.apply_updates(own, updates)}
        return (parameters, statistics, {**slots, prefix: updated}, key), loss

    return step


def build(name, weights, dropout):
    """How a batch is converted, and how a step is done with it."""
    dtype = next(iter(weights.values())).dtype
    if dtype == np.float64:
        jax.config.update("jax_enable_x64", True)
    values = {key: jnp.array(traced_models.to_channels_last(name, key, value), copy=True)
              for key, value in weights.items()}
    parameters = {key: value for key, value in values.items() if "running" not in key}
    statistics = {key: value for key, value in values.items() if "running" in key}
    rule, steps = make_rule(name), traced_models.STEPS[name]
    slots = {prefix: rule.init({key: value for key, value in parameters.items() if key.startswith(prefix)})
             for prefix, _, _ in steps}
    state = [(parameters, statistics, slots, jax.random.key(0))]
    calls = [(make_step(rule, prefix, loss, dropout), inputs) for prefix, loss, inputs in steps]

    def to_array(value):
        return jnp.asarray(value.astype(np.int32) if value.dtype == np.int64 else value)

    def convert(batch):
        if name == "gcn":
            _, *adjacency = batches.normalized_adjacency(batch["indptr"], batch["indices"], dtype)
            return [to_array(batch["x"]), [to_array(value) for value in adjacency], to_array(batch["label"])]
        return [to_array(value) for value in traced_models.images_last(batch)]

    def run(batch):
        losses = []
        for step, inputs in calls:
            state[0], loss = step(state[0], batch[inputs])
            losses.append(loss)
        jax.block_until_ready(state[0])
        return losses

    return convert, run
