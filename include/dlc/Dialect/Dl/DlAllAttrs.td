//===- DlAllAttrs.td - All attributes of the dialect -------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_ALL_ATTRS_TD
#define DL_ALL_ATTRS_TD

include "dlc/Dialect/Dl/DlAttrs.td"
include "dlc/Dialect/Dl/Manifest.td"
include "dlc/Dialect/Dl/Optimizer.td"

#endif // DL_ALL_ATTRS_TD
