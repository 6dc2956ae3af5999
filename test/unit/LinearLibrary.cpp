//===- LinearLibrary.cpp - The hand-written model as a library ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands at the boundary of a shared library that dlc wrote. BROKEN_ABI
// makes one of another version of the interface.
//
//===----------------------------------------------------------------------===//

#include "LinearModel.h"

extern "C" const dlc_library *dlc_library_v1() {
#ifdef BROKEN_ABI
  static dlc_model model = dlc::test::linearModel;
  model.abi_version = DLC_ABI_VERSION + 1;
#else
  static const dlc_model &model = dlc::test::linearModel;
#endif
  static const dlc_library library = {&model, &dlc_runtime_api};
  return &library;
}
