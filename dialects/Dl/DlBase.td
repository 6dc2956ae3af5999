//===- DlBase.td - The dialect and what its ops have in common -*- tablegen -*-===//

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
include "dialects/Dl/DlInterfaces.td"

def Dl_Dialect : Dialect {
  let name = "dl";
  let cppNamespace = "::dlc::dl";
  let summary = "Networks, losses, gradients and optimizers as one program";
  let description = [{
    Values are builtin tensors of static shape. Images are N x C x H x W,
    convolution filters O x I x KH x KW. Where PyTorch defines an operation,
    this dialect uses its definition and defaults.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

defvar Dl_FloatTypes = [F32, F64];
defvar Dl_IntTypes = [I1, I8, UI8, I32, I64];

/// A tensor of static shape, not larger than any memory holds; it may be
/// empty.
class Dl_TensorOf<list<Type> elements>
    : Type<And<[StaticShapeTensorOf<elements>.predicate,
                CPred<"::dlc::dl::hasUsableSize($_self)">]>,
           StaticShapeTensorOf<elements>.summary # ", not too large",
           "::mlir::TensorType">;

def Dl_FloatTensor : Dl_TensorOf<Dl_FloatTypes>;
def Dl_IntTensor : Dl_TensorOf<Dl_IntTypes>;
def Dl_Tensor : Dl_TensorOf<!listconcat(Dl_FloatTypes, Dl_IntTypes)>;
def Dl_NumberTensor : Dl_TensorOf<[F32, F64, I8, UI8, I32, I64]>;
def Dl_BoolTensor : Dl_TensorOf<[I1]>;
def Dl_FloatScalar : TensorRankOf<Dl_FloatTypes, [0]>;

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class Dl_Op<string mnemonic, list<Trait> traits = []>
    : Op<Dl_Dialect, mnemonic, traits>;

/// A pure function of tensors whose result type follows from its operands.
class Dl_PureOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat(
        [Pure, InferTypeOpAdaptor], traits)>;

defvar Dl_HasRule = DeclareOpInterfaceMethods<Dl_Differentiable>;
defvar Dl_IsComposite = DeclareOpInterfaceMethods<Dl_Decomposable>;

/// One scalar function applied to every element; all shapes equal.
class Dl_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([
        Pure, Elementwise, SameOperandsAndResultShape,
        DeclareOpInterfaceMethods<Dl_RowParallel>], traits)>;

class Dl_UnaryOp<string mnemonic, string summary_, list<Trait> traits = []>
    : Dl_ElementwiseOp<mnemonic,
        !listconcat([SameOperandsAndResultType, Dl_HasRule], traits)> {
  let summary = summary_;
  let arguments = (ins Dl_FloatTensor:$x);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

class Dl_BinaryOp<string mnemonic, string summary_, list<Trait> traits = []>
    : Dl_ElementwiseOp<mnemonic,
        !listconcat([SameOperandsAndResultType, Dl_HasRule], traits)> {
  let summary = summary_;
  let arguments = (ins Dl_Tensor:$a, Dl_Tensor:$b);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($y)";
}

#endif // DL_BASE_TD
