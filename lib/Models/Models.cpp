//===- Models.cpp - The table of reference models -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Models.h"

using namespace dlc;
using namespace dlc::models;

llvm::ArrayRef<ModelEntry> models::entries() {
  static constexpr ModelEntry table[] = {
      {"lenet5",
       "LeNet-5 for grey images of 28 x 28 (LeCun et al., Proceedings of the "
       "IEEE 1998)",
       {/*batch=*/64, /*classes=*/10},
       buildLeNet5},
      {"resnet18",
       "ResNet-18 for colour images of 224 x 224 (He et al., CVPR 2016)",
       {/*batch=*/32, /*classes=*/1000},
       buildResNet18},
      {"resnet34",
       "ResNet-34 for colour images of 224 x 224 (He et al., CVPR 2016)",
       {/*batch=*/32, /*classes=*/1000},
       buildResNet34},
      {"resnet50",
       "ResNet-50 for colour images of 224 x 224 (He et al., CVPR 2016)",
       {/*batch=*/32, /*classes=*/1000},
       buildResNet50},
  };
  return table;
}
