//===- SanitizerOptions.cpp - What sanitizers may not ask for -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's own libraries are not instrumented. Their headers, compiled into our
// code, mark the free parts of memory pools as poisoned; the libraries hand out
// the same pools without taking the marks off.
//
//===----------------------------------------------------------------------===//

extern "C" const char *__asan_default_options();

extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=0";
}
