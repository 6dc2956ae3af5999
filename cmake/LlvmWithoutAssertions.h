//===- LlvmWithoutAssertions.h - LLVM as its libraries have it --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Included first by each file of a debug build, which has assertions. What
// llvm::Statistic is, a base of the statistics of passes, depends on NDEBUG,
// and LLVM's libraries are built with it.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_CMAKE_LLVMWITHOUTASSERTIONS_H
#define DLC_CMAKE_LLVMWITHOUTASSERTIONS_H

#ifdef NDEBUG
#error "a debug build is one without NDEBUG"
#endif

#define NDEBUG
#include "llvm/ADT/Statistic.h"
#undef NDEBUG
#include <cassert> // again, with assertions

static_assert(std::is_same_v<llvm::Statistic, llvm::NoopStatistic>);

#endif // DLC_CMAKE_LLVMWITHOUTASSERTIONS_H
