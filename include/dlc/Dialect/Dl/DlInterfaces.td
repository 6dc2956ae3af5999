//===- DlInterfaces.td - Interfaces of ops for passes ------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_INTERFACES_TD
#define DL_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Dl_Differentiable : OpInterface<"Differentiable"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    The derivative of an op, as a program in `dl`. Because the rule builds only
    `dl` ops, a gradient is differentiable again.
  }];
  let methods = [InterfaceMethod<[{
      Builds the cotangents of the operands from those of the results.
      `cotangents` has one entry a result, null where it is zero. `operands` has
      one entry an operand, null on entry; a rule fills those it has a
      derivative for and leaves zero cotangents null. Rules may ignore
      which operands are needed: unused ops are erased.
    }],
    "void", "differentiate",
    (ins "::mlir::OpBuilder &":$builder,
         "::llvm::ArrayRef<::mlir::Value>":$cotangents,
         "::llvm::MutableArrayRef<::mlir::Value>":$operands)>];
}

def Dl_StopsGradient : OpInterface<"StopsGradient"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op with operands of real numbers that have no gradient by definition, as
    class weights and running statistics in PyTorch. The trait Dl_NoGradient names
    them. No derivative of any order passes through such an operand, neither by the
    op's rule nor by its decomposition.
  }];
  let methods = [InterfaceMethod<
    "Whether operand `number` has no gradient.",
    "bool", "stopsGradient", (ins "unsigned":$number)>];
}

def Dl_HoldsCounts : OpInterface<"HoldsCounts"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op that counts elements or computes indices, in its results or within its
    decomposition. The greatest number follows from shapes, and its type represents it.
  }];
  let methods = [InterfaceMethod<
    "The greatest of the numbers, for each kind of them.",
    "::llvm::SmallVector<::dlc::dl::GreatestCount>", "getGreatestCounts">];
  let verify = [{
    return ::dlc::dl::verifyCounts(
        $_op, ::llvm::cast<ConcreteOp>($_op).getGreatestCounts());
  }];
}

def Dl_Decomposable : OpInterface<"Decomposable"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    A composite: an op that abbreviates a program of simpler ops. Its
    decomposition defines its meaning.
  }];
  let methods = [InterfaceMethod<
    "Builds the program that the op stands for and returns its results.",
    "::llvm::SmallVector<::mlir::Value>", "decompose",
    (ins "::mlir::OpBuilder &":$builder)>];
}

def Dl_ChannelLayer : OpInterface<"ChannelLayer"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op that is linear in x: every channel of its result is a sum of products of x and
    weights of that channel, plus a bias. Factors and terms of channels of the result,
    and of x, can go into the weights.
  }];
  let methods = [
    InterfaceMethod<"Its operands and channels; nothing if the op is not of that form.",
      "::std::optional<::dlc::dl::LayerChannels>", "getChannels">,
    InterfaceMethod<[{
        The weight that multiplies channel o of the result by entry o of `factors`, of
        rank 1.
      }],
      "::mlir::Value", "scaleOutputs",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$factors)>,
    InterfaceMethod<"The same for channels of x.",
      "::mlir::Value", "scaleInputs",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$factors)>,
    InterfaceMethod<[{
        Whether a term added to a channel of x shifts all elements of a result channel by
        the same amount; next to padding it does not.
      }],
      "bool", "shiftsAlike">,
    InterfaceMethod<[{
        If so: the shift of each channel of the result if entry c of `terms`, of rank 1,
        is added to channel c of x.
      }],
      "::mlir::Value", "shiftInputs",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$terms)>,
    InterfaceMethod<"The result with these weights; `bias` may be null.",
      "::mlir::Value", "rebuild",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$weight,
           "::mlir::Value":$bias)>];
}

def Dl_HasMode : OpInterface<"HasMode"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op that behaves differently in training and evaluation. If it does
    not state its mode, it takes that of the call it was inlined from.
  }];
  let methods = [
    InterfaceMethod<"The mode, if it has one yet.",
      "::std::optional<::dlc::dl::Mode>", "getMode">,
    InterfaceMethod<"Gives it a mode.",
      "void", "setMode", (ins "::std::optional<::dlc::dl::Mode>":$mode)>];
}

def Dl_Random : OpInterface<"Random"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op that draws random numbers. The phase `resolve` replaces it by the program
    that computes them from the model's seed and step count.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds that program and returns the op's results. `source` is the op's own;
        empty where `isRandom` is false.
      }],
      "::llvm::SmallVector<::mlir::Value>", "draw",
      (ins "::mlir::OpBuilder &":$builder,
           "const ::dlc::dl::RandomSource &":$source)>,
    InterfaceMethod<"Whether the op draws at all.",
      "bool", "isRandom", (ins), [{}], [{ return true; }]>];
}

def Dl_RowParallel : OpInterface<"RowParallel"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    Row r of a tensor is its slice at index r of dimension 0. An op whose
    results can be computed row by row can share one loop, and so one pass
    through the caches and no barrier, with earlier ops of the same kind.
  }];
  let methods = [InterfaceMethod<[{
      Whether row r of every result depends on operand `number` only through its
      row r.
    }],
    "bool", "isRowOperand", (ins "unsigned":$number), [{}], [{
      // As elementwise ops do: same leading dimension, same rank.
      auto operand = ::llvm::cast<::mlir::RankedTensorType>(
          $_op->getOperand(number).getType());
      auto result = ::llvm::cast<::mlir::RankedTensorType>(
          $_op->getResult(0).getType());
      return operand.getRank() > 0 && operand.getRank() == result.getRank() &&
             operand.getDimSize(0) == result.getDimSize(0);
    }]>,
    InterfaceMethod<
    "Whether dimension 0 of the results can be computed row by row at all.",
    "bool", "hasRows", (ins), [{}], [{
      auto result = ::llvm::cast<::mlir::RankedTensorType>(
          $_op->getResult(0).getType());
      return result.getRank() > 0;
    }]>];
}

def Dl_IndexesTable : OpInterface<"IndexesTable"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op that reads or writes at indices that an operand gives. Its lowering assumes
    valid indices; the `simplify` phase puts a `check_index` before each, and for an
    ascending index one on its differences.
  }];
  let methods = [InterfaceMethod<
    "The operands that are indices, and the extent that each indexes.",
    "::llvm::SmallVector<::dlc::dl::TableIndex>", "getTableIndices">];
}

def Dl_Overwrites : OpInterface<"Overwrites"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An op whose one result is an operand with some elements replaced. It reads
    that operand nowhere else, so that both may share memory: then the op writes only
    the replaced elements.
  }];
  let methods = [InterfaceMethod<
    "That operand.",
    "::mlir::OpOperand &", "getOverwritten">];
}

def Dl_OptimizerAttrInterface : AttrInterface<"OptimizerAttrInterface"> {
  let cppNamespace = "::dlc::dl";
  let description = [{
    An update rule: the slots that it keeps for a parameter and the update of one.
  }];
  let methods = [
    InterfaceMethod<
      "The slots of a parameter of this type.",
      "::llvm::SmallVector<::dlc::dl::OptimizerSlot>", "getSlots",
      (ins "::mlir::RankedTensorType":$param)>,
    InterfaceMethod<[{
        Builds one update from `dl` ops, preferably elementwise ones: returns
        the new parameter, then the new slots.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildUpdate",
      (ins "::dlc::dl::Update &":$update)>,
    InterfaceMethod<[{
        Whether an update by a gradient of zero leaves the parameter and its slots unchanged,
        to the bit, for a learning rate that is finite and not negative. Then updating only
        the rows of a table whose gradient may be nonzero updates the whole table.
      }],
      "bool", "restsAtZero", (ins "const ::dlc::dl::Update &":$update),
      [{}], [{ return false; }]>,
    InterfaceMethod<[{
        The rule for a gradient of some rows (`sparse` on `dl.embedding`), as in
        PyTorch; fails if PyTorch has no such rule.
      }],
      "::llvm::FailureOr<::dlc::dl::SparseMeaning>", "getSparseMeaning",
      (ins "const ::dlc::dl::Update &":$update,
           "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError),
      [{}], [{
        return emitError() << "but #dl." << ::std::decay_t<decltype($_attr)>::getMnemonic()
                           << " has no rule for sparse gradients; leave out 'sparse'";
      }]>,
    InterfaceMethod<
      "Checks that the rule can update a parameter of this type.",
      "::llvm::LogicalResult", "verifyFor",
      (ins "::mlir::RankedTensorType":$param,
           "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError),
      [{}], [{ return ::mlir::success(); }]>,
    InterfaceMethod<
      "Its hyper-parameters and their ranges.",
      "::llvm::SmallVector<::dlc::dl::HyperUse>", "getHypers">,
    InterfaceMethod<
      "Checks the other parameters, and combinations of parameters.",
      "::llvm::LogicalResult", "verifyRule",
      (ins "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError),
      [{}], [{ return ::mlir::success(); }]>];
}

def Dl_InitializerAttrInterface : AttrInterface<"InitializerAttrInterface"> {
  let cppNamespace = "::dlc::dl";
  let description = "The initialiser of a state entry.";
  let methods = [InterfaceMethod<
    "The distribution, as the runtime knows it, for a tensor of this type.",
    "::dlc::dl::RuntimeInit", "getRuntimeInit",
    (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<
    "Checks the parameters, and that they can initialise a tensor of this type.",
    "::llvm::LogicalResult", "verifyFor",
    (ins "::mlir::RankedTensorType":$type,
         "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError),
    [{}], [{ return ::mlir::success(); }]>];
}

#endif // DL_INTERFACES_TD
