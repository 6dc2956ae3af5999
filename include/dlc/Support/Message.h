//===- Message.h - Messages about a program ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_MESSAGE_H
#define DLC_SUPPORT_MESSAGE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace dlc {

/// One sentence about a program, and the place that it is about.
struct Message {
  enum class Severity { Note, Remark, Warning, Error };
  Severity severity = Severity::Error;
  std::string file;              ///< empty: no place in a file
  unsigned line = 0, column = 0; ///< from 1 on; 0: unknown
  std::string text;
};

/// An error of a program, with its messages. Its text is what a terminal shows:
/// all of them, with the lines of the source.
class ProgramError : public llvm::ErrorInfo<ProgramError> {
public:
  static char ID;
  ProgramError(std::vector<Message> messages, std::string shown)
      : all(std::move(messages)), shown(std::move(shown)) {}
  /// An error with one message, shown as `file:line:column: error: text`.
  explicit ProgramError(Message message);

  const std::vector<Message> &messages() const { return all; }

  void log(llvm::raw_ostream &os) const override { os << shown; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  std::vector<Message> all;
  std::string shown;
};

/// A ProgramError of one message with a place in a text.
llvm::Error makeProgramError(llvm::StringRef file, unsigned line,
                             unsigned column, const llvm::Twine &text);

/// The messages of an error: those of a ProgramError, or one without a place.
std::vector<Message> takeMessages(llvm::Error error);

} // namespace dlc
#endif // DLC_SUPPORT_MESSAGE_H
