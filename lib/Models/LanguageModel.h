//===- LanguageModel.h - The steps of a language model ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_LANGUAGEMODEL_H
#define DLC_LIB_MODELS_LANGUAGEMODEL_H

#include "Recipe.h"

namespace dlc::models {

/// Adds `@net` with the body `network`, which takes texts of length x batch to
/// logits of length x batch x vocabulary, and the steps `train` and `evaluate`
/// on `text` and `next`, the characters that follow. Characters are numbers
/// below the vocabulary, ui8 up to 256.
void addLanguageModel(nn::Program &program, const ModelOptions &options,
                      const Recipe &recipe,
                      llvm::function_ref<nn::Tensor(nn::Tensor)> network);

/// Adds a step `sample`, which continues `first` by as many characters as
/// `draw` gives, an i32 tensor of one dimension. They are drawn from the
/// softmax of logits divided by the hyper-parameter `temperature`.
void addSampling(
    nn::Program &program, const ModelOptions &options,
    llvm::function_ref<nn::Tensor(nn::Tensor first, nn::Tensor temperature)>
        draw);

/// The character of each row of logits whose logit over the temperature is the
/// greatest after Gumbel noise is added, which draws it from the softmax.
nn::Tensor drawCharacter(nn::Tensor logits, nn::Tensor temperature,
                         nn::Tensor noise);

} // namespace dlc::models
#endif // DLC_LIB_MODELS_LANGUAGEMODEL_H
