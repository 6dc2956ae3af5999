//===- Words.h - Words that an op or an attribute does not know -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR keeps an attribute that an op does not define and no pass reads it: a
// misspelt word would leave a default in force without a message. Here such
// words are errors, in the three places where they can stand: the dictionary of
// an op, its properties in the generic form, and the parameters of an
// attribute.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_DIALECT_DL_WORDS_H
#define DLC_LIB_DIALECT_DL_WORDS_H

#include "ParsedOp.h"
#include "dlc/Dialect/Dl/Templates.h"

#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/OperationSupport.h"

namespace dlc::dl {

/// The end of a message about an unknown word: the nearest one of `known`, by
/// spelling or by the names of other frameworks, or else all of them.
std::string whatIsKnown(llvm::StringRef word,
                        llvm::ArrayRef<llvm::StringRef> known);

/// Names of ops in other frameworks (`sum`) and here (`reduce_sum`); opHere in
/// Dl.h looks them up.
llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> opsOfOthers();
/// The name here of an initialiser that another framework calls `name`
/// (`glorot_uniform`); empty for others.
llvm::StringRef initializerHere(llvm::StringRef name);

/// The attributes that an op defines, without those of its syntax.
llvm::SmallVector<llvm::StringRef> attributeWords(mlir::OperationName op);

/// An error unless the op defines every entry of its properties.
mlir::LogicalResult
verifyPropertyWords(mlir::OperationName op, mlir::Attribute properties,
                    llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// `custom<Words>` at the start of an attribute's text between < and >: an
/// error at a named parameter that is not in `known`.
mlir::ParseResult parseWords(mlir::AsmParser &parser,
                             llvm::ArrayRef<llvm::StringRef> known);
inline void printWords(mlir::AsmPrinter &, llvm::ArrayRef<llvm::StringRef>) {}

/// The traits that count an op's operands, results and regions: those before
/// OpInvariants, which looks at types.
template <typename Op, template <typename> class... Traits>
mlir::LogicalResult verifyCounts(mlir::Operation *op,
                                 mlir::Op<Op, Traits...> *) {
  bool done = false;
  auto result = mlir::success();
  auto visit = [&](auto *trait) {
    using Trait = std::remove_pointer_t<decltype(trait)>;
    done = done || std::is_same_v<Trait, mlir::OpTrait::OpInvariants<Op>>;
    if (!done)
      result = mlir::op_definition_impl::verifyTrait<Trait>(op);
    done = done || failed(result);
  };
  (visit(static_cast<Traits<Op> *>(nullptr)), ...);
  return result;
}

/// Verifies an op of a template in everything but types.
template <typename Op>
mlir::LogicalResult verifyDeferred(mlir::Operation *op) {
  if (isEntryOfFunction(op))
    return verifyEntryOfFunction(op);
  return mlir::failure(
      failed(verifyCounts(op, static_cast<Op *>(nullptr))) ||
      failed(typename Op::Adaptor(llvm::cast<Op>(op)).verify(op->getLoc())));
}

/// How MLIR asks a registered op, with a check of properties given as a
/// dictionary, and with the checks that all ops make behind their own parsers.
/// The code that ODS generates reads the entries it knows and no others.
template <typename Op>
class CheckedModel : public mlir::OperationName::Impl {
public:
  explicit CheckedModel(mlir::Dialect *dialect)
      : CheckedModel(std::make_unique<Model>(dialect)) {}

  mlir::LogicalResult setPropertiesFromAttr(
      mlir::OperationName op, mlir::OpaqueProperties properties,
      mlir::Attribute attr,
      llvm::function_ref<mlir::InFlightDiagnostic()> emitError) final {
    if (failed(verifyPropertyWords(op, attr, emitError)))
      return mlir::failure();
    return model->setPropertiesFromAttr(op, properties, attr, emitError);
  }

  mlir::LogicalResult
  foldHook(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands,
           llvm::SmallVectorImpl<mlir::OpFoldResult> &results) final {
    return model->foldHook(op, operands, results);
  }
  void getCanonicalizationPatterns(mlir::RewritePatternSet &patterns,
                                   mlir::MLIRContext *context) final {
    model->getCanonicalizationPatterns(patterns, context);
  }
  bool hasTrait(mlir::TypeID trait) final { return model->hasTrait(trait); }
  mlir::OperationName::ParseAssemblyFn getParseAssemblyFn() final {
    return [parse = model->getParseAssemblyFn()](
               mlir::OpAsmParser &parser,
               mlir::OperationState &state) mutable -> mlir::ParseResult {
      return mlir::failure(failed(parse(parser, state)) ||
                           failed(finishParsing(state)));
    };
  }
  void populateDefaultAttrs(const mlir::OperationName &op,
                            mlir::NamedAttrList &attrs) final {
    model->populateDefaultAttrs(op, attrs);
  }
  void printAssembly(mlir::Operation *op, mlir::OpAsmPrinter &printer,
                     llvm::StringRef dialect) final {
    model->printAssembly(op, printer, dialect);
  }
  mlir::LogicalResult verifyInvariants(mlir::Operation *op) final {
    return isDeferred(op) ? verifyDeferred<Op>(op)
                          : model->verifyInvariants(op);
  }
  mlir::LogicalResult verifyRegionInvariants(mlir::Operation *op) final {
    return isDeferred(op) ? mlir::success() : model->verifyRegionInvariants(op);
  }
  std::optional<mlir::Attribute> getInherentAttr(mlir::Operation *op,
                                                 llvm::StringRef attr) final {
    return model->getInherentAttr(op, attr);
  }
  void setInherentAttr(mlir::Operation *op, mlir::StringAttr attr,
                       mlir::Attribute value) final {
    model->setInherentAttr(op, attr, value);
  }
  void populateInherentAttrs(mlir::Operation *op,
                             mlir::NamedAttrList &attrs) final {
    model->populateInherentAttrs(op, attrs);
  }
  mlir::LogicalResult verifyInherentAttrs(
      mlir::OperationName op, mlir::NamedAttrList &attrs,
      llvm::function_ref<mlir::InFlightDiagnostic()> emitError) final {
    return model->verifyInherentAttrs(op, attrs, emitError);
  }
  int getOpPropertyByteSize() final { return model->getOpPropertyByteSize(); }
  void initProperties(mlir::OperationName op, mlir::OpaqueProperties storage,
                      mlir::OpaqueProperties init) final {
    model->initProperties(op, storage, init);
  }
  void deleteProperties(mlir::OpaqueProperties properties) final {
    model->deleteProperties(properties);
  }
  void populateDefaultProperties(mlir::OperationName op,
                                 mlir::OpaqueProperties properties) final {
    model->populateDefaultProperties(op, properties);
  }
  mlir::Attribute getPropertiesAsAttr(mlir::Operation *op) final {
    return model->getPropertiesAsAttr(op);
  }
  void copyProperties(mlir::OpaqueProperties to,
                      mlir::OpaqueProperties from) final {
    model->copyProperties(to, from);
  }
  bool compareProperties(mlir::OpaqueProperties a,
                         mlir::OpaqueProperties b) final {
    return model->compareProperties(a, b);
  }
  llvm::hash_code hashProperties(mlir::OpaqueProperties properties) final {
    return model->hashProperties(properties);
  }

private:
  using Model = mlir::RegisteredOperationName::Model<Op>;

  explicit CheckedModel(std::unique_ptr<Model> unchecked)
      : Impl(unchecked->getName(), unchecked->getDialect(),
             unchecked->getTypeID(), std::move(unchecked->getInterfaceMap())),
        model(std::move(unchecked)) {}

  std::unique_ptr<Model> model;
};

/// Dialect::addOperations with these models.
template <typename... Ops>
void addCheckedOperations(mlir::Dialect *dialect) {
  (mlir::RegisteredOperationName::insert(
       std::make_unique<CheckedModel<Ops>>(dialect), Ops::getAttributeNames()),
   ...);
}

} // namespace dlc::dl
#endif // DLC_LIB_DIALECT_DL_WORDS_H
