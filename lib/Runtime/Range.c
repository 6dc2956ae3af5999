//===- Range.c - Ranges of hyper-parameters -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Range.h"

#include <math.h>

bool dlc_rt_is_in_range(int32_t range, double value) {
  switch (range) {
  case DLC_NOT_NEGATIVE:
    return isfinite(value) && value >= 0;
  case DLC_UP_TO_ONE:
    return value >= 0 && value <= 1;
  case DLC_BELOW_ONE:
    return value >= 0 && value < 1;
  default:
    return isfinite(value);
  }
}

const char *dlc_rt_describe_range(int32_t range) {
  switch (range) {
  case DLC_NOT_NEGATIVE:
    return "0 or more";
  case DLC_UP_TO_ONE:
    return "from 0 to 1";
  case DLC_BELOW_ONE:
    return "from 0 on and less than 1";
  default:
    return "finite";
  }
}
