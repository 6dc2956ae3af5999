//===- Functional.h - Layers without parameters -----------------*- C++ -*-===//
//
// One function an op, under PyTorch's name in torch or torch.nn.functional,
// with its defaults. All tensors of a call belong to the program under
// construction.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_FUNCTIONAL_H
#define DLC_MODELS_FUNCTIONAL_H

#include "dlc/Models/Program.h"

namespace dlc::nn {

//===--- Arithmetic -------------------------------------------------------===//

Tensor operator+(Tensor a, Tensor b);
Tensor operator-(Tensor a, Tensor b);
Tensor operator*(Tensor a, Tensor b);
Tensor operator/(Tensor a, Tensor b);
Tensor operator-(Tensor x);
Tensor operator+(Tensor x, double term);
Tensor operator*(Tensor x, double factor);

Tensor exp(Tensor x);
Tensor tanh(Tensor x);
Tensor relu(Tensor x);

//===--- Shape ------------------------------------------------------------===//

Tensor reshape(Tensor x, llvm::ArrayRef<int64_t> shape);
/// All dimensions but the first as one.
Tensor flatten(Tensor x);
Tensor cast(Tensor x, mlir::Type element);

//===--- Windows and reductions -------------------------------------------===//

/// Square windows; the stride defaults to the kernel.
Tensor maxPool2d(Tensor x, int64_t kernel, int64_t stride = 0,
                 int64_t padding = 0);
/// Over all of an image: N x C x H x W to N x C.
Tensor globalAvgPool2d(Tensor x);
Tensor sum(Tensor x, llvm::ArrayRef<int64_t> axes);
Tensor mean(Tensor x, llvm::ArrayRef<int64_t> axes);
Tensor argmax(Tensor x, int64_t axis);

//===--- Losses and metrics -----------------------------------------------===//

/// Mean over the rows of logits, N x C, with class indices as labels.
Tensor crossEntropy(Tensor logits, Tensor label);
/// How many rows of `logits` have their maximum at their label; an i32.
Tensor countCorrect(Tensor logits, Tensor label);

} // namespace dlc::nn
#endif // DLC_MODELS_FUNCTIONAL_H
