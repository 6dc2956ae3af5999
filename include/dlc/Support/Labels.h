//===- Labels.h - Labels of classes -----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_LABELS_H
#define DLC_SUPPORT_LABELS_H

#include <cstdint>

namespace dlc {

/// The label of a place that does not count: the default of `ignore_index`, as
/// in PyTorch.
inline constexpr int64_t ignoredLabel = -100;

} // namespace dlc
#endif // DLC_SUPPORT_LABELS_H
