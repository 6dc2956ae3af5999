//===- SanitizerOptions.cpp - Default options of sanitizers ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's own libraries are not instrumented. Their headers, compiled into our
// code, mark the free parts of memory pools as poisoned; the libraries hand out
// the same pools without taking the marks off.
//
//===----------------------------------------------------------------------===//

extern "C" const char *__asan_default_options();
extern "C" const char *__ubsan_default_options();

// An allocation that is too large gives null, as without the sanitizer.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=0:allocator_may_return_null=1";
}

// A finding ends the program, so that the test that runs it fails.
extern "C" const char *__ubsan_default_options() {
  return "halt_on_error=1:print_stacktrace=1";
}

// A finding ends the program, so that the test that runs it fails.
extern "C" const char *__ubsan_default_options() {
  return "halt_on_error=1:print_stacktrace=1";
}
