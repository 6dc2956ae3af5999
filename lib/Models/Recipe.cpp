//===- Recipe.cpp - Training recipe of a reference model ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Recipe.h"

#include "dlc/Models/Functional.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Program;
using nn::Tensor;

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

ArrayRef<StringRef> models::optimizerNames() {
  static constexpr StringRef names[] = {"sgd", "adam", "adamw"};
  return names;
}

Recipe models::chooseRecipe(const ModelOptions &options, Recipe own) {
  StringRef wanted = options.optimizer.value;
  if (wanted.empty() || wanted == own.optimizer)
    return own;
  own.optimizer = wanted;
  own.lr = wanted == "sgd" ? 0.05 : 1e-3;
  own.weightDecay = wanted == "sgd" ? 5e-4 : wanted == "adamw" ? 0.01 : 0;
  return own;
}

static Attribute makeRule(Program &program, const Recipe &recipe) {
  MLIRContext *context = program.context();
  Builder &b = program.attributes();
  auto number = [&](double value) { return b.getF64FloatAttr(value); };
  Attribute decay = number(0);
  if (recipe.weightDecay)
    decay = FlatSymbolRefAttr::get(context, "weight_decay");
  if (recipe.optimizer == "sgd")
    return dl::SgdAttr::get(context, /*momentum=*/number(0.9),
                            /*dampening=*/number(0), /*nesterov=*/false, decay,
                            /*decoupledWeightDecay=*/false);
  if (recipe.optimizer == "adamw")
    return dl::AdamwAttr::get(context, number(0.9), number(0.999), number(1e-8),
                              decay, /*amsgrad=*/false);
  return dl::AdamAttr::get(context, number(0.9), number(0.999), number(1e-8),
                           decay, /*amsgrad=*/false,
                           /*decoupledWeightDecay=*/false);
}

void models::declareOptimizer(Program &program, const Recipe &recipe) {
  program.hyperParameter("lr", recipe.lr);
  if (recipe.weightDecay)
    program.hyperParameter("weight_decay", recipe.weightDecay);
  program.optimizer(recipe.optimizer, makeRule(program, recipe));
}

void models::descend(Tensor loss, const Recipe &recipe) {
  Program &program = loss.program();
  program.minimize(loss, recipe.optimizer, {"*"},
                   program.readHyperParameter("lr"), recipe.minimize);
}

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

Dropout::Dropout(Program &program, const ModelOptions &options)
    : isUsed(options.dropout.value_or(0) > 0) {
  if (isUsed)
    program.hyperParameter("dropout", *options.dropout);
}

Tensor Dropout::operator()(Tensor x) const {
  if (!isUsed)
    return x;
  return nn::dropout(x, x.program().readHyperParameter("dropout"));
}

//===----------------------------------------------------------------------===//
// Initial distributions
//===----------------------------------------------------------------------===//

/// Gives all weights, which have two dimensions or more, `weight`, and all
/// biases 0.
static void initializeWeights(Program &program,
                              function_ref<Attribute(int64_t rank)> weight) {
  program.initialize([&](StringRef name, RankedTensorType type) -> Attribute {
    if (name.ends_with("bias"))
      return dl::ZerosAttr::get(program.context());
    return type.getRank() > 1 ? weight(type.getRank()) : Attribute();
  });
}

void models::initializeForRelu(Program &program) {
  MLIRContext *context = program.context();
  initializeWeights(program, [&](int64_t rank) -> Attribute {
    return dl::KaimingNormalAttr::get(
        context, program.attributes().getF64FloatAttr(0),
        rank > 2 ? dl::FanMode::FanOut : dl::FanMode::FanIn,
        dl::Nonlinearity::Relu);
  });
}

void models::initializeNormal(Program &program, double deviation) {
  MLIRContext *context = program.context();
  Builder &b = program.attributes();
  initializeWeights(program, [&](int64_t) -> Attribute {
    return dl::NormalAttr::get(context, b.getF64FloatAttr(0),
                               b.getF64FloatAttr(deviation));
  });
}
