//===- ChannelsLast.h - Orders of dimensions inside of steps ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_CHANNELSLAST_H
#define DLC_LIB_TRANSFORMS_CHANNELSLAST_H

#include <cstdint>

namespace dlc {

/// N x C x H x W to N x H x W x C, and O x I x KH x KW to KH x KW x I x O.
inline constexpr int64_t imageToLast[] = {0, 2, 3, 1};
inline constexpr int64_t filterToLast[] = {2, 3, 1, 0};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_CHANNELSLAST_H
