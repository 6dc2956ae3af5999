//===- LoopNest.h - A structured op as loops over flat buffers --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A `linalg.generic` on static memrefs, in the form that code generation needs:
// loops with constant extents, and for every operand the number of elements
// that one step of each loop moves by. Since the buffers are static, any
// indexing map made of sums of `dim * constant` is one linear form over the
// loops, whatever the rank of the memref:
//
//   affine_map<(n, oh, ow, oc, kh, kw, ic) -> (n, oh * 2 + kh, ow * 2 + kw,
//   ic)> on memref<8x9x9x16xf32>   is n * 1296 + oh * 288 + ow * 32 + oc * 0 +
//   kh * 144 + kw * 16 + ic * 1
//
// In this form, loops of extent 1 disappear, and two neighbouring loops are one
// loop if that is so for every operand.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_LOOPNEST_H
#define DLC_LIB_CODEGEN_LOOPNEST_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace dlc::codegen {

/// One operand of the op.
struct Access {
  /// A memref, or a scalar that all iterations share.
  mlir::Value operand;
  mlir::Type elementType;
  /// Elements moved by one step of each loop; all zero for a scalar operand.
  llvm::SmallVector<int64_t> strides;
  /// Element of the first iteration, counted from the start of the memref.
  int64_t offset = 0;

  bool isScalar() const;
  /// Bytes of an element in memory.
  int64_t elementBytes() const;
  /// True if elements of this type have the same layout in a vector register
  /// and in memory. Vectors of i1 are packed, buffers of i1 are not.
  bool isPackable() const { return !elementType.isInteger(1); }
  /// True if a step of `dim` moves to the next element and a vector of them can
  /// be loaded or stored at once.
  bool isContiguous(unsigned dim) const {
    return strides[dim] == 1 && isPackable();
  }
  bool isInvariant(unsigned dim) const { return strides[dim] == 0; }
};

/// Bytes of the buffer between the first and the last element that `access`
/// touches, if loop `l` takes `extents[l]` steps; never more than the steps.
int64_t footprint(const Access &access, llvm::ArrayRef<int64_t> extents);

/// An elementwise op on the results of a nest with reductions, evaluated on
/// each result while that is in registers: a bias, an activation, a sum with
/// another tensor.
struct Epilogue {
  mutable mlir::linalg::GenericOp op;
  /// Its operands, inputs and then outputs, among the accesses of the nest.
  unsigned firstAccess;
  unsigned numInputs;
  /// For each input, the number of its result among the outputs of the nest and
  /// then those of the epilogues before this one. None: it is loaded.
  llvm::SmallVector<std::optional<unsigned>> results;
  /// The loop of each of its dimensions, as in LoopNest.
  llvm::SmallVector<std::optional<unsigned>> loopOfDim;
};

/// That `constant` and the sum of `factors` times iterations of loops is not
/// negative.
struct Condition {
  llvm::SmallVector<int64_t> factors;
  int64_t constant = 0;

  bool involves(unsigned loop) const { return factors[loop] != 0; }
};

struct LoopNest {
  /// Mutable because the accessors of ops are not const.
  mutable mlir::linalg::GenericOp op;
  /// Trip counts, outermost first; all larger than 1, except that of the sliced
  /// loop.
  llvm::SmallVector<int64_t> extents;
  /// True for loops whose iterations are independent.
  llvm::SmallVector<bool> parallel;
  /// Inputs, then outputs, then the operands of the epilogues.
  llvm::SmallVector<Access> accesses;
  unsigned numInputs = 0, numOperands = 0;
  std::vector<Epilogue> epilogues;
  /// Accesses that need not be stored: nothing but epilogues reads them.
  llvm::SmallDenseSet<unsigned> unread;
  /// Iterations at which one does not hold add nothing to any sum.
  std::vector<Condition> conditions;
  /// The loop that runs over dimension 0 of the outputs; set for sliced
  /// kernels.
  std::optional<unsigned> slicedLoop;
  /// The loop of each dimension of the op, for `linalg.index`; none if the
  /// dimension has extent 1 or was merged (then nothing asks for it).
  llvm::SmallVector<std::optional<unsigned>> loopOfDim;

  unsigned numLoops() const { return extents.size(); }
  unsigned numOutputs() const { return numOperands - numInputs; }
  llvm::ArrayRef<Access> inputs() const {
    return llvm::ArrayRef(accesses).take_front(numInputs);
  }
  llvm::ArrayRef<Access> outputs() const {
    return llvm::ArrayRef(accesses).slice(numInputs, numOutputs());
  }
  bool hasReduction() const { return llvm::is_contained(parallel, false); }
  /// True if no reduction loop moves an output: results can stay in registers
  /// through all reduction loops.
  bool outputsInvariantInReductions() const;
};

/// Analyses `op`. Emits an error at the op if the code generator does not
/// support it. With `sliced`, the loop over dimension 0 of the outputs is kept
/// apart and named.
mlir::FailureOr<LoopNest> analyzeLoopNest(mlir::linalg::GenericOp op,
                                          bool sliced);

/// The same nest with `next` as its last epilogue. Nothing if `next` does not
/// read the nest's results element by element, or if it writes elements that
/// the nest reads at other iterations.
std::optional<LoopNest> withEpilogue(const LoopNest &nest,
                                     mlir::linalg::GenericOp next, bool sliced);

/// Checks that the iterations of the sliced loop, which all `nests` of a kernel
/// share, are independent of each other: of every buffer that the kernel writes
/// each iteration reads and writes elements that no other one touches. Emits an
/// error at the op where that cannot be shown from the linear forms.
mlir::LogicalResult
verifyIndependentSlices(llvm::ArrayRef<const LoopNest *> nests);

/// The op that combines output number `output` with each new value if that is
/// a plain reduction with a known neutral element: `acc = op(acc, value)`.
/// Null otherwise.
mlir::Operation *matchCombiner(mlir::linalg::GenericOp op, unsigned output);

/// The scalar that `op` writes to all iterations of its only output, available
/// outside of the op; null if it does anything else.
mlir::Value matchFill(mlir::linalg::GenericOp op);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_LOOPNEST_H
