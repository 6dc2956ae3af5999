//===- Dl.h - The dialect `dl` ----------------------------------*- C++ -*-===//
#ifndef DIALECTS_DL_DL_H
#define DIALECTS_DL_DL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Dl/DlEnums.h.inc"

namespace dlc::dl {

/// A distribution that the runtime can fill memory from; `kind` is a
/// dlc_init_kind of dlc/Runtime.h.
struct RuntimeInit {
  int kind;
  double a, b, c = 0, d = 0;
};

/// What the ops that draw make their bits from; see `dl.random_bits`.
struct RandomSource {
  mlir::Value seed, step; ///< of type tensor<i64>
  int64_t number;         ///< which no other op of the model has
};

/// Numbers of ops that draw are smaller: above are those of other streams with
/// the same seed.
inline constexpr int64_t maxRandomOps = (int64_t(1) << 24) - 1;

/// How a window moves over an image: per spatial dimension (rows, columns).
struct WindowGeometry {
  llvm::SmallVector<int64_t> stride, padding, dilation;
  Layout layout = Layout::ChannelsFirst;

  /// Positions of the dimensions in an image of this layout.
  int channelDim() const { return layout == Layout::ChannelsFirst ? 1 : 3; }
  int spatialDim(int i) const {
    return (layout == Layout::ChannelsFirst ? 2 : 1) + i;
  }
  /// Positions of the dimensions in a filter of this layout.
  int filterOutDim() const { return layout == Layout::ChannelsFirst ? 0 : 3; }
  int filterInDim() const { return layout == Layout::ChannelsFirst ? 1 : 2; }
  int filterSpatialDim(int i) const {
    return (layout == Layout::ChannelsFirst ? 2 : 0) + i;
  }

  /// The number of windows of `kernel` taps along spatial dimension i of
  /// an image of `extent`; an error where there is none.
  mlir::FailureOr<int64_t>
  windows(int i, int64_t extent, int64_t kernel,
          llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;

  /// Checks that every list has two sensible entries.
  mlir::LogicalResult
  verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;
};

/// The most elements a tensor may have: 8 TiB of f64.
inline constexpr int64_t maxElements = int64_t(1) << 40;

/// Whether a tensor has at most maxElements elements, extents of 0 counted
/// as 1.
bool hasUsableSize(mlir::Type type);

mlir::FailureOr<mlir::FloatAttr> parseNumber(mlir::AsmParser &parser);
void printNumber(mlir::AsmPrinter &printer, mlir::FloatAttr value);

} // namespace dlc::dl

#include "dialects/Dl/DlDialect.h.inc"

#include "dialects/Dl/DlAttrInterfaces.h.inc"
#include "dialects/Dl/DlOpInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Dl/DlAttrs.h.inc"

#include "dialects/Dl/DlOps.h.inc" // of every family in CMakeLists.txt

namespace dlc::dl {

/// The tensor type of a value; every value of the dialect has one.
inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace dlc::dl

#endif // DIALECTS_DL_DL_H
