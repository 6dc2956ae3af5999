//===- FastModel.h - Whether roundings may change ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_FASTMODEL_H
#define DLC_LIB_TRANSFORMS_FASTMODEL_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc {

/// Returns true if the model that `op` is part of has the attribute `fastmath`.
inline bool allowsFastMath(mlir::Operation *op) {
  auto model = op->getParentOfType<dl::ModelOp>();
  return model && model.getFastmath();
}

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_FASTMODEL_H
