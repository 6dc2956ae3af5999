# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Three updates of one parameter by three different gradients, in one step."""
import numpy as np
import torch

from golden import Case, normal, number


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
