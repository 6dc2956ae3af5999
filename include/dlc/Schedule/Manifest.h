//===- Manifest.h - State and steps of a model as an attribute --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SCHEDULE_MANIFEST_H
#define DLC_SCHEDULE_MANIFEST_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc {

/// The manifest of a model whose steps are functions: what
/// `dl-destination-style` puts on the module.
dl::ManifestAttr describeModel(dl::ModelOp model);

} // namespace dlc
#endif // DLC_SCHEDULE_MANIFEST_H
