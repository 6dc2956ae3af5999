# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs with a spelling that dl does not have, and the message that shows dl's: spelling.py DLC FOLDER"""
import pathlib
import subprocess
import sys

MEMBER = "dl.model @m {{\n  {}\n}}\n"
STEP = ("dl.model @m {{\n  dl.param @w : tensor<2x2xf32> = ones\n  dl.hparam @lr = 0.1\n  dl.optimizer @o = #dl.sgd\n"
        "  dl.step @s(%x: tensor<2x2xf32>) -> (y: tensor<f32>) {{\n    %w = dl.read @w : tensor<2x2xf32>\n    {}\n"
        "    %y = dl.reduce_sum %w : tensor<2x2xf32> -> tensor<f32>\n    dl.return %y : tensor<f32>\n  }}\n}}\n")
MINIMIZE = "%l = dl.reduce_sum %w : tensor<2x2xf32> -> tensor<f32>\n    dl.minimize %l "

CASES = [
    (MEMBER, "dl.hparam @w : tensor<3xf32> = ones", "a hyper-parameter is one number; numbers with a shape are a buffer "
     "that no step writes: 'dl.buffer @w : tensor<3xf32> = ones'"),
    (MEMBER, "dl.hparam @w = [1.0, 2.0]", "'dl.buffer @w : tensor<3xf32> = ones'"),
    (MEMBER, "dl.hparam @w = +1", "a positive number stands without '+'"),
    (MEMBER, "dl.hparam @w", "expected '=' and the first value, as in 'dl.hparam @lr = 1e-3'"),
    (MEMBER, "dl.param @w : tensor<4xf32> = normal(0, 0.02)", "stand in '<' and '>', as in 'normal<0.0, 0.02>'"),
    (MEMBER, "dl.param @w : tensor<4xf32> = kaiming_uniform(a = 5)", "not in parentheses"),
    (MEMBER, "dl.param @w : tensor<4xf32> = normal", "stand in '<' and '>', as in 'normal<0.0, 0.02>'"),
    (MEMBER, "dl.param @w : tensor<4xf32> = normal<std = 0.1>", "have no names, as in 'normal<0.0, 0.02>'"),
    (MEMBER, "dl.param @0.weight : tensor<4xf32> = ones", "stands in quotes: '@\"0.weight\"'"),
    (MEMBER, "dl.optimizer @o = #dl.sgd<momentum = 0.9, nesterov>", "'nesterov = true'"),
    (MEMBER, "dl.optimizer @o = #dl.adam(beta1 = 0.9)", "'#dl.adam<beta1 = 0.9>', not in parentheses"),
    (MEMBER, "dl.optimizer @o = #torch.adam", "the attributes of dl begin with '#dl.'"),
    (MEMBER, "# A comment", "a comment begins with '//'"),
    (MEMBER, "dl.step @s(%x: tensor<4xf32>) -> tensor<4xf32> {", "the outputs of a step have names"),
    (MEMBER, "dl.step @s(%x: tensor<4xf32>) -> (tensor<4xf32>) {", "the outputs of a step have names"),
    (STEP, '%g = dl.gelu %x {approximate = "tanh"} : tensor<2x2xf32>', "'approximate(tanh)'"),
    (STEP, "%g = dl.gelu %x {approximate = tanh} : tensor<2x2xf32>", "'approximate(tanh)'"),
    (STEP, '%g = dl.mse %x, %w {reduction = "mean"} : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<f32>',
     "'reduction(mean)'"),
    (STEP, "%g = dl.reduce_sum %x {axes = [0], keep_dims = true} : tensor<2x2xf32> -> tensor<1x2xf32>",
     "'{keep_dims}', or leave it out"),
    (STEP, "%g = dl.reduce_sum %x {axes = 1} : tensor<2x2xf32> -> tensor<2xf32>", "'axes = [1]'"),
    (STEP, "%g = dl.scale %x by %x : tensor<2x2xf32>", "to multiply by a value write 'dl.mul'"),
    (STEP, "%g = dl.scale %x by +1 : tensor<2x2xf32>", "a positive number stands without '+'"),
    (STEP, "%g = dl.scale %x {by = 2.0} : tensor<2x2xf32>", "'by' stands behind the operand and not in braces"),
    (STEP, "%g = dl.transpose %x {perm = [1, 0]} : tensor<2x2xf32>", "'perm' stands behind the operand and not in braces"),
    (STEP, "%g = dl.read w : tensor<2x2xf32>", "expected a name that begins with '@': '@w'"),
    (STEP, "%g = dl.read @lr : tensor<f32>", "which is a hyper-parameter: 'dl.read_hparam' reads it"),
    (STEP, "%g = dl.reduce_mean %x : tensor<2x2xf32> -> tensor<f32>", "did you mean 'dl.mean'?"),
    (STEP, "%g = dl.constant 1.0 : tensor<f32>", "expects its elements in 'dense<...>': 'dense<1.0>'"),
    (STEP, "%g = dl.constant -1e-3 : tensor<f32>", "'dense<-1e-3>'"),
    (MEMBER, "dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) batches(1, 4) {", "did you mean 'batch'?"),
    (MEMBER, 'dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) update ["*"] {', "did you mean 'updates'?"),
    (MEMBER, "dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) mode(train) {",
     "no clause 'mode': before its body stand 'updates [\"*\"]' and 'batch(1 to 32)'"),
    (MEMBER, "dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) batch(1, 4) batch(2) {", "has 'batch' twice"),
    (STEP, MINIMIZE + 'with sgd over ["*"] lr(0.1) : tensor<f32>', "expected a name that begins with '@': '@sgd'"),
    (STEP, MINIMIZE + 'with @o over "*" lr(0.1) : tensor<f32>', "expected a list of names in brackets: [\"*\"]"),
    (STEP, MINIMIZE + "with @o over [@w] lr(0.1) : tensor<f32>", "takes names in quotes"),
    (STEP, MINIMIZE + 'with @o over ["*"] lr(0.1) {clip_norm = 1} : tensor<f32>', "as 'clip_norm(1)'"),
]


def main(dlc, folder):
    wrong = 0
    for form, text, wanted in CASES:
        program = pathlib.Path(folder) / "program.mlir"
        program.write_text(form.format(text))
        done = subprocess.run([dlc, program, "--emit=resolve", "-o", "/dev/null"], capture_output=True, text=True)
        line = form.split("{}")[0].count("\n") + 1 + text.count("\n")
        if done.returncode != 1 or wanted not in done.stderr or f"program.mlir:{line}:" not in done.stderr:
            wrong += 1
            print(f"{text}\nexpected at line {line}: {wanted}\n{done.stderr}")
    sys.exit(f"{wrong} of {len(CASES)} messages are others" if wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
