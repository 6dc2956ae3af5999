#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Time of a prediction: dlc against ONNX Runtime, in one run on one machine.

Needs numpy, onnx and onnxruntime (pip install). What dlc compiles is also written as an ONNX
graph, op by op from the program after the phase resolve, with the weights that the library's
own initialisers made; the outputs are compared, then both are called in turn.

  bench/inference/onnx_runtime.py --bin build/release/bin [--nets resnet50,mobilenet]
      [--batch 1,8] [--threads 1,2] [--rounds 9]

A ratio is the time of ONNX Runtime by that of dlc: above 1 dlc is faster. It is the median over
rounds, each of some calls of one and then of the other.
"""
import argparse
import ctypes
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "test" / "golden"), str(ROOT / "bench" / "inference")]
import nets  # noqa: E402
from library import HANDLE, Compiled  # noqa: E402

OP = re.compile(r"\s+(%\w+) = dl\.(\w+) (.*?)(?: (?:\{(.*)\}|by (\S+)))?"
                r" : (.*?)(?: (?:->|to) (tensor<\S+>))?$")


def shape_of(text):
    return [int(extent) for extent in re.findall(r"(\d+)x", text[text.index("<"):])]


def ints(attributes, name, default):
    found = re.search(rf"\b{name} = \[?([\d, ]+)", attributes)
    return [int(number) for number in found[1].split(",")] if found else default


class Translator:
    """The ONNX graph of one step."""

    def __init__(self, text, step, state):
        body = re.search(rf"func\.func @{step}\((.*)\n((?:.*\n)*?)    \}}\n", text)
        self.nodes, self.weights, self.inputs = [], [], []
        for value, kind, rest in re.findall(r"(%\w+): (tensor<[^>]*>) \{([^}]*)\}",
                                            body[1][:body[1].index(") -> (")]):
            entry = re.search(r'dl\.state = @("?)([\w.]+)\1', rest)
            if entry:
                self.weights.append(numpy_helper.from_array(state(entry[2]), value))
            else:
                element = onnx.TensorProto.UINT8 if "ui8" in kind else onnx.TensorProto.FLOAT
                self.inputs.append(helper.make_tensor_value_info(value, element, shape_of(kind)))
        for line in body[2].splitlines():
            if " = dl." in line:
                self.translate(OP.match(line))
            elif "return" in line:
                value, kind = re.match(r"\s+return (%\w+) : (\S+)", line).groups()
                self.outputs = [helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT,
                                                              shape_of(kind))]
        self.graph = helper.make_graph(self.nodes, step, self.inputs, self.outputs, self.weights)

    def node(self, op, operands, result, **attributes):
        self.nodes.append(helper.make_node(op, operands, [result], **attributes))

    def constant(self, result, array):
        self.weights.append(numpy_helper.from_array(array, result))
        return result

    def translate(self, match):
        result, op, operands, attributes, number, _, kind = match.groups()
        values, attributes = re.findall(r"%\w+", operands), attributes or ""
        if op in ("conv2d", "conv_transpose2d"):
            padding = ints(attributes, "padding", [0, 0])
            self.node("Conv" if op == "conv2d" else "ConvTranspose", values, result,
                      strides=ints(attributes, "stride", [1, 1]), pads=padding * 2,
                      group=ints(attributes, "groups", [1])[0],
                      dilations=ints(attributes, "dilation", [1, 1]))
        elif op == "batch_norm_eval":
            eps = re.search(r"eps = (\S+?)[ ,}]", attributes + "}")
            self.node("BatchNormalization", values, result,
                      epsilon=float(eps[1]) if eps else 1e-5)
        elif op in ("relu", "add", "mul", "tanh", "sigmoid"):
            self.node(op.capitalize(), values, result)
        elif op == "scale":
            factor = self.constant(f"{result}_factor", np.array(float(number), np.float32))
            self.node("Mul", [*values, factor], result)
        elif op == "cast":
            self.node("Cast", values, result, to=onnx.TensorProto.FLOAT)
        elif op == "max_pool2d":
            kernel = ints(attributes, "kernel", None)
            self.node("MaxPool", values, result, kernel_shape=kernel,
                      strides=ints(attributes, "stride", kernel),
                      pads=ints(attributes, "padding", [0, 0]) * 2)
        elif op == "global_avg_pool2d":
            self.node("GlobalAveragePool", values, result)
        elif op in ("flatten", "reshape"):
            shape = self.constant(f"{result}_shape", np.array(shape_of(kind), np.int64))
            self.node("Reshape", [*values, shape], result)
        elif op == "linear":
            self.node("Gemm", values, result, transB=1)
        else:
            raise SystemExit(f"dl.{op} has no ONNX form here")


class Dlc:
    def __init__(self, library, threads):
        self.library, self.handle = library, HANDLE()
        library.check(library.api.create(library.table, threads, ctypes.byref(self.handle)),
                      "dlc_create")
        self.index, step = library.steps["predict"]
        self.shape = tuple(step.outputs[0].shape[d] for d in range(step.outputs[0].rank))

    def state(self, name):
        import json
        entry = next(e for e in json.loads(self.library.table.contents.json)["state"]
                     if e["name"] == name)
        array = np.empty(entry["shape"], np.float32)
        self.library.check(self.library.api.get(self.handle, name.encode(), array.ctypes.data,
                                                array.nbytes), name, self.handle)
        return array

    def prepare(self, x):
        self.y = np.empty(self.shape, np.float32)
        self.io = (ctypes.c_void_p * 2)(x.ctypes.data, self.y.ctypes.data)

    def run(self):
        self.library.check(self.library.api.run(self.handle, self.index, self.io), "predict",
                           self.handle)

    def close(self):
        self.library.api.destroy(self.handle)


def compare(args, name, batch, folder):
    path = folder / f"{name}_{batch}.mlir"
    if name in nets.NETS:
        path.write_text(nets.NETS[name](batch).text("f32"))
    else:
        text = subprocess.run([args.bin / "dlc-models", name, f"--batch={batch}"],
                              capture_output=True, text=True, check=True).stdout
        # What else the model can do takes time to compile.
        text = re.sub(r"  dl\.step @(?!predict).*?\n  \}\n", "", text, flags=re.DOTALL)
        path.write_text(text)
    subprocess.run([args.bin / "dlc", path, "-o", path.with_suffix(".so")], check=True)
    resolved = subprocess.run([args.bin / "dlc", path, "--emit=resolve"], capture_output=True,
                              text=True, check=True).stdout
    library = Compiled(path.with_suffix(".so"))
    model = Dlc(library, 1)
    graph = Translator(resolved, "predict", model.state).graph
    model.close()
    program = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx_path = path.with_suffix(".onnx")
    onnx.save(program, onnx_path)
    rng = np.random.default_rng(1)
    x_info = graph.input[0]
    shape = [d.dim_value for d in x_info.type.tensor_type.shape.dim]
    is_bytes = x_info.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    x = rng.integers(0, 256, shape).astype(np.uint8) if is_bytes else \
        rng.normal(size=shape).astype(np.float32)
    for threads in args.threads:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(onnx_path), options,
                                               providers=["CPUExecutionProvider"])
        model = Dlc(library, threads)
        model.prepare(x)
        feed = {x_info.name: x}
        want = session.run(None, feed)[0]
        model.run()
        error = np.max(np.abs(model.y - want)) / np.max(np.abs(want))
        times = {"dlc": [], "onnx": []}
        for _ in range(args.rounds):
            for who, call in [("dlc", model.run), ("onnx", lambda: session.run(None, feed))]:
                # The threads of the other one wait for work with all they have, for a while.
                time.sleep(0.05)
                call()
                start = time.perf_counter()
                for _ in range(args.calls):
                    call()
                times[who].append((time.perf_counter() - start) / args.calls)
        ratio = np.median(np.array(times["onnx"]) / np.array(times["dlc"]))
        print(f"{name:10} batch {batch:2} threads {threads}: dlc {1e3 * np.median(times['dlc']):8.2f} "
              f"ms, ONNX Runtime {1e3 * np.median(times['onnx']):8.2f} ms, ratio {ratio:.2f}, "
              f"outputs within {error:.1e}", flush=True)
        model.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--nets", default="resnet50,resnet18,vgg11,mobilenet")
    parser.add_argument("--batch", default="1,8")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=3)
    args = parser.parse_args()
    args.threads = [int(count) for count in args.threads.split(",")]
    print(f"ONNX Runtime {onnxruntime.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        for name in args.nets.split(","):
            for batch in args.batch.split(","):
                compare(args, name, int(batch), pathlib.Path(folder))


if __name__ == "__main__":
    main()
