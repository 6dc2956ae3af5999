"""batch_norm: what it gives, its gradients, and what becomes of the running statistics."""
from torch.nn import functional as F

from golden import Case, normal, number, uniform


def batch_norm(name, shape, mode, offset=0.0, **attributes):
    channels = shape[1]

    def reference(x, w, b, mean, var):
        y = F.batch_norm(x, mean, var, w, b, training=mode == "train", **attributes)
        return {"y": y, "mean": mean, "var": var}  # updated in place

    written = ", ".join(f"{key} = {number(value)}" for key, value in attributes.items())
    return Case(op="batch_norm", name=name,
                inputs={"x": normal(*shape) + offset, "w": normal(channels) + 1,
                        "b": normal(channels)},
                state={"mean": normal(channels) * 0.5, "var": uniform(0.5, 2.0, channels)},
                members=["dl.buffer @mean : {mean} = zeros", "dl.buffer @var : {var} = ones"],
                text=f"%y = dl.batch_norm %x, %w, %b stats(@mean, @var) mode({mode})"
                     f" {{{written}}} : {{x}}, {{w}}, {{b}} -> {{y}}",
                reference=reference)


def cases():
    yield batch_norm("train", (4, 6, 5, 3), "train")
    yield batch_norm("train_17_channels", (2, 17, 4, 4), "train")
    yield batch_norm("train_large_mean", (3, 4, 6, 6), "train", offset=10.0)
    yield batch_norm("train_momentum_eps", (2, 3, 3, 5), "train", momentum=0.25, eps=1e-2)
    yield batch_norm("eval", (3, 5, 4, 4), "eval")
