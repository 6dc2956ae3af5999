//===- Dl.h - The dialect `dl` ----------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DIALECT_DL_DL_H
#define DLC_DIALECT_DL_DL_H

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

#include "dlc/Dialect/Dl/DlEnums.h.inc"

namespace dlc::dl {

/// A distribution that the runtime can fill memory from; `kind` is a
/// dlc_init_kind of dlc/Runtime.h.
struct RuntimeInit {
  int kind;
  double a, b, c = 0, d = 0;
};

/// A tensor that an optimizer keeps for each parameter, such as a momentum.
struct OptimizerSlot {
  llvm::StringRef name;
  mlir::RankedTensorType type;
  double init = 0;
  /// Starts as the parameter is before its first update, not as `init`.
  bool startsAsParameter = false;
};

/// A hyper-parameter where it is used.
struct HyperUse {
  llvm::StringRef name;
  mlir::Attribute value; ///< a number, `@name`; null where it is left out
  HyperRange range = HyperRange::NotNegative;
  std::string owner = ""; ///< " of #dl.adam"
};

/// Whether a hyper-parameter may be that number.
bool isInRange(double value, HyperRange range);
/// "0 or more"
llvm::StringRef describeRange(HyperRange range);

/// One update of one parameter (Optimizer.h).
class Update;

/// The parent of ops of other families; families are defined in the order of
/// their names.
class ModelOp;

/// How an update rule treats a gradient that covers only some rows of a
/// parameter.
enum class SparseMeaning {
  AllRows, ///< that of all rows, of which the others have a gradient of zero
  SomeRows ///< the other rows stay as they are, with what the rule keeps of
           ///< them
};

/// An operand that holds places in a table.
struct TableIndex {
  unsigned operand;     ///< its number
  int64_t limit;        ///< places are 0 to limit - 1
  llvm::StringRef name; ///< the operand's, for messages
  bool ascends = false; ///< whether it begins with 0 and never descends

  /// The two conditions on an ascending index, for messages: its first entry,
  /// and its growth.
  std::string first() const { return (name + "[0]").str(); }
  std::string growth() const {
    return (name + ", each less the one before,").str();
  }
};

/// The message for an entry outside of [0, limit) in an operand of `op`.
std::string indexFaultMessage(mlir::Location loc, llvm::StringRef op,
                              llvm::StringRef operand, int64_t limit);

/// Dl_Irregular.
template <typename Op>
class Irregular : public mlir::OpTrait::TraitBase<Op, Irregular> {};

/// Dl_View.
template <typename Op>
class View : public mlir::OpTrait::TraitBase<Op, View> {};

/// Dl_MadeWhereUsed.
template <typename Op>
class MadeWhereUsed : public mlir::OpTrait::TraitBase<Op, MadeWhereUsed> {};

/// Dl_CheapToRepeat.
template <typename Op>
class CheapToRepeat : public mlir::OpTrait::TraitBase<Op, CheapToRepeat> {};

/// A result is not made again, by each kernel that reads it or by a backward
/// loop, if that takes more ops than this: it is kept.
inline constexpr unsigned maxRepeatedOps = 24;

/// Returns true if `op` needs no memory of its own: a view, or made where it is
/// used.
inline bool isFree(mlir::Operation *op) {
  return op && (op->hasTrait<View>() || op->hasTrait<MadeWhereUsed>());
}

/// Dl_KnownAttributes: an error that names the nearest word unless the op
/// defines all its attributes; those with the name of a dialect before them are
/// open.
mlir::LogicalResult verifyKnownAttributes(mlir::Operation *op);
template <typename Op>
class KnownAttributes : public mlir::OpTrait::TraitBase<Op, KnownAttributes> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyKnownAttributes(op);
  }
};

/// Whether an attribute is an f64, or a whole number that stands for one.
bool isReal(mlir::Attribute attr);
/// The number that such an attribute is.
double realValue(mlir::Attribute attr);

/// Dl_InferredTypes: an error with both types where one that an op infers is
/// not that of the result.
mlir::LogicalResult verifyInferredTypes(mlir::Operation *op);
template <typename Op>
class InferredTypes : public mlir::OpTrait::TraitBase<Op, InferredTypes> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyInferredTypes(op);
  }
};

/// Dl_AxesOfResult.
template <typename Op>
class AxesOfResult : public mlir::OpTrait::TraitBase<Op, AxesOfResult> {};

/// Dl_StoppedOperands.
template <typename Op>
class StoppedOperands : public mlir::OpTrait::TraitBase<Op, StoppedOperands> {};
/// Whether operand `number` is that one, or one of those.
inline bool isOperand(mlir::OpOperand &operand, unsigned number) {
  return operand.getOperandNumber() == number;
}
inline bool isOperand(mlir::MutableOperandRange range, unsigned number) {
  return llvm::any_of(range, [&](mlir::OpOperand &operand) {
    return isOperand(operand, number);
  });
}

/// The greatest of the places or counts that an op makes, of one type.
struct GreatestCount {
  int64_t value;
  mlir::Type element;
};
/// The last place along a dimension of x, in `element`; none where x lacks that
/// dimension, an error that the verifier of its op reports.
GreatestCount placesAlong(mlir::Value x, int64_t axis, mlir::Type element);
/// The counts in sums of up to `most` elements of x: integers cast from i1.
llvm::SmallVector<GreatestCount> countsOfSums(mlir::Value x, int64_t most);
/// An error unless each type holds all numbers from 0 to the greatest.
mlir::LogicalResult verifyCounts(mlir::Operation *op,
                                 llvm::ArrayRef<GreatestCount> counts);

/// Dl_NoDerivative.
template <typename Op>
class NoDerivative : public mlir::OpTrait::TraitBase<Op, NoDerivative> {};

/// Dl_Shorthand.
template <typename Op>
class Shorthand : public mlir::OpTrait::TraitBase<Op, Shorthand> {};

/// Operands and channels of a Dl_ChannelLayer.
struct LayerChannels {
  mlir::Value x, weight, bias; ///< bias may be null
  int64_t xDim, yDim; ///< which dimensions of x and the result are channels
};

/// The source of an op's random bits; see `dl.random_bits`.
struct RandomSource {
  mlir::Value seed, step; ///< of type tensor<i64>
  int64_t number;         ///< unique among the ops of the model
};

/// Numbers of ops that draw are smaller: above are those of other streams with
/// the same seed.
inline constexpr int64_t maxRandomOps = (int64_t(1) << 24) - 1;

/// How a window moves over an image: one entry per spatial dimension (rows and
/// columns; of a sequence, its places; of a volume, also its planes).
struct WindowGeometry {
  llvm::SmallVector<int64_t> stride, padding, dilation;
  Layout layout = Layout::ChannelsFirst;
  /// Whether a last window may reach over the padding, as long as it starts
  /// before.
  bool ceilMode = false;

  /// The number of spatial dimensions.
  int spatialRank() const { return stride.size(); }
  /// Positions of the dimensions in an image of this layout.
  int channelDim() const {
    return layout == Layout::ChannelsFirst ? 1 : spatialRank() + 1;
  }
  int spatialDim(int i) const {
    return (layout == Layout::ChannelsFirst ? 2 : 1) + i;
  }
  /// Positions of the dimensions in a filter of this layout.
  int filterOutDim() const {
    return layout == Layout::ChannelsFirst ? 0 : spatialRank() + 1;
  }
  int filterInDim() const {
    return layout == Layout::ChannelsFirst ? 1 : spatialRank();
  }
  int filterSpatialDim(int i) const {
    return (layout == Layout::ChannelsFirst ? 2 : 0) + i;
  }

  /// The number of windows of `kernel` taps along spatial dimension i of
  /// operand x; an error if no window fits.
  mlir::FailureOr<int64_t>
  windows(int i, mlir::RankedTensorType x, int64_t kernel,
          llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;

  /// For windows that windows() accepted: elements from the first to the last
  /// tap, and those that the last of `count` windows needs behind the image, at
  /// least the padding.
  int64_t reach(int i, int64_t kernel) const {
    return dilation[i] * (kernel - 1) + 1;
  }
  int64_t paddingBehind(int i, int64_t extent, int64_t kernel,
                        int64_t count) const {
    return std::max(padding[i], (count - 1) * stride[i] + reach(i, kernel) -
                                    padding[i] - extent);
  }

  /// Checks that every list has `spatialRank` sensible entries.
  mlir::LogicalResult
  verify(int spatialRank,
         llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;
};

/// Checks that `list`, the attribute `name`, has an entry of at least `least`
/// per spatial dimension.
mlir::LogicalResult
verifyWindowList(llvm::ArrayRef<int64_t> list, llvm::StringRef name,
                 int64_t least, int spatialRank,
                 llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// The stride of pooling: the kernel where it is not given.
llvm::SmallVector<int64_t> poolStride(mlir::ArrayAttr stride,
                                      mlir::ArrayAttr kernel);

/// "rows", as spatial dimension i of `spatialRank` is called.
llvm::StringRef spatialName(int i, int spatialRank);

/// The name here of an op that another framework calls `name` (`sum` for
/// `reduce_sum`); empty for others.
llvm::StringRef opHere(llvm::StringRef name);

/// The most elements a tensor may have: 8 TiB of f64.
inline constexpr int64_t maxElements = int64_t(1) << 40;

/// The largest batch of a step, and the most sizes of it that are compiled.
inline constexpr int64_t maxBatch = 1 << 20;
inline constexpr int64_t maxBatchSizes = 32;

/// Whether tensors of the language may hold elements of this type.
bool isElementType(mlir::Type type);

/// Whether a tensor has at most maxElements elements, extents of 0 counted
/// as 1.
bool hasUsableSize(mlir::Type type);

/// Dl_Elementwise.
template <typename Op>
class Elementwise : public mlir::OpTrait::TraitBase<Op, Elementwise> {};

/// The shape that those of all operands broadcast to, or an error that names
/// the op and two operands.
mlir::FailureOr<llvm::SmallVector<int64_t>>
broadcastShape(std::optional<mlir::Location> loc, llvm::StringRef op,
               llvm::ArrayRef<llvm::StringRef> names,
               mlir::ValueRange operands);

/// An error that names the op and two operands unless all have one element
/// type.
mlir::LogicalResult checkOneElementType(std::optional<mlir::Location> loc,
                                        llvm::StringRef op,
                                        llvm::ArrayRef<llvm::StringRef> names,
                                        mlir::ValueRange operands);

/// Both: the type of an elementwise op's result.
mlir::LogicalResult inferBroadcast(std::optional<mlir::Location> loc,
                                   llvm::StringRef op,
                                   llvm::ArrayRef<llvm::StringRef> names,
                                   mlir::ValueRange operands,
                                   llvm::SmallVectorImpl<mlir::Type> &types);
/// `axes`; if empty, all dimensions of x.
llvm::SmallVector<int64_t> reducedAxes(mlir::Value x,
                                       llvm::ArrayRef<int64_t> axes);

mlir::FailureOr<mlir::FloatAttr> parseNumber(mlir::AsmParser &parser);
void printNumber(mlir::AsmPrinter &printer, mlir::FloatAttr value);
/// A number or `@name` of a hyper-parameter.
mlir::FailureOr<mlir::Attribute> parseHyper(mlir::AsmParser &parser);
void printHyper(mlir::AsmPrinter &printer, mlir::Attribute value);
/// `true` or `false`.
mlir::FailureOr<bool> parseFlag(mlir::AsmParser &parser);

} // namespace dlc::dl

#include "dlc/Dialect/Dl/DlDialect.h.inc"

#include "dlc/Dialect/Dl/DlAttrInterfaces.h.inc"
#include "dlc/Dialect/Dl/DlOpInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dlc/Dialect/Dl/DlAttrs.h.inc"

#include "dlc/Dialect/Dl/DlOps.h.inc" // of every family in CMakeLists.txt

namespace dlc::dl {

/// The tensor type of a value; every value of the dialect has one.
inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The layout of the language, for ops that are built.
inline LayoutAttr firstLayout(mlir::MLIRContext *context) {
  return LayoutAttr::get(context, Layout::ChannelsFirst);
}

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_DL_H
