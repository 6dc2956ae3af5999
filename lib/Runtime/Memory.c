//===- Memory.c - Aligned, zeroed memory ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// From this size on a block starts on a huge page and asks for more of them:
// steps walk over all of it, and with small pages they would spend their time
// in the page tables.
static const int64_t huge_block = (int64_t)4 << 20;
static const size_t huge_page = (size_t)2 << 20;

void *dlc_rt_allocate(int64_t bytes) {
  // PTRDIFF_MAX is what pointers into a block can span.
  if (bytes < 0 || (uint64_t)bytes > (uint64_t)PTRDIFF_MAX - huge_page)
    return NULL;
  bool huge = bytes >= huge_block;
  size_t alignment = huge ? huge_page : (size_t)DLC_RT_ALIGNMENT;
  // Up to a whole vector, and never nothing: a vector load that starts inside
  // also ends inside, and a model without state has a pointer all the same.
  size_t size =
      ((size_t)bytes + DLC_RT_ALIGNMENT) & ~(size_t)(DLC_RT_ALIGNMENT - 1);
  void *memory;
  if (posix_memalign(&memory, alignment, size))
    return NULL;
  // Whole pages that the system takes back read as zero when they are touched
  // next: of the arena no more is ever filled than the steps that run use.
  size_t zeroed = 0;
#ifdef __linux__
  if (huge) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = size / page * page;
    if (madvise(memory, pages, MADV_DONTNEED) == 0)
      zeroed = pages;
    // A hint: without huge pages everything works, only slower.
    (void)madvise(memory, size, MADV_HUGEPAGE);
  }
#endif
  memset((char *)memory + zeroed, 0, size - zeroed);
  return memory;
}

void *dlc_rt_allocate_scratch(const dlc_model *model, unsigned kinds) {
  int64_t largest = 0;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!dlc_rt_has_kind(state, kinds))
      continue;
    int64_t bytes = dlc_rt_num_bytes(&state->tensor);
    if (bytes > largest)
      largest = bytes;
  }
  return dlc_rt_allocate(largest);
}
