# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models of steps.py in TensorFlow: a `tf.function` with TensorFlow's own kernel of Adam.

Images are NHWC and filters HWIO, matrices are inputs by outputs.
"""
import tensorflow as tf

import batches

NAMES = ["mlp", "lenet5"]


def linear(p, name, x):
    return tf.nn.bias_add(tf.matmul(x, p[name + ".weight"]), p[name + ".bias"])


def cross_entropy(logits, label):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits))


def mlp(p, x, y):
    return cross_entropy(linear(p, "fc3", tf.nn.relu(linear(p, "fc2", tf.nn.relu(linear(p, "fc1", x))))), y)


def lenet5(p, x, y):
    for name, padding in (("conv1", "SAME"), ("conv2", "VALID")):
        x = tf.nn.bias_add(tf.nn.conv2d(x, p[name + ".weight"], 1, padding), p[name + ".bias"])
        x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID")
    x = tf.reshape(tf.transpose(x, (0, 3, 1, 2)), (x.shape[0], -1))  # the order of the rows of fc1
    return cross_entropy(linear(p, "fc3", tf.nn.relu(linear(p, "fc2", tf.nn.relu(linear(p, "fc1", x))))), y)


LOSSES = {"mlp": mlp, "lenet5": lenet5}


def build(name, weights, threads, dropout):
    """How a batch is converted, and how a step is done with it. No model here has dropout."""
    del dropout
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    order = {1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}
    values = {key: tf.Variable(value.transpose(order[value.ndim])) for key, value in weights.items()}
    slots = {key: [tf.Variable(tf.zeros_like(value)) for _ in range(2)] for key, value in values.items()}
    dtype = next(iter(values.values())).dtype
    rate, beta1, beta2, eps = (tf.constant(value, dtype) for value in (batches.RATES[name], 0.9, 0.999, 1e-8))
    count = tf.Variable(0, dtype=dtype)

    def convert(batch):
        return tuple(tf.constant(value.transpose(0, 2, 3, 1) if value.ndim == 4 else value)
                     for value in batch.values())

    @tf.function
    def step(*batch):
        with tf.GradientTape() as tape:
            loss = LOSSES[name](values, *batch)
        gradients = tape.gradient(loss, values)
        power1, power2 = beta1 ** count.assign_add(1), beta2 ** count
        for key, value in values.items():
            first, second = slots[key]
            # The kernel adds epsilon before it corrects the bias of the second moment, the programs after that.
            tf.raw_ops.ResourceApplyAdam(
                var=value.handle, m=first.handle, v=second.handle, beta1_power=power1, beta2_power=power2, lr=rate,
                beta1=beta1, beta2=beta2, epsilon=eps * tf.sqrt(1 - power2), grad=gradients[key])
        return loss

    def run(batch):
        return [step(*batch).numpy()]

    return convert, run
