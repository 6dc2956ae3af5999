//===- Progress.h - Progress output of a training run -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_PROGRESS_H
#define DLC_TRAINING_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <functional>
#include <string>

namespace dlc {

/// Seconds from some fixed moment, never going back.
using Clock = std::function<double()>;
double steadySeconds();

/// One line that is rewritten in place on a terminal, and lines that stay.
/// Elsewhere (a file, a pipe) only the lines that stay are written.
class Progress {
public:
  /// `width` is 0 where `os` is not a terminal.
  Progress(llvm::raw_ostream &os, unsigned width, Clock clock = steadySeconds)
      : os(os), width(width), clock(std::move(clock)) {}
  ~Progress() { clear(); }

  /// For standard output: a terminal's width if it is one.
  static unsigned standardOutputWidth();

  double now() const { return clock(); }

  /// Whether a transient line would be shown now: at most ten in a second,
  /// since printing must not slow training down.
  bool due() const;
  /// Replaces the transient line. Columns, which two spaces separate, are left
  /// out from the end until it fits the terminal.
  void show(llvm::StringRef line);
  /// Writes a line that stays.
  void print(llvm::StringRef line);

private:
  void clear();

  llvm::raw_ostream &os;
  unsigned width;
  Clock clock;
  double lastShown = -1;
  bool shown = false;
};

/// "0:32", "12:05", "3:07:00".
std::string formatDuration(double seconds);

} // namespace dlc
#endif // DLC_TRAINING_PROGRESS_H
