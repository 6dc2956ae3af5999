//===- ElementTypesTest.cpp - Types that programs may have ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/ElementTypes.h"

#include "Corpus.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

namespace {

/// The constraints of ops (DlBase.td) accept the types that the table says are
/// of the language, and no others.
TEST(ElementTypesTest, OpsAcceptTheTypesOfTheLanguage) {
  test::Corpus corpus;
  MLIRContext &context = corpus.context();
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) {});
  for (const ElementType &type : elementTypes()) {
    std::string tensor = "tensor<2x" + type.name.str() + ">";
    std::string text = "dl.model @m {\n  dl.step @s(%x: " + tensor +
                       ") -> (y: " + tensor +
                       ") {\n    dl.return %x : " + tensor + "\n  }\n}\n";
    EXPECT_EQ(bool(parseSourceString<ModuleOp>(text, &context)),
              type.inLanguage)
        << type.name.str();
    text = "dl.model @m {\n  dl.step @s(%x: " + tensor +
           ") -> (y: tensor<2x1x" + type.name.str() +
           ">) {\n    %y = dl.reshape %x : " + tensor + " to tensor<2x1x" +
           type.name.str() + ">\n    dl.return %y : tensor<2x1x" +
           type.name.str() + ">\n  }\n}\n";
    EXPECT_EQ(bool(parseSourceString<ModuleOp>(text, &context)),
              type.inLanguage)
        << type.name.str();
  }
}

} // namespace
