//===- Classifier.h - The steps of a model that names images ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_CLASSIFIER_H
#define DLC_LIB_MODELS_CLASSIFIER_H

#include "dlc/Models/Program.h"

namespace dlc::models {

/// What the steps of a classifier need to know.
struct ClassifierShape {
  int64_t batch, classes;
  /// Of one image as the network takes it: C x H x W.
  nn::Shape image;
};

/// Adds `@net` with the body `network` and the steps `train`, `evaluate` and
/// `predict`: images are bytes (N x H x W for one channel, otherwise N x C x H
/// x W) and reach the network as numbers from 0 to 1; labels are ui8 up to 256
/// classes, otherwise i32. Trains all parameters with Adam at the
/// hyper-parameter `lr`.
void addClassifier(nn::Program &program, const ClassifierShape &shape,
                   double learningRate,
                   llvm::function_ref<nn::Tensor(nn::Tensor)> network);

} // namespace dlc::models
#endif // DLC_LIB_MODELS_CLASSIFIER_H
