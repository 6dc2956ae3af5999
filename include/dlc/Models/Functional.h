//===- Functional.h - Layers without parameters -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function an op, under PyTorch's name in torch or torch.nn.functional,
// with its defaults; ops with parameters are in Layers.h, loops and the state
// in Program.h. All tensors of a call belong to the program under construction.
// An attribute that a function leaves out can be had by the op's class:
// `program.add<dl::XOp>(...)`.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_FUNCTIONAL_H
#define DLC_MODELS_FUNCTIONAL_H

#include "dlc/Models/Program.h"
#include "dlc/Support/Labels.h"

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
Tensor logicalAnd(Tensor a, Tensor b);
Tensor logicalOr(Tensor a, Tensor b);
Tensor logicalXor(Tensor a, Tensor b);
Tensor logicalNot(Tensor x);
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
/// The slope below 0 is one of `weight`, or that of the channel.
Tensor prelu(Tensor x, Tensor weight);
Tensor softmax(Tensor x, int64_t axis = -1);
Tensor logSoftmax(Tensor x, int64_t axis = -1);
/// Draws its own noise. `hard`: one-hot, with the gradient of the soft one.
Tensor gumbelSoftmax(Tensor logits, double tau = 1, bool hard = false,
                     int64_t axis = -1);
/// tau is a value, such as a hyper-parameter or a schedule's result.
Tensor gumbelSoftmax(Tensor logits, Tensor tau, bool hard = false,
                     int64_t axis = -1);
/// Identity in mode eval; with `2d` and `feature` whole channels.
Tensor dropout(Tensor x, double p = 0.5);
Tensor dropout2d(Tensor x, double p = 0.5);
Tensor alphaDropout(Tensor x, double p = 0.5);
Tensor featureAlphaDropout(Tensor x, double p = 0.5);
/// p is a value that may change from call to call, such as a hyper-parameter.
Tensor dropout(Tensor x, Tensor p);
Tensor dropout2d(Tensor x, Tensor p);
Tensor alphaDropout(Tensor x, Tensor p);
Tensor featureAlphaDropout(Tensor x, Tensor p);

//===--- Shape
//--------------------------------------------------------------===//

Tensor reshape(Tensor x, llvm::ArrayRef<int64_t> shape);
/// B x ... x W as ... x B W, block beside block.
Tensor unblock(Tensor x);
/// The dimensions from `start` to `end` as one.
Tensor flatten(Tensor x, int64_t start = 1, int64_t end = -1);
/// Dimension i of the result is dimension `perm[i]` of x.
Tensor permute(Tensor x, llvm::ArrayRef<int64_t> perm);
Tensor concat(llvm::ArrayRef<Tensor> xs, int64_t axis);
Tensor stack(llvm::ArrayRef<Tensor> xs, int64_t axis);
Tensors split(Tensor x, llvm::ArrayRef<int64_t> sizes, int64_t axis);
/// `sizes` elements from `offsets` on, every `strides`-th, per dimension.
Tensor slice(Tensor x, llvm::ArrayRef<int64_t> offsets,
             llvm::ArrayRef<int64_t> sizes,
             llvm::ArrayRef<int64_t> strides = {});
Tensor broadcastTo(Tensor x, llvm::ArrayRef<int64_t> shape);
Tensor reverse(Tensor x, llvm::ArrayRef<int64_t> dims);
/// So many elements before and after, per dimension: of one value (and between
/// neighbours), mirrored, those at the edge, those of the other end.
Tensor pad(Tensor x, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
           double value = 0, llvm::ArrayRef<int64_t> interior = {});
Tensor reflectionPad(Tensor x, llvm::ArrayRef<int64_t> low,
                     llvm::ArrayRef<int64_t> high);
Tensor replicationPad(Tensor x, llvm::ArrayRef<int64_t> low,
                      llvm::ArrayRef<int64_t> high);
Tensor circularPad(Tensor x, llvm::ArrayRef<int64_t> low,
                   llvm::ArrayRef<int64_t> high);
Tensor oneHot(Tensor index, int64_t classes);

/// Without operands; f32 unless said otherwise.
Tensor constant(Program &program, mlir::ElementsAttr value);
Tensor full(Program &program, llvm::ArrayRef<int64_t> shape, double value,
            mlir::Type element = {});
/// The index along `axis`, everywhere.
Tensor iota(Program &program, llvm::ArrayRef<int64_t> shape, int64_t axis,
            mlir::Type element = {});

//===--- Reductions; no axes: over all
//--------------------------------------===//

Tensor sum(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor prod(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor mean(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor var(Tensor x, llvm::ArrayRef<int64_t> axes = {}, int64_t correction = 1,
           bool keepDims = false);
Tensor amax(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor amin(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor logsumexp(Tensor x, llvm::ArrayRef<int64_t> axes = {},
                 bool keepDims = false);
Tensor norm(Tensor x, llvm::ArrayRef<int64_t> axes = {}, double p = 2,
            bool keepDims = false);
Tensor any(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor all(Tensor x, llvm::ArrayRef<int64_t> axes = {}, bool keepDims = false);
Tensor argmax(Tensor x, int64_t axis, bool keepDims = false);
Tensor argmin(Tensor x, int64_t axis, bool keepDims = false);
/// In how many places two tensors of integers are equal; an i32.
Tensor countEqual(Tensor a, Tensor b);

//===--- Order
//--------------------------------------------------------------===//

/// Values in order, and their places.
Tensors sort(Tensor x, int64_t axis = -1, bool descending = false);
Tensor argsort(Tensor x, int64_t axis = -1, bool descending = false);
/// The k greatest or least, in descending or ascending order, and their places.
Tensors topK(Tensor x, int64_t k, int64_t axis, bool largest = true);
/// `exclusive`: of the elements before; `reverse`: from the end.
Tensor cumsum(Tensor x, int64_t axis, bool exclusive = false,
              bool reverse = false);

//===--- Products
//-----------------------------------------------------------===//

Tensor matmul(Tensor a, Tensor b, bool transposeA = false,
              bool transposeB = false);
Tensor linear(Tensor x, Tensor weight, Tensor bias = {});
Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value,
                                 Tensor mask = {}, bool isCausal = false);
/// y, and of each query the logarithm of the sum of e^score.
Tensors flashAttention(Tensor query, Tensor key, Tensor value, Tensor mask = {},
                       bool isCausal = false);

//===--- Windows
//------------------------------------------------------------===//

Tensor conv1d(Tensor x, Tensor weight, Tensor bias = {}, Extents stride = 1,
              Extents padding = 0, Extents dilation = 1, int64_t groups = 1);
Tensor conv2d(Tensor x, Tensor weight, Tensor bias = {}, Extents stride = 1,
              Extents padding = 0, Extents dilation = 1, int64_t groups = 1);
Tensor conv3d(Tensor x, Tensor weight, Tensor bias = {}, Extents stride = 1,
              Extents padding = 0, Extents dilation = 1, int64_t groups = 1);
Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias = {},
                       Extents stride = 1, Extents padding = 0,
                       Extents outputPadding = 0, int64_t groups = 1,
                       Extents dilation = 1);

/// A stride of 0 is the kernel.
Tensor maxPool1d(Tensor x, Extents kernel, Extents stride = 0,
                 Extents padding = 0, Extents dilation = 1,
                 bool ceilMode = false);
Tensor maxPool2d(Tensor x, Extents kernel, Extents stride = 0,
                 Extents padding = 0, Extents dilation = 1,
                 bool ceilMode = false);
/// Values, and the place of each in its image.
Tensors maxPool2dWithIndex(Tensor x, Extents kernel, Extents stride = 0,
                           Extents padding = 0, Extents dilation = 1,
                           bool ceilMode = false);
Tensor avgPool1d(Tensor x, Extents kernel, Extents stride = 0,
                 Extents padding = 0, bool ceilMode = false,
                 bool countIncludePad = true);
Tensor avgPool2d(Tensor x, Extents kernel, Extents stride = 0,
                 Extents padding = 0, bool ceilMode = false,
                 bool countIncludePad = true,
                 std::optional<int64_t> divisorOverride = std::nullopt);
Tensor adaptiveAvgPool2d(Tensor x, int64_t rows, int64_t columns);
/// Over all of an image: N x C x H x W to N x C.
Tensor globalAvgPool2d(Tensor x);
Tensor globalMaxPool2d(Tensor x);
/// The k greatest along a dimension, in the order in which they stand.
Tensor kMaxPool(Tensor x, int64_t k, int64_t axis);

//===--- Normalisation by given weights
//-------------------------------------===//

/// (x - mean) / sqrt(var + eps) over the axes, then mean, var and
/// 1 / sqrt(var + eps).
Tensors normalize(Tensor x, llvm::ArrayRef<int64_t> axes, double eps = 1e-5);
/// Over the dimensions from `axis` on.
Tensor layerNorm(Tensor x, int64_t axis = -1, Tensor weight = {},
                 Tensor bias = {}, double eps = 1e-5);
/// The same; without eps the distance from 1 to the next number.
Tensor rmsNorm(Tensor x, int64_t axis = -1, Tensor weight = {},
               std::optional<double> eps = std::nullopt);
Tensor groupNorm(Tensor x, int64_t groups, Tensor weight = {}, Tensor bias = {},
                 double eps = 1e-5);
Tensor instanceNorm(Tensor x, Tensor weight = {}, Tensor bias = {},
                    double eps = 1e-5);
Tensor localResponseNorm(Tensor x, int64_t size, double alpha = 1e-4,
                         double beta = 0.75, double k = 1);
/// The weight with the directions of v and, along `axis`, the norms g.
Tensor weightNorm(Tensor v, Tensor g, int64_t axis = 0);

//===--- Tables and graphs
//--------------------------------------------------===//

Tensor embedding(Tensor table, Tensor index,
                 std::optional<int64_t> paddingIndex = std::nullopt,
                 bool sparse = false);
Tensor indexSelect(Tensor x, Tensor index, int64_t axis);
Tensor gather(Tensor x, Tensor index, int64_t axis);
/// `into` with the slices or elements of `source` added at their places.
Tensor indexAdd(Tensor into, int64_t axis, Tensor index, Tensor source);
Tensor scatterAdd(Tensor into, int64_t axis, Tensor index, Tensor source);
/// `into` with rows in place of some of its own.
Tensor indexCopy(Tensor into, Tensor index, Tensor source);
/// The different entries of an index of i64, which of them each entry is, and
/// how many there are.
Tensors unique(Tensor index, int64_t limit);
/// The index; the step fails where it is not in [0, limit).
Tensor checkIndex(Tensor index, int64_t limit);

/// The entries of a sparse matrix in compressed rows: row i has those from
/// indptr[i] up to indptr[i + 1], entry e is in column indices[e].
struct Rows {
  Tensor indptr, indices;
};
/// The sparse matrix with these values times a dense one.
Tensor spmm(Rows rows, Tensor values, Tensor dense);
/// Its transpose, which has `columns` rows, times a dense one.
Tensor spmmTransposed(Rows rows, Tensor values, Tensor dense, int64_t columns);
/// The entries of a b^T where the sparse matrix has some.
Tensor sddmm(Rows rows, Tensor a, Tensor b);
Tensor gcnConv(Tensor x, Tensor weight, Rows adjacency, Tensor bias = {},
               bool addSelfLoops = true);

//===--- Draws; other numbers at every step
//---------------------------------===//

Tensor uniform(Program &program, llvm::ArrayRef<int64_t> shape, double low = 0,
               double high = 1, mlir::Type element = {});
Tensor normal(Program &program, llvm::ArrayRef<int64_t> shape, double mean = 0,
              double deviation = 1, mlir::Type element = {});
Tensor gumbel(Program &program, llvm::ArrayRef<int64_t> shape,
              mlir::Type element = {});
/// 1 with probability p, otherwise 0; i1 for truth values.
Tensor bernoulli(Program &program, llvm::ArrayRef<int64_t> shape, double p,
                 mlir::Type element = {});
Tensor bernoulli(Tensor probability);
/// A class for every row of logits.
Tensor categorical(Tensor logits);
/// 0 to n - 1 in some order; an i32.
Tensor permutation(Program &program, int64_t n);

//===--- Losses and metrics
//-------------------------------------------------===//

using Reduction = dl::LossReduction;

struct CrossEntropyOptions {
  Reduction reduction = Reduction::Mean;
  int64_t ignoreIndex = ignoredLabel;
  double labelSmoothing = 0;
};
/// The loss of logits N x C x ... with class indices N x ... as labels.
Tensor crossEntropy(Tensor logits, Tensor label, Tensor weight = {},
                    CrossEntropyOptions options = {});
/// The same of logarithms of probabilities; nothing is smoothed.
Tensor nll(Tensor logProbabilities, Tensor label, Tensor weight = {},
           Reduction reduction = Reduction::Mean,
           int64_t ignoreIndex = ignoredLabel);
Tensor mse(Tensor x, Tensor target, Reduction reduction = Reduction::Mean);
Tensor l1(Tensor x, Tensor target, Reduction reduction = Reduction::Mean);
Tensor smoothL1(Tensor x, Tensor target, Reduction reduction = Reduction::Mean,
                double beta = 1);
Tensor huber(Tensor x, Tensor target, Reduction reduction = Reduction::Mean,
             double delta = 1);
Tensor hinge(Tensor x, Tensor target, Reduction reduction = Reduction::Mean);
Tensor bce(Tensor x, Tensor target, Reduction reduction = Reduction::Mean);
Tensor bceWithLogits(Tensor x, Tensor target,
                     Reduction reduction = Reduction::Mean,
                     Tensor posWeight = {});
Tensor klDiv(Tensor x, Tensor target, Reduction reduction = Reduction::Mean,
             bool logTarget = false);
/// How many rows of `logits` have their maximum at their label; an i32.
Tensor countCorrect(Tensor logits, Tensor label);

//===--- Gradients within a step
//--------------------------------------------===//

/// d y / d target; where y is not a scalar, d sum(cotangent * y) / d target.
Tensors gradient(Tensor y, llvm::ArrayRef<Tensor> targets,
                 Tensor cotangent = {});
/// The norm of all together, then each times min(1, maxNorm / (norm + 1e-6)).
Tensors clipByGlobalNorm(llvm::ArrayRef<Tensor> xs, Tensor maxNorm);

} // namespace dlc::nn
#endif // DLC_MODELS_FUNCTIONAL_H
