//===- Syntax.h - Custom parts of the ops' assembly formats -----*- C++ -*-===//
//
// What a family's `custom<X>(...)` calls; included by the .cpp of the family.
//
//===----------------------------------------------------------------------===//
#ifndef DIALECTS_DL_SYNTAX_H
#define DIALECTS_DL_SYNTAX_H

#include "dialects/Dl/Dl.h"

namespace dlc::dl {

/// A number without a type behind it.
mlir::ParseResult parseNumber(mlir::OpAsmParser &parser,
                              mlir::FloatAttr &value);
void printNumber(mlir::OpAsmPrinter &printer, mlir::Operation *,
                 mlir::FloatAttr value);

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

/// `eq`, `lt`, ...
mlir::ParseResult parsePredicate(mlir::OpAsmParser &parser,
                                 PredicateAttr &predicate);
void printPredicate(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    PredicateAttr predicate);

/// `zeros`, `uniform<-1.0, 1.0>`: an initialiser without its `#dl.`.
mlir::ParseResult parseInitializer(mlir::OpAsmParser &parser,
                                   InitializerAttrInterface &init);
void printInitializer(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      InitializerAttrInterface init);

} // namespace dlc::dl
#endif // DIALECTS_DL_SYNTAX_H
