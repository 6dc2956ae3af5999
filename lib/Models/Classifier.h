//===- Classifier.h - The steps of a model that names images ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_CLASSIFIER_H
#define DLC_LIB_MODELS_CLASSIFIER_H

#include "Recipe.h"

namespace dlc::models {

/// Sizes of a classifier, for its steps.
struct ClassifierShape {
  int64_t batch, classes;
  /// The shape of one input image of the network: C x H x W.
  nn::Shape image;
};

/// The type of the labels of so many classes: ui8 up to 256, otherwise i32.
mlir::Type labelType(nn::Program &program, int64_t classes);

/// The type of a batch of images as data have them, bytes without a dimension
/// for one channel; `shape` is N x C x H x W.
mlir::RankedTensorType imageType(nn::Program &program,
                                 llvm::ArrayRef<int64_t> shape);
/// Bytes as numbers from 0 to 1, N x C x H x W.
nn::Tensor prepareImages(nn::Tensor image, llvm::ArrayRef<int64_t> shape);

/// Adds `@net` with the body `network` and the steps `train`, `evaluate` and
/// `predict`: images are bytes (N x H x W for one channel, otherwise N x C x H
/// x W) and reach the network as numbers from 0 to 1.
///
/// The first result of the network are the logits. What follows are logits of
/// auxiliary heads, whose losses count `auxiliaryWeight` each in training.
void addClassifier(nn::Program &program, const ClassifierShape &shape,
                   const Recipe &recipe,
                   llvm::function_ref<nn::Tensors(nn::Tensor)> network,
                   double auxiliaryWeight = 0);

/// Makes the outputs of a step that trains or evaluates of logits and labels,
/// the loss first.
using Score =
    llvm::function_ref<nn::Outputs(nn::Tensor logits, nn::Tensor label)>;

/// The same for a network with any inputs: `inputs`, and labels of the type
/// `label`. `evaluation`, if given, makes the outputs of the step that
/// evaluates.
void addFeatureClassifier(
    nn::Program &program, const Recipe &recipe, const nn::Inputs &inputs,
    mlir::RankedTensorType label,
    llvm::function_ref<nn::Tensor(llvm::ArrayRef<nn::Tensor>)> network,
    Score score, Score evaluation = nullptr);

/// The same, with a class for each entry of the batch.
void addFeatureClassifier(
    nn::Program &program, const ModelOptions &options, const Recipe &recipe,
    const nn::Inputs &inputs,
    llvm::function_ref<nn::Tensor(llvm::ArrayRef<nn::Tensor>)> network);

} // namespace dlc::models
#endif // DLC_LIB_MODELS_CLASSIFIER_H
