# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Three updates of one parameter by three different gradients, in one step."""
import numpy as np
import torch
from torch.nn import functional as F

from golden import Case, integers, normal, number


def optimizer(op, name, shape, make, lr, size=1.0, **attributes):
    lr = float(np.float32(lr))  # a hyper-parameter is an f32

    def reference(g1, g2, g3, p):
        p = p.requires_grad_()
        rule, after = make([p], lr=lr, **attributes), {}
        for step, gradient in enumerate((g1, g2, g3), 1):
            p.grad = gradient.detach()
            rule.step()
            after[f"p{step}"] = p.detach().clone()
        return after | {"p": p}

    # The gradient of the sum of p * g is g.
    text = ["%lr = dl.read_hparam @lr : tensor<f32>", "%p0 = dl.read @p : {p}"]
    axes = list(range(len(shape)))
    for k in (1, 2, 3):
        text += [f"%m{k} = dl.mul %p{k - 1}, %g{k} : {{p}}",
                 f"%s{k} = dl.reduce_sum %m{k} {{axes = {axes}}} : {{p}} -> tensor<{{float}}>",
                 f'dl.minimize %s{k} with @rule over ["*"] lr(%lr) : tensor<{{float}}>, tensor<f32>',
                 f"%p{k} = dl.read @p : {{p}}"]
    written = ", ".join(f"{key} = {number(value)}" for key, value in attributes.items())
    return Case(op=op, name=name,
                inputs={f"g{k}": normal(*shape) * size for k in (1, 2, 3)},
                state={"p": normal(*shape)},
                members=[f"dl.hparam @lr = {number(lr)}", "dl.param @p : {p} = zeros",
                         f"dl.optimizer @rule = #dl.{op}{f'<{written}>' if written else ''}"],
                text="\n".join(text), reference=reference, gradients=[])


def adam(params, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adam(params, lr=lr, betas=(beta1, beta2), eps=eps, foreach=False)


def sgd(params, lr):
    return torch.optim.SGD(params, lr=lr, foreach=False)


def sparse(op, name, rows, width, index, make, lr, padding=None, sparse=True, clip="",
           **attributes):
    """Three updates of a table by the rows that an embedding reads, by PyTorch's rule for
    sparse gradients; index: of each update."""
    lr = float(np.float32(lr))

    def reference(g1, g2, g3, i1, i2, i3, p):
        p = p.detach().requires_grad_()
        rule, after = make([p], lr=lr, **attributes), {}
        for step, (g, i) in enumerate(((g1, i1), (g2, i2), (g3, i3)), 1):
            y = F.embedding(i.long(), p, padding_idx=padding, sparse=sparse)
            p.grad = None
            (y * g).sum().backward()
            if clip:
                gradient = p.grad.coalesce() if sparse else p.grad
                values = gradient.values() if sparse else gradient
                factor = torch.clamp(0.5 / (torch.sqrt((values ** 2).sum()) + 1e-6), max=1)
                p.grad = gradient * factor
            rule.step()
            after[f"p{step}"] = p.detach().clone()
        return after | {"p": p}

    words = ([] if padding is None else [f"padding_index = {padding}"]) + ["sparse"] * sparse
    words = f" {{{', '.join(words)}}}" if words else ""
    text = ["%lr = dl.read_hparam @lr : tensor<f32>", "%p0 = dl.read @p : {p}"]
    shape = index[0].shape if isinstance(index[0], np.ndarray) else index[0]
    axes = list(range(len(shape) + 1))
    for k in (1, 2, 3):
        text += [f"%y{k} = dl.embedding %p{k - 1} at %i{k}{words} : {{p}}, {{i{k}}} -> {{g{k}}}",
                 f"%m{k} = dl.mul %y{k}, %g{k} : {{g{k}}}",
                 f"%s{k} = dl.reduce_sum %m{k} {{axes = {axes}}} : {{g{k}}} -> tensor<{{float}}>",
                 f'dl.minimize %s{k} with @rule over ["*"] lr(%lr) {clip} : tensor<{{float}}>, tensor<f32>',
                 f"%p{k} = dl.read @p : {{p}}"]
    written = ", ".join(f"{key} = {str(value).lower() if isinstance(value, bool) else number(value)}"
                        for key, value in attributes.items())
    indices = [i if isinstance(i, np.ndarray) else integers(0, rows, *i) for i in index]
    return Case(op=op, name=name,
                inputs={f"g{k}": normal(*shape, width) for k in (1, 2, 3)} |
                       {f"i{k}": i for k, i in enumerate(indices, 1)},
                state={"p": normal(rows, width)},
                members=[f"dl.hparam @lr = {number(lr)}", "dl.param @p : {p} = zeros",
                         f"dl.optimizer @rule = #dl.{op}{f'<{written}>' if written else ''}"],
                text="\n".join(text), reference=reference, gradients=[])


def sparse_adam(params, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.SparseAdam(params, lr=lr, betas=(beta1, beta2), eps=eps)


def adagrad(params, lr, initial_accumulator=0.0, eps=1e-10, lr_decay=0.0):
    return torch.optim.Adagrad(params, lr=lr, initial_accumulator_value=initial_accumulator,
                               eps=eps, lr_decay=lr_decay, foreach=False)


def any_sgd(params, lr, **options):
    return torch.optim.SGD(params, lr=lr, foreach=False, **options)


def clip(name, a, b, bound):
    def reference(a, b, bound):
        norm = torch.sqrt((a * a).sum() + (b * b).sum())
        factor = torch.clamp(bound / (norm + 1e-6), max=1)
        return {"norm": norm, "c": a * factor, "d": b * factor}

    return Case(op="clip_by_global_norm", name=name,
                inputs={"a": a, "b": b, "bound": np.float32(bound)}, reference=reference,
                text="%norm, %c, %d = dl.clip_by_global_norm %a, %b to %bound"
                     " : {a}, {b} to {bound} -> {norm}")


def cases():
    yield clip("clipped", normal(3, 5), normal(7), 0.5)
    yield clip("short_enough", normal(3, 5), normal(1), 50)
    yield clip("an_empty_one", normal(2, 2), normal(0, 4), 1)
    yield optimizer("adam", "defaults", (7, 5), adam, 0.01)
    yield optimizer("adam", "rest_of_a_vector", (33,), adam, 0.001)
    yield optimizer("adam", "tiny_gradients", (4, 4), adam, 0.1, size=1e-8)
    yield optimizer("adam", "other_betas", (3, 6), adam, 0.05, beta1=0.5, beta2=0.9, eps=1e-3)
    yield optimizer("adam", "one", (1,), adam, 0.01)
    yield optimizer("sgd", "plain", (7, 5), sgd, 0.1)
    yield optimizer("sgd", "rest_of_a_vector", (33,), sgd, 0.01)
    yield optimizer("sgd", "one", (1,), sgd, 0.1)

    few, many = [(5,)] * 3, [(3, 7)] * 3
    equal = [np.full(6, k) for k in (2, 0, 2)]
    backwards = [np.array([9, 4, 9, 1, 0]), np.array([8, 7, 4, 1, 1]), np.array([3, 2, 1, 0, 9])]
    yield sparse("adam", "sparse", 12, 5, few, sparse_adam, 0.1)
    yield sparse("adam", "sparse_more_entries_than_rows", 6, 3, many, sparse_adam, 0.01)
    yield sparse("adam", "sparse_padding", 10, 20, backwards, sparse_adam, 0.1, padding=1,
                 beta1=0.5, beta2=0.9, eps=1e-3)
    yield sparse("adam", "sparse_equal_entries", 4, 3, equal, sparse_adam, 0.1)
    yield sparse("adam", "sparse_one_row", 1, 3, [(4,)] * 3, sparse_adam, 0.1)
    yield sparse("adam", "sparse_no_entry", 3, 2, [(0,)] * 3, sparse_adam, 0.1)
    yield sparse("adam", "sparse_all_padding", 5, 3, equal[:1] * 3, sparse_adam, 0.1, padding=2)
    yield sparse("adam", "sparse_clip_norm", 12, 5, few, sparse_adam, 0.1, clip="clip_norm(0.5)")
    yield sparse("adagrad", "sparse", 12, 5, few, adagrad, 0.1)
    yield sparse("adagrad", "sparse_padding", 10, 20, backwards, adagrad, 0.1, padding=9,
                 initial_accumulator=0.1, lr_decay=0.25)
    yield sparse("adagrad", "sparse_more_entries_than_rows", 6, 3, many, adagrad, 0.1)
    yield sparse("adagrad", "rows", 24, 5, few, adagrad, 0.1, sparse=False)
    yield sparse("sgd", "sparse", 12, 5, few, any_sgd, 0.1)
    yield sparse("sgd", "sparse_padding", 12, 20, backwards, any_sgd, 0.1, padding=1)
    yield sparse("sgd", "sparse_momentum", 12, 5, few, any_sgd, 0.1, momentum=0.9)
    yield sparse("sgd", "sparse_dampening", 12, 5, few, any_sgd, 0.1, momentum=0.8, dampening=0.25)
    yield sparse("sgd", "sparse_nesterov", 12, 5, few, any_sgd, 0.1, momentum=0.5, nesterov=True)
    yield sparse("sgd", "sparse_clip_norm", 12, 5, few, any_sgd, 0.1, clip="clip_norm(0.5)")
    yield sparse("sgd", "rows", 24, 5, few, any_sgd, 0.1, sparse=False)
    yield sparse("sgd", "rows_padding", 24, 5, backwards, any_sgd, 0.1, sparse=False, padding=4)
