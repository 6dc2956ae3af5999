//===- Report.cpp - What tools say at their end ---------------------------===//

#include "dlc/Support/Report.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <new>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

/// The length of the character at the start of `text` that a terminal only
/// shows, or 0.
static size_t printableLength(StringRef text) {
  unsigned char lead = text.front();
  if (lead < 0x80)
    return isPrint(lead) || lead == '\n' || lead == '\t' ? 1 : 0;
  size_t length = getNumBytesForUTF8(lead);
  if (length > text.size())
    return 0;
  auto *begin = reinterpret_cast<const UTF8 *>(text.bytes_begin());
  if (!isLegalUTF8Sequence(begin, begin + length))
    return 0;
  // U+0080 to U+009F are control characters too.
  return lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0 ? 0
                                                                    : length;
}

std::string dlc::escaped(StringRef text) {
  std::string result;
  raw_string_ostream os(result);
  while (!text.empty()) {
    size_t length = printableLength(text);
    if (length)
      os << text.take_front(length);
    else
      os << "\\x" << toHex(text.take_front(1));
    text = text.drop_front(std::max<size_t>(length, 1));
  }
  return result;
}

int dlc::reportError(StringRef tool, Error error) {
  WithColor::error(errs(), tool) << escaped(toString(std::move(error))) << '\n';
  return 1;
}

static StringRef guardedTool;

/// Ends the process; destructors of what is half done do not run.
[[noreturn]] static void endProcess(const Twine &message) {
  reportError(guardedTool, makeError(message));
  sys::RunInterruptHandlers(); // removes temporaries
  _exit(1);
}

static void endForMemory() {
  // Nothing that allocates.
  static constexpr char message[] = ": error: out of memory\n";
  for (StringRef part : {guardedTool, StringRef(message)}) [[maybe_unused]]
    ssize_t written = write(STDERR_FILENO, part.data(), part.size());
  sys::RunInterruptHandlers();
  _exit(1);
}

void dlc::guardTool(StringLiteral tool) {
  guardedTool = tool;
  std::set_new_handler(endForMemory);
  install_bad_alloc_error_handler(
      [](void *, const char *, bool) { endForMemory(); });
  install_fatal_error_handler([](void *, const char *reason, bool) {
    endProcess(Twine("internal error: ") + reason);
  });
  // The stream is made before the handler is registered, and so destroyed
  // behind it.
  (void)outs();
  std::atexit([] {
    outs().flush();
    if (!outs().has_error())
      return;
    std::error_code error = outs().error();
    outs().clear_error();
    endProcess("standard output: cannot be written: " + error.message());
  });
}
