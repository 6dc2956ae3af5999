//===- Functional.h - Layers without parameters -----------------*- C++ -*-===//
//
// One function an op, under PyTorch's name in torch or torch.nn.functional,
// with its defaults. All tensors of a call belong to the program under
// construction. What is missing here can be had by its class:
// `program.add<dl::XOp>(...)`.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_FUNCTIONAL_H
#define DLC_MODELS_FUNCTIONAL_H

#include "dlc/Models/Program.h"

namespace dlc::nn {

//===--- Arithmetic; shapes broadcast as NumPy's
//----------------------------===//

Tensor operator+(Tensor a, Tensor b);
Tensor operator-(Tensor a, Tensor b);
Tensor operator*(Tensor a, Tensor b);
Tensor operator/(Tensor a, Tensor b);
Tensor operator-(Tensor x);
Tensor operator+(Tensor x, double term);
Tensor operator-(Tensor x, double term);
Tensor operator*(Tensor x, double factor);
Tensor operator/(Tensor x, double divisor);
Tensor maximum(Tensor a, Tensor b);
Tensor minimum(Tensor a, Tensor b);
Tensor pow(Tensor a, Tensor b);
Tensor clamp(Tensor x, std::optional<double> min, std::optional<double> max);

Tensor exp(Tensor x);
Tensor log(Tensor x);
Tensor sqrt(Tensor x);
Tensor rsqrt(Tensor x);
Tensor abs(Tensor x);
Tensor sign(Tensor x);
Tensor log1p(Tensor x);
Tensor expm1(Tensor x);
Tensor reciprocal(Tensor x);
Tensor square(Tensor x);
Tensor sin(Tensor x);
Tensor cos(Tensor x);
Tensor tanh(Tensor x);
Tensor erf(Tensor x);
Tensor floor(Tensor x);
Tensor ceil(Tensor x);
Tensor round(Tensor x);

Tensor compare(dl::Predicate predicate, Tensor a, Tensor b);
/// a where the condition holds, otherwise b.
Tensor where(Tensor condition, Tensor a, Tensor b);
Tensor cast(Tensor x, mlir::Type element);
Tensor stopGradient(Tensor x);

//===--- Activations
//--------------------------------------------------------===//

Tensor relu(Tensor x);
Tensor relu6(Tensor x);
Tensor selu(Tensor x);
Tensor hardSigmoid(Tensor x);
Tensor hardSwish(Tensor x);
Tensor sigmoid(Tensor x);
Tensor silu(Tensor x);
Tensor mish(Tensor x);
Tensor softsign(Tensor x);
Tensor leakyRelu(Tensor x, double slope = 0.01);
Tensor elu(Tensor x, double alpha = 1);
Tensor hardtanh(Tensor x, double min = -1, double max = 1);
Tensor softplus(Tensor x, double beta = 1, double threshold = 20);
/// By erf, or by the approximation with tanh.
Tensor gelu(Tensor x, bool approximate = false);
/// The maximum of each run of `pieces` channels.
Tensor maxout(Tensor x, int64_t pieces);
Tensor softmax(Tensor x, int64_t axis = -1);
Tensor logSoftmax(Tensor x, int64_t axis = -1);
/// Identity in mode eval.
Tensor dropout(Tensor x, double p = 0.5);
/// Whole channels.
Tensor dropout2d(Tensor x, double p = 0.5);

//===--- Shape
//--------------------------------------------------------------===//

Tensor reshape(Tensor x, llvm::ArrayRef<int64_t> shape);
/// All dimensions but the first as one.
Tensor flatten(Tensor x);
/// Dimension i of the result is dimension `perm[i]` of x.
Tensor permute(Tensor x, llvm::ArrayRef<int64_t> perm);
Tensor concat(llvm::ArrayRef<Tensor> xs, int64_t axis);
Tensor stack(llvm::ArrayRef<Tensor> xs, int64_t axis);
Tensors split(Tensor x, llvm::ArrayRef<int64_t> sizes, int64_t axis);
/// `sizes` elements from `offsets` on, per dimension.
Tensor slice(Tensor x, llvm::ArrayRef<int64_t> offsets,
             llvm::ArrayRef<int64_t> sizes);
Tensor oneHot(Tensor index, int64_t classes);

//===--- Reductions; no axes: over all
//--------------------------------------===//

Tensor sum(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor mean(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor var(Tensor x, llvm::ArrayRef<int64_t> axes = {}, int64_t correction = 1);
Tensor amax(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor amin(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor logsumexp(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor norm(Tensor x, llvm::ArrayRef<int64_t> axes = {});
Tensor argmax(Tensor x, int64_t axis);

//===--- Products
//-----------------------------------------------------------===//

Tensor matmul(Tensor a, Tensor b, bool transposeA = false,
              bool transposeB = false);
Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value,
                                 Tensor mask = {}, bool isCausal = false);

//===--- Windows: square, the stride defaults to the kernel
//-----------------===//

Tensor maxPool2d(Tensor x, int64_t kernel, int64_t stride = 0,
                 int64_t padding = 0);
Tensor avgPool2d(Tensor x, int64_t kernel, int64_t stride = 0,
                 int64_t padding = 0);
Tensor adaptiveAvgPool2d(Tensor x, int64_t rows, int64_t columns);
/// Over all of an image: N x C x H x W to N x C.
Tensor globalAvgPool2d(Tensor x);

//===--- Tables
//-------------------------------------------------------------===//

Tensor embedding(Tensor table, Tensor index,
                 std::optional<int64_t> paddingIndex = std::nullopt);
Tensor indexSelect(Tensor x, Tensor index, int64_t axis);
Tensor gather(Tensor x, Tensor index, int64_t axis);
/// Values in descending order, and their places.
Tensors topK(Tensor x, int64_t k, int64_t axis);

//===--- Losses and metrics
//-------------------------------------------------===//

struct CrossEntropyOptions {
  dl::LossReduction reduction = dl::LossReduction::Mean;
  int64_t ignoreIndex = -100;
  double labelSmoothing = 0;
};
/// Of logits N x C x ... with class indices N x ... as labels.
Tensor crossEntropy(Tensor logits, Tensor label, Tensor weight = {},
                    CrossEntropyOptions options = {});
Tensor mse(Tensor x, Tensor target,
           dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor l1(Tensor x, Tensor target,
          dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor smoothL1(Tensor x, Tensor target,
                dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor huber(Tensor x, Tensor target,
             dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor hinge(Tensor x, Tensor target,
             dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor bce(Tensor x, Tensor target,
           dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor bceWithLogits(Tensor x, Tensor target,
                     dl::LossReduction reduction = dl::LossReduction::Mean);
Tensor klDiv(Tensor x, Tensor target,
             dl::LossReduction reduction = dl::LossReduction::Mean);
/// How many rows of `logits` have their maximum at their label; an i32.
Tensor countCorrect(Tensor logits, Tensor label);

//===--- Gradients within a step
//--------------------------------------------===//

/// d y / d target; where y is no scalar, d sum(cotangent * y) / d target.
Tensors gradient(Tensor y, llvm::ArrayRef<Tensor> targets,
                 Tensor cotangent = {});

} // namespace dlc::nn
#endif // DLC_MODELS_FUNCTIONAL_H
