//===- LargeStack.cpp - A call on a stack of known size -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/LargeStack.h"

#include "dlc/Support/Limits.h"

#include <pthread.h>

using namespace llvm;
using namespace dlc;

/// Set on the threads made here: calls nest (a tool's main, a phase).
static thread_local bool stackIsLarge = false;

static void *call(void *action) {
  stackIsLarge = true;
  (*static_cast<function_ref<void()> *>(action))();
  return nullptr;
}

void dlc::onLargeStack(function_ref<void()> action) {
  if (stackIsLarge)
    return action();
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return action();
  // llvm::thread ends the process where the system refuses a thread.
  constexpr size_t smallest = size_t(1) << 24;
  bool started = false;
  pthread_t thread;
  for (size_t bytes = limits::stackBytes; !started && bytes >= smallest;
       bytes /= 2)
    started = pthread_attr_setstacksize(&attributes, bytes) == 0 &&
              pthread_create(&thread, &attributes, call, &action) == 0;
  pthread_attr_destroy(&attributes);
  if (started)
    pthread_join(thread, nullptr);
  else
    action();
}
