//===- Progress.cpp - Progress output of a training run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Progress.h"

#include "dlc/Support/Printable.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"

#include <chrono>
#include <cmath>

using namespace llvm;
using namespace dlc;

static constexpr double secondsBetweenLines = 0.1;

double dlc::steadySeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

unsigned Progress::standardOutputWidth() {
  if (!sys::Process::StandardOutIsDisplayed())
    return 0;
  // A terminal that does not tell its width is taken for a narrow one.
  unsigned columns = sys::Process::StandardOutColumns();
  return columns ? columns : 80;
}

bool Progress::due() const {
  return width != 0 &&
         (lastShown < 0 || clock() - lastShown >= secondsBetweenLines);
}

/// Drops columns, then letters, until `line` has at most `width` letters.
static StringRef fit(StringRef line, size_t width) {
  while (line.size() > width) {
    size_t column = line.rfind("  ");
    if (column == StringRef::npos)
      return line.take_front(width);
    line = line.take_front(column).rtrim();
  }
  return line;
}

void Progress::show(StringRef line) {
  if (width == 0)
    return;
  // The last column stays free: some terminals wrap when it is written. The
  // escape sequence erases the rest of a longer line before.
  os << '\r' << printable(fit(line, width - 1)) << "\x1b[K";
  os.flush();
  shown = true;
  lastShown = clock();
}

void Progress::print(StringRef line) {
  clear();
  os << printable(line) << '\n';
  os.flush();
}

void Progress::clear() {
  if (shown)
    os << "\r\x1b[K";
  shown = false;
}

std::string dlc::formatDuration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0)
    return "?";
  auto total = static_cast<int64_t>(std::llround(seconds));
  int64_t hours = total / 3600, minutes = total / 60 % 60;
  if (hours > 0)
    return formatv("{0}:{1,0+2}:{2,0+2}", hours, minutes, total % 60);
  return formatv("{0}:{1,0+2}", minutes, total % 60);
}
