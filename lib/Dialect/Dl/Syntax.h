//===- Syntax.h - Custom parts of the ops' assembly formats -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that a family's `custom<X>(...)` calls; included by its .cpp.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_DIALECT_DL_SYNTAX_H
#define DLC_LIB_DIALECT_DL_SYNTAX_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc::dl {

/// A number without a type behind it.
mlir::ParseResult parseNumber(mlir::OpAsmParser &parser,
                              mlir::FloatAttr &value);
void printNumber(mlir::OpAsmPrinter &printer, mlir::Operation *,
                 mlir::FloatAttr value);

/// A number or `@name` of a hyper-parameter.
mlir::ParseResult parseHyper(mlir::OpAsmParser &parser, mlir::Attribute &value);
void printHyper(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::Attribute value);

/// `dense<...>` and its type; says so where a bare number stands.
mlir::ParseResult parseElements(mlir::OpAsmParser &parser,
                                mlir::ElementsAttr &value);
void printElements(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   mlir::ElementsAttr value);

/// A case of an enumeration as a bare keyword, without the space that an
/// attribute would print before it.
template <typename EnumAttr, typename Enum>
mlir::ParseResult parseCase(mlir::OpAsmParser &parser, EnumAttr &attr,
                            llvm::StringRef what,
                            std::optional<Enum> (*symbolize)(llvm::StringRef)) {
  llvm::SMLoc loc = parser.getCurrentLocation();
  llvm::StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return mlir::failure();
  std::optional<Enum> value = symbolize(keyword);
  if (!value)
    return parser.emitError(loc) << "'" << keyword << "' is no " << what;
  attr = EnumAttr::get(parser.getContext(), *value);
  return mlir::success();
}

/// `train` or `eval`.
mlir::ParseResult parseMode(mlir::OpAsmParser &parser, ModeAttr &mode);
void printMode(mlir::OpAsmPrinter &printer, mlir::Operation *, ModeAttr mode);

/// `below_one`, ...
mlir::ParseResult parseHyperRange(mlir::OpAsmParser &parser,
                                  HyperRangeAttr &range);
void printHyperRange(mlir::OpAsmPrinter &printer, mlir::Operation *,
                     HyperRangeAttr range);

/// `eq`, `lt`, ...
mlir::ParseResult parsePredicate(mlir::OpAsmParser &parser,
                                 PredicateAttr &predicate);
void printPredicate(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    PredicateAttr predicate);

/// `none` or `tanh`.
mlir::ParseResult parseGeluForm(mlir::OpAsmParser &parser, GeluFormAttr &form);
void printGeluForm(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   GeluFormAttr form);

/// `mean`, `sum`, `none` or `batchmean`.
mlir::ParseResult parseLossReduction(mlir::OpAsmParser &parser,
                                     LossReductionAttr &reduction);
void printLossReduction(mlir::OpAsmPrinter &printer, mlir::Operation *,
                        LossReductionAttr reduction);

/// The types of operands a, b and result y: one if all are the same, otherwise
/// `a, b -> y`.
mlir::ParseResult parseBroadcast(mlir::OpAsmParser &parser, mlir::Type &a,
                                 mlir::Type &b, mlir::Type &y);
void printBroadcast(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    mlir::Type a, mlir::Type b, mlir::Type y);

/// The types of operands a and b: one if both are the same.
mlir::ParseResult parseOneOrTwoTypes(mlir::OpAsmParser &parser, mlir::Type &a,
                                     mlir::Type &b);
void printOneOrTwoTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                        mlir::Type a, mlir::Type b);

/// `out, in`: which sizes of a function the open extents of a type are.
mlir::ParseResult parseSizeNames(mlir::OpAsmParser &parser,
                                 mlir::ArrayAttr &names);
void printSizeNames(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    mlir::ArrayAttr names);

/// `16, out`: numbers, or sizes of the function around the call.
mlir::ParseResult parseCallSizes(mlir::OpAsmParser &parser,
                                 mlir::ArrayAttr &sizes);
void printCallSizes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    mlir::ArrayAttr sizes);

/// `#dl.adam<...>`: the rule of an optimizer.
mlir::ParseResult parseRule(mlir::OpAsmParser &parser,
                            OptimizerAttrInterface &rule);
void printRule(mlir::OpAsmPrinter &printer, mlir::Operation *,
               OptimizerAttrInterface rule);

/// `zeros`, `uniform<-1.0, 1.0>`: an initialiser without its `#dl.`.
mlir::ParseResult parseInitializer(mlir::OpAsmParser &parser,
                                   InitializerAttrInterface &init);
void printInitializer(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      InitializerAttrInterface init);

} // namespace dlc::dl
#endif // DLC_LIB_DIALECT_DL_SYNTAX_H
