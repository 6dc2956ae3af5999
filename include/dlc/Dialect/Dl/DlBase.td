//===- DlBase.td - The dialect and the base classes of its ops ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_BASE_TD
#define DL_BASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dlc/Dialect/Dl/DlInterfaces.td"

def Dl_Dialect : Dialect {
  let name = "dl";
  let cppNamespace = "::dlc::dl";
  let summary = "Networks, losses, gradients and optimizers as one program";
  let description = [{
    Values are builtin tensors of static shape. Images are N x C x H x W,
    convolution filters O x I x KH x KW. Where PyTorch defines an operation,
    this dialect uses its definition and defaults.
  }];
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser,
                                     ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attribute,
                        ::mlir::DialectAsmPrinter &printer) const override;
  }];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

defvar Dl_FloatTypes = [F32, F64];
defvar Dl_IntTypes = [I1, I8, UI8, I32, I64];

/// The types of elements as programs write them: "f32 or f64".
class Dl_NamesOf<list<Type> elements> {
  string names = !interleave(
      !foreach(e, elements,
               !cond(!eq(e.summary, F32.summary) : "f32",
                     !eq(e.summary, F64.summary) : "f64",
                     !eq(e.summary, I1.summary) : "i1",
                     !eq(e.summary, I8.summary) : "i8",
                     !eq(e.summary, UI8.summary) : "ui8",
                     !eq(e.summary, I32.summary) : "i32",
                     !eq(e.summary, I64.summary) : "i64")), " or ");
}

/// A tensor of static shape, not larger than any memory holds (maxElements in
/// Dl.h); it may be empty.
class Dl_TensorOf<list<Type> elements>
    : Type<And<[StaticShapeTensorOf<elements>.predicate,
                CPred<"::dlc::dl::hasUsableSize($_self)">]>,
           "tensor of " # Dl_NamesOf<elements>.names #
               ", of static shape and at most 2^40 elements",
           "::mlir::TensorType">;
/// A tensor of rank 0.
class Dl_ScalarOf<list<Type> elements>
    : Type<TensorRankOf<elements, [0]>.predicate,
           "tensor of rank 0 of " # Dl_NamesOf<elements>.names,
           "::mlir::RankedTensorType">;

def Dl_FloatTensor : Dl_TensorOf<Dl_FloatTypes>;
/// For types that are parsed before the surrounding function is known, which
/// may leave extents open; the constraint of a value with the same type
/// excludes that.
def Dl_WrittenFloatTensor : Type<RankedTensorOf<Dl_FloatTypes>.predicate,
                                 Dl_FloatTensor.summary, "::mlir::TensorType">;
def Dl_IntTensor : Dl_TensorOf<Dl_IntTypes>;
def Dl_Tensor : Dl_TensorOf<!listconcat(Dl_FloatTypes, Dl_IntTypes)>;
def Dl_NumberTensor : Dl_TensorOf<[F32, F64, I8, UI8, I32, I64]>;
def Dl_BoolTensor : Dl_TensorOf<[I1]>;
def Dl_FloatScalar : Dl_ScalarOf<Dl_FloatTypes>;
/// Places in a table, or classes.
def Dl_IndexTensor : Dl_TensorOf<[I8, UI8, I32, I64]>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// A real number, kept as an f64. Text may give a whole one without a point, which
/// the parser of every op makes an f64 (ParsedOp.h).
def Dl_RealAttr : FloatAttrBase<F64, "number"> {
  let predicate = CPred<"::dlc::dl::isReal($_self)">;
}

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

/// Every attribute of an op is either defined by the op or has a dialect's
/// prefix. Verified first: a misspelt name often leaves a required one missing
/// too.
def Dl_KnownAttributes : NativeOpTrait<"KnownAttributes">, StructuralOpTrait {
  let cppNamespace = "::dlc::dl";
}

class Dl_Op<string mnemonic, list<Trait> traits = []>
    : Op<Dl_Dialect, mnemonic, !listconcat([Dl_KnownAttributes], traits)>;

/// Its results have the types that it infers, or one message says which.
def Dl_InferredTypes : NativeOpTrait<"InferredTypes"> {
  let cppNamespace = "::dlc::dl";
}
def Dl_InferTypes : TraitList<[Dl_InferredTypes, InferTypeOpAdaptor]>;

/// Its attributes that name dimensions name those of its result; those of other
/// ops name dimensions of operand 0 (ParsedOp.h).
def Dl_AxesOfResult : NativeOpTrait<"AxesOfResult"> {
  let cppNamespace = "::dlc::dl";
}

/// A pure function of tensors whose result type follows from its operands.
class Dl_PureOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat(
        [Pure, Dl_InferTypes], traits)>;

/// Its operands are read at any place, not element by element along loops: it
/// needs them in memory.
def Dl_Irregular : NativeOpTrait<"Irregular"> {
  let cppNamespace = "::dlc::dl";
}

/// Its result is the memory of its operand under another shape, or read as if it
/// were.
def Dl_View : NativeOpTrait<"View"> {
  let cppNamespace = "::dlc::dl";
}

/// Each element of its result follows from the element's indices and at most one
/// element of an operand, so each kernel that reads the result makes it there:
/// memory for it would cost more. Where a kernel needs other rows than its own
/// of the result, `dl-form-kernels` has it made in memory first.
def Dl_MadeWhereUsed : NativeOpTrait<"MadeWhereUsed"> {
  let cppNamespace = "::dlc::dl";
}

/// Computing it again costs less than keeping its result in memory: a few
/// instructions an element, none of them a function of libm.
def Dl_CheapToRepeat : NativeOpTrait<"CheapToRepeat"> {
  let cppNamespace = "::dlc::dl";
}

/// Declares that no cotangent passes through an op, which has no operand or no
/// result of real numbers.
def Dl_NoDerivative : NativeOpTrait<"NoDerivative"> {
  let cppNamespace = "::dlc::dl";
}

/// `pos_weight` as PosWeight.
class Dl_CamelCase<string name> {
  string result = !foldl("", !range(!size(name)), text, i,
      !if(!eq(!substr(name, i, 1), "_"), text,
          !if(!or(!eq(i, 0), !eq(!substr(name, !if(!eq(i, 0), 0, !sub(i, 1)), 1), "_")),
              text # !toupper(!substr(name, i, 1)), text # !substr(name, i, 1))));
}

/// Gives an op the method of Dl_StopsGradient.
class Dl_StoppedOperands<list<string> names> : NativeOpTrait<"StoppedOperands", [], [{
    bool stopsGradient(unsigned number) {
      return }] # !interleave(!foreach(name, names,
          "::dlc::dl::isOperand(get" # Dl_CamelCase<name>.result # "Mutable(), number)"),
          " || ") # [{;
    }
  }]> {
  let cppNamespace = "::dlc::dl";
}

/// Declares that these operands have no gradient although they are real numbers.
class Dl_NoGradient<list<string> names> : TraitList<[
    Dl_StopsGradient, Dl_StoppedOperands<names>]> {
  list<string> operands = names;
}

/// An op that the phase `resolve` (`grad` for `dl.gradient`) replaces by
/// others, before gradients are taken.
def Dl_Shorthand : NativeOpTrait<"Shorthand"> {
  let cppNamespace = "::dlc::dl";
}

defvar Dl_HasRule = DeclareOpInterfaceMethods<Dl_Differentiable>;
defvar Dl_IsComposite = DeclareOpInterfaceMethods<Dl_Decomposable>;
defvar Dl_HasChannels = DeclareOpInterfaceMethods<Dl_ChannelLayer>;
defvar Dl_Counts = DeclareOpInterfaceMethods<Dl_HoldsCounts>;

/// Marks an op that applies one scalar function to every element. Operands may
/// broadcast as in NumPy until the end of phase `resolve`; from then on all
/// shapes are equal.
def Dl_Elementwise : NativeOpTrait<"Elementwise"> {
  let cppNamespace = "::dlc::dl";
}

/// docs/ops.md says what flushing is.
def Dl_Denormals {
  string taken = "taken for zeros of their sign, and not given";
  string kept = "kept as they are";
}

class Dl_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([
        Pure, Dl_Elementwise, DeclareOpInterfaceMethods<Dl_RowParallel>],
        traits)> {
  /// How it treats denormals, for the manual.
  string denormals = Dl_Denormals.taken;
}

/// A function of x. Its derivative is an expression for the cotangent of x made
/// of dy, x and y with the functions of `e`, an Expr (Build.h).
class Dl_UnaryOp<string mnemonic, string summary_, string derivative,
                 TypeConstraint type = Dl_FloatTensor,
                 list<Trait> traits = []>
    : Dl_ElementwiseOp<mnemonic, !listconcat(
        [SameOperandsAndResultType, Dl_HasRule], traits)> {
  let summary = summary_;
  let description = "```mlir\n%y = dl." # mnemonic # " %x : tensor<8x4xf32>\n```";
  let arguments = (ins Arg<type, "any shape">:$x);
  let results = (outs Res<type, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let extraClassDefinition = [{
    void $cppClass::differentiate(::mlir::OpBuilder &builder,
                                  ::llvm::ArrayRef<::mlir::Value> cotangents,
                                  ::llvm::MutableArrayRef<::mlir::Value> operands) {
      ::dlc::dl::Expr e(builder, getLoc());
      [[maybe_unused]] ::mlir::Value dy = cotangents[0], x = getX(), y = getY();
      operands[0] = }] # derivative # [{;
    }
  }];
}
/// A function that is flat everywhere but at its jumps.
class Dl_FlatOp<string mnemonic, string summary_, TypeConstraint type = Dl_FloatTensor,
                list<Trait> traits = []>
    : Dl_ElementwiseOp<mnemonic, !listconcat([SameOperandsAndResultType, Dl_HasRule,
                                              Dl_NoGradient<["x"]>], traits)> {
  let summary = summary_ # "; gradient 0";
  let description = "```mlir\n%y = dl." # mnemonic # " %x : tensor<8x4xf32>\n```";
  let arguments = (ins Arg<type, "any shape">:$x);
  let results = (outs Res<type, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let extraClassDefinition = [{
    void $cppClass::differentiate(::mlir::OpBuilder &,
                                  ::llvm::ArrayRef<::mlir::Value>,
                                  ::llvm::MutableArrayRef<::mlir::Value>) {}
  }];
}

/// An op on a and b, whose shapes broadcast.
class Dl_PairOp<string mnemonic, string summary_, TypeConstraint type,
                list<Trait> traits = []>
    : Dl_ElementwiseOp<mnemonic, !listconcat([Dl_InferTypes], traits)> {
  let summary = summary_;
  let description = "```mlir\n%y = dl." # mnemonic # " %a, %b : tensor<8x4x"
      # !if(!eq(type, Dl_BoolTensor), "i1", "f32") # ">\n```";
  let arguments = (ins
    Arg<type, "any shape">:$a,
    Arg<type, "any shape that broadcasts with that of a">:$b);
  let results = (outs Res<type, "the shape that a and b broadcast to">:$y);
  let assemblyFormat =
      "$a `,` $b attr-dict `:` custom<Broadcast>(type($a), type($b), type($y))";
  code inference = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        $cppClass::Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::dlc::dl::inferBroadcast(location, getOperationName(), {"a", "b"},
                                       adaptor.getOperands(), types);
    }
  }];
  let extraClassDefinition = inference;
}

/// A function of a and b with the cotangents of both, as in Dl_UnaryOp.
class Dl_BinaryOp<string mnemonic, string summary_, string da, string db,
                  list<Trait> traits = []>
    : Dl_PairOp<mnemonic, summary_, Dl_Tensor,
                !listconcat([Dl_HasRule], traits)> {
  let extraClassDefinition = inference # [{
    void $cppClass::differentiate(::mlir::OpBuilder &builder,
                                  ::llvm::ArrayRef<::mlir::Value> cotangents,
                                  ::llvm::MutableArrayRef<::mlir::Value> operands) {
      ::dlc::dl::Expr e(builder, getLoc());
      [[maybe_unused]] ::mlir::Value dy = cotangents[0], a = getA(), b = getB(),
                                     y = getY();
      operands[0] = }] # da # [{;
      operands[1] = }] # db # [{;
    }
  }];
}

/// Parameters and buffers may also be members of a `dl.func`; Templates.h
/// verifies these.
class Dl_ModelMember<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([HasParent<"ModelOp">, Symbol,
                                  Dl_NoDerivative], traits)>;

#endif // DL_BASE_TD
