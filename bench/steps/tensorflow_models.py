# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers and training steps in TensorFlow for the models of traced_models.py.

A step is a `tf.function` with the update in it, by TensorFlow's own kernels of Adam and momentum.
"""
from functools import partial

import tensorflow as tf

import batches
import traced_models


def padding(pad, size, stride):
    """As a word where there is one: TensorFlow has shorter ways for some of these."""
    if pad == 0:
        return "VALID"
    return "SAME" if stride == 1 and size == 2 * pad + 1 else [[0, 0], [pad, pad], [pad, pad], [0, 0]]


class Net:
    """Parameters and layers while TensorFlow traces a model; batch norms assign to the running statistics."""

    relu, gelu = map(staticmethod, (tf.nn.relu, tf.nn.gelu))
    tanh, sigmoid, matmul, reshape = map(staticmethod, (tf.tanh, tf.sigmoid, tf.matmul, tf.reshape))
    mean, max = staticmethod(tf.reduce_mean), staticmethod(tf.reduce_max)
    concat, split = staticmethod(partial(tf.concat, axis=-1)), staticmethod(partial(tf.split, axis=-1))
    propagate = staticmethod(tf.sparse.sparse_dense_matmul)

    def __init__(self, variables, dropout):
        self.variables, self.drops, self.values = variables, dropout, {}

    def __contains__(self, name):
        return name in self.variables

    def __getitem__(self, name):
        """The value of a parameter, read once."""
        if name not in self.values:
            self.values[name] = tf.convert_to_tensor(self.variables[name])
        return self.values[name]

    def zeros(self, shape):
        return tf.zeros(shape, next(iter(self.variables.values())).dtype)

    @staticmethod
    def leaky_relu(x, slope):
        # The kernel has its slope in f32, also for f64.
        return tf.nn.leaky_relu(x, slope) if x.dtype == tf.float32 else tf.maximum(x, slope * x)

    @staticmethod
    def flatten(x):
        return tf.reshape(x, (x.shape[0], -1))

    @staticmethod
    def pad_channels(x, count):
        return tf.pad(x, ((0, 0), (0, 0), (0, 0), (count, count)))

    def linear(self, n, x):
        return tf.nn.bias_add(tf.matmul(x, self[n + ".weight"]), self[n + ".bias"])

    def embedding(self, n, x):
        return tf.gather(self[n + ".weight"], x)

    def bias(self, n, x):
        return tf.nn.bias_add(x, self[n + ".bias"]) if n + ".bias" in self else x

    def conv(self, n, x, stride=1, pad=None):
        weight = self[n + ".weight"]
        size = weight.shape[0]
        pad = (size - 1) // 2 if pad is None else pad
        return self.bias(n, tf.nn.conv2d(x, weight, stride, padding(pad, size, stride)))

    def depthwise_conv(self, n, x, stride):
        weight = tf.reshape(self[n + ".weight"], (3, 3, -1, 1))  # HW1O has the same order
        return tf.nn.depthwise_conv2d(x, weight, (1, stride, stride, 1), padding(1, 3, stride))

    def conv_transpose(self, n, x):
        weight = self[n + ".weight"]
        shape = (x.shape[0], 2 * x.shape[1], 2 * x.shape[2], weight.shape[2])
        return self.bias(n, tf.nn.conv2d_transpose(x, weight, shape, 2, "SAME"))

    def conv1d(self, n, x):
        return self.bias(n, tf.nn.conv1d(x, self[n + ".weight"], 1, "VALID"))

    @staticmethod
    def max_pool(x, size=2, pad=0):
        return tf.nn.max_pool2d(x, size, 2, padding(pad, size, 2))

    def batch_norm(self, n, x, momentum=0.1, eps=1e-5):
        scale, shift = self[n + ".weight"], self[n + ".bias"]
        running = [self.variables[f"{n}.running_{part}"] for part in ("mean", "var")]
        if x.dtype == tf.float32:  # the only type of the fused kernel
            y, *updated, _, _, _ = tf.raw_ops.FusedBatchNormV3(
                x=x, scale=scale, offset=shift, mean=running[0], variance=running[1], epsilon=eps,
                exponential_avg_factor=momentum)
        else:
            mean, var = tf.nn.moments(x, (0, 1, 2))
            count = x.shape.num_elements() // x.shape[-1]
            updated = [(1 - momentum) * old + momentum * new
                       for old, new in zip(running, (mean, var * (count / (count - 1))))]
            y = tf.nn.batch_normalization(x, mean, var, shift, scale, eps)
        for variable, value in zip(running, updated):
            variable.assign(value)
        return y

    def layer_norm(self, n, x, eps=1e-5):
        mean, var = tf.nn.moments(x, -1, keepdims=True)
        return tf.nn.batch_normalization(x, mean, var, self[n + ".bias"], self[n + ".weight"], eps)

    def dropout(self, x):
        return tf.nn.dropout(x, 0.5) if self.drops else x

    @staticmethod
    def causal_attention(qkv):
        q, k, v = tf.unstack(tf.transpose(qkv, (2, 0, 3, 1, 4)))
        scores = tf.matmul(q * q.shape[-1] ** -0.5, k, transpose_b=True)
        seen = tf.linalg.band_part(tf.ones(scores.shape[-2:], tf.bool), -1, 0)
        attention = tf.nn.softmax(tf.where(seen, scores, scores.dtype.min))
        return tf.transpose(tf.matmul(attention, v), (0, 2, 1, 3))

    @staticmethod
    def scan(cell, state, inputs):
        """The first part of the state after each input; unrolled, as the number of inputs is known."""
        outputs = []
        for a in tf.unstack(inputs):
            state = cell(state, a)
            outputs.append(state[0])
        return tf.stack(outputs)

    @staticmethod
    def cross_entropy(z, y, ignored=None):
        if ignored is None:
            return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))
        known = y != ignored
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.where(known, y, 0), z)
        known = tf.cast(known, z.dtype)
        return tf.reduce_sum(known * losses) / tf.reduce_sum(known)

    @staticmethod
    def binary_cross_entropy(z, target):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(z.shape, tf.cast(target, z.dtype)), z))


class Adam:
    def __init__(self, name, dtype):
        self.rate, self.beta1, self.beta2, self.eps = (
            tf.constant(value, dtype)
            for value in (batches.RATES[name], 0.5 if name == "dcgan" else 0.9, 0.999, 1e-8))
        self.decayed = "conv1." if name == "gcn" else ()
        self.count, self.slots = tf.Variable(0, dtype=dtype), {}

    def add(self, key, variable):
        self.slots[key] = [tf.Variable(tf.zeros_like(variable)) for _ in range(2)]

    def update(self, variables, gradients):
        power1, power2 = self.beta1 ** self.count.assign_add(1), self.beta2 ** self.count
        for key, gradient in gradients.items():
            variable, (first, second) = variables[key], self.slots[key]
            if key.startswith(self.decayed):
                gradient += 5e-4 * variable
            # The kernel adds epsilon before it corrects the bias of the second moment, the programs after that.
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle, m=first.handle, v=second.handle, beta1_power=power1, beta2_power=power2,
                lr=self.rate, beta1=self.beta1, beta2=self.beta2, epsilon=self.eps * tf.sqrt(1 - power2),
                grad=gradient)


class Momentum:
    def __init__(self, name, dtype):
        self.rate, self.momentum = tf.constant(batches.RATES[name], dtype), tf.constant(0.9, dtype)
        self.slots = {}

    def add(self, key, variable):
        self.slots[key] = tf.Variable(tf.zeros_like(variable))

    def update(self, variables, gradients):
        for key, gradient in gradients.items():
            tf.raw_ops.ResourceApplyMomentum(
                var=variables[key].handle, accum=self.slots[key].handle, lr=self.rate, momentum=self.momentum,
                grad=gradient + 1e-4 * variables[key])


def make_step(name, variables, prefix, loss_of, dropout):
    """A training step of the parameters whose names begin with `prefix`."""
    own = {key: value for key, value in variables.items() if key.startswith(prefix) and "running" not in key}
    rule = (Momentum if name == "resnet20" else Adam)(name, next(iter(own.values())).dtype)
    for key, variable in own.items():
        rule.add(key, variable)

    @tf.function
    def step(*batch):
        with tf.GradientTape() as tape:
            loss = loss_of(Net(variables, dropout), *batch)
        gradients = tape.gradient(loss, own)
        rule.update(own, {key: tf.convert_to_tensor(gradient) for key, gradient in gradients.items()})
        return loss

    return step


def build(name, weights, threads, dropout):
    """How a batch is converted, and how a step is done with it."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    dtype = next(iter(weights.values())).dtype
    variables = {key: tf.Variable(traced_models.to_channels_last(name, key, value), trainable="running" not in key)
                 for key, value in weights.items()}
    calls = [(make_step(name, variables, prefix, loss, dropout), inputs)
             for prefix, loss, inputs in traced_models.STEPS[name]]

    def convert(batch):
        if name == "gcn":
            _, rows, columns, values = batches.normalized_adjacency(batch["indptr"], batch["indices"], dtype)
            adjacency = tf.SparseTensor(tf.stack([rows, columns], 1), values, [len(batch["x"])] * 2)
            return [tf.constant(batch["x"]), adjacency, tf.constant(batch["label"])]
        return [tf.constant(value) for value in traced_models.images_last(batch)]

    def run(batch):
        return [step(*batch[inputs]).numpy() for step, inputs in calls]

    return convert, run
