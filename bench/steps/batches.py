# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The models that are timed, and the batches of numbers that dlc and its peers are given."""
import numpy as np

# Programs of this folder, and those that dlc-models prints, with their batch.
WRITTEN = ["mlp", "lstm", "gru", "textcnn", "gcn", "transformer", "resnet20", "vgg11", "dcgan", "depthwise"]
PRINTED = {"lenet5": 128, "resnet18": 32, "resnet50": 8}
NAMES = [*WRITTEN, *PRINTED]

TITLES = {"mlp": "MLP", "lstm": "LSTM", "gru": "GRU", "textcnn": "TextCNN", "gcn": "GCN", "transformer": "transformer",
          "resnet20": "ResNet-20", "vgg11": "VGG-11", "dcgan": "DCGAN", "depthwise": "depthwise",
          "lenet5": "LeNet-5", "resnet18": "ResNet-18", "resnet50": "ResNet-50"}

# In f32 as in the programs, also where the rest is f64.
RATES = {name: float(np.float32({"resnet20": 0.1, "gcn": 0.01, "dcgan": 2e-4}.get(name, 1e-3))) for name in NAMES}


def citation_graph():
    """A graph of the size of Cora, without self loops: 2708 nodes, 5278 undirected edges; row starts and columns."""
    random = np.random.default_rng(1234)
    nodes, edges = 2708, set()
    while len(edges) < 5278:
        # Few nodes have many edges, as in a citation graph.
        a, b = int(nodes * random.random() ** 2), int(nodes * random.random())
        if a != b:
            edges.add((min(a, b), max(a, b)))
    pairs = np.array(sorted(edges))
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    order = np.lexsort((columns, rows))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=nodes))])
    return starts.astype(np.int32), columns[order].astype(np.int32)


def normalized_adjacency(starts, columns, dtype):
    """D^-1/2 (A + I) D^-1/2 for the peers: row starts, rows, columns and values, ordered by row and column."""
    nodes = len(starts) - 1
    rows = np.concatenate([np.repeat(np.arange(nodes), np.diff(starts)), np.arange(nodes)])
    columns = np.concatenate([columns, np.arange(nodes)])
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order].astype(np.int64)
    degrees = np.bincount(rows, minlength=nodes)
    values = 1 / np.sqrt(degrees[rows] * degrees[columns])
    return np.concatenate([[0], np.cumsum(degrees)]), rows, columns, values.astype(dtype)


def make_batch(name, seed, dtype=np.float32):
    """The inputs of the training steps by name; `step.input` where two steps of a model differ in one."""
    random = np.random.default_rng(seed)

    def normal(*shape):
        return random.standard_normal(shape).astype(dtype)

    def whole(limit, *shape, dtype=np.int64):
        return random.integers(0, limit, shape).astype(dtype)

    if name == "mlp":
        return {"x": normal(128, 784), "label": whole(10, 128)}
    if name in ("vgg11", "depthwise"):
        return {"x": normal(64, 3, 32, 32), "label": whole(10, 64)}
    if name == "resnet20":
        return {"x": normal(128, 3, 32, 32), "label": whole(10, 128)}
    if name in ("lstm", "gru"):
        return {"x": whole(65, 64, 32), "label": whole(65, 64, 32)}
    if name == "textcnn":
        return {"text": whole(20000, 50, 64), "label": whole(2, 50)}
    if name == "transformer":
        return {"x": whole(65, 32, 64), "label": whole(65, 32, 64)}
    if name == "dcgan":
        return {"real": np.tanh(normal(64, 1, 28, 28)), "train_d.z": normal(64, 100), "train_g.z": normal(64, 100)}
    if name == "gcn":
        starts, columns = citation_graph()
        x = (random.random((2708, 1433)) < 0.0127).astype(dtype)
        x /= np.maximum(x.sum(1, keepdims=True), 1)
        label = np.full(2708, -100, np.int64)  # of the others no label is known
        label[:140] = whole(7, 140)
        return {"x": x, "indptr": starts, "indices": columns, "label": label}
    if name == "lenet5":
        return {"image": whole(256, 128, 28, 28, dtype=np.uint8), "label": whole(10, 128, dtype=np.uint8)}
    if name in ("resnet18", "resnet50"):
        batch = PRINTED[name]
        return {"image": whole(256, batch, 3, 224, 224, dtype=np.uint8), "label": whole(1000, batch, dtype=np.int32)}
    raise KeyError(name)


def peer_batch(name, seed, dtype):
    """The same for a peer: pixels are floats and labels i64 before a step begins (dlc converts them in its step)."""
    batch = make_batch(name, seed, dtype)
    if name not in PRINTED:
        return batch
    image = batch["image"].astype(dtype) * dtype(1 / 255)
    return {"x": image[:, None] if image.ndim == 3 else image, "label": batch["label"].astype(np.int64)}
