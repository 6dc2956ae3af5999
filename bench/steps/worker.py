#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One peer and one model in a process of its own, for steps.py.

  worker.py PEER MODEL THREADS LIBRARY WEIGHTS (time|check)

LIBRARY is what dlc made of the model, WEIGHTS an .npz of the values that training starts from. With `check`
it prints the losses of three steps in f64, as a list of JSON, and ends. With `time` it prints "ready" after two
steps, then for every line with a number of seconds the times of the steps that it did in them (three or more).
What goes wrong is a line that begins with "failed".
"""
import json
import os
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import batches  # noqa: E402


def confine(threads):
    """Gives every peer as many CPUs as threads: not each of them has an option for the number of its threads."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cpus[-threads:])
    os.environ["OMP_NUM_THREADS"] = str(threads)


def build(peer, name, threads, library, weights, check):
    """How the peer takes a batch, and how it does a step with it."""
    if peer == "dlc":
        import dlc_model
        model = dlc_model.Model(library, threads)
        return model.convert, model.run
    values = dict(np.load(weights))
    if peer in ("eager", "compile"):
        import pytorch_models
        return pytorch_models.build(name, values, threads, compiled=peer == "compile", dropout=not check)
    if peer == "jax":
        import jax_models
        return jax_models.build(name, values, dropout=not check)
    import tensorflow_models
    return tensorflow_models.build(name, values, threads, dropout=not check)


def serve(convert, run, batch, out):
    batch = convert(batch)
    run(batch)
    run(batch)
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        run(batch)  # the other processes have had the caches
        times, end = [], time.perf_counter() + float(line)
        while len(times) < 3 or time.perf_counter() < end:
            start = time.perf_counter()
            run(batch)
            times.append(time.perf_counter() - start)
        print(json.dumps(times), file=out, flush=True)


def main():
    peer, name, threads, library, weights, mode = sys.argv[1:]
    # What libraries print must not come between the lines for steps.py.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    confine(int(threads))
    try:
        check = mode == "check"
        convert, run = build(peer, name, int(threads), library, weights, check)
        dtype = np.float64 if check else np.float32
        make = batches.make_batch if peer == "dlc" else batches.peer_batch
        if check:
            losses = [[float(loss) for loss in run(convert(make(name, seed, dtype)))] for seed in range(3)]
            print(json.dumps(losses), file=out, flush=True)
        else:
            serve(convert, run, make(name, 0, dtype), out)
    except Exception as error:  # of any library, said once and in full
        print(f"failed: {type(error).__name__}: {str(error).strip().splitlines()[:1]}", file=out, flush=True)
        raise


if __name__ == "__main__":
    main()
