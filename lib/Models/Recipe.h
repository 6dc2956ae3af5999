//===- Recipe.h - Training recipe of a reference model ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_RECIPE_H
#define DLC_LIB_MODELS_RECIPE_H

#include "dlc/Models/Models.h"

namespace dlc::models {

/// The names of the optimizers that a recipe may have.
llvm::ArrayRef<llvm::StringRef> optimizerNames();

/// An optimizer with its learning rate and weight decay, which are the
/// hyper-parameters `lr` and, where there is some, `weight_decay`.
struct Recipe {
  llvm::StringRef optimizer = "adam";
  double lr = 1e-3;
  double weightDecay = 0;
  nn::MinimizeOptions minimize = {};
};

/// `own` where the user wants its optimizer or none, otherwise the usual
/// learning rate and weight decay of the optimizer that is wanted.
Recipe chooseRecipe(const ModelOptions &options, Recipe own);

/// Declares the optimizer and its hyper-parameters.
void declareOptimizer(nn::Program &program, const Recipe &recipe);
/// Within a step: descends on the loss along all parameters.
void descend(nn::Tensor loss, const Recipe &recipe);

/// Dropout with the hyper-parameter `dropout`, which `declareDropout` declares.
/// A model without the option, or with a probability of 0, has none.
class Dropout {
public:
  Dropout(nn::Program &program, const ModelOptions &options);
  nn::Tensor operator()(nn::Tensor x) const;

private:
  bool isUsed;
};

/// He et al.'s normal distribution for the weights, 0 for the biases, as
/// torchvision initialises convolutional networks. What layers declare as ones
/// and zeros stays.
void initializeForRelu(nn::Program &program);
/// A normal distribution with mean 0 for the weights, 0 for the biases.
void initializeNormal(nn::Program &program, double deviation);

} // namespace dlc::models
#endif // DLC_LIB_MODELS_RECIPE_H
