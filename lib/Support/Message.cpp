//===- Message.cpp - Messages about a program -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Message.h"

#include "llvm/ADT/Twine.h"

using namespace llvm;
using namespace dlc;

char ProgramError::ID = 0;

ProgramError::ProgramError(Message message)
    : shown((message.file + ":" + Twine(message.line) + ":" +
             Twine(message.column) + ": error: " + message.text)
                .str()) {
  all.push_back(std::move(message));
}

Error dlc::makeProgramError(StringRef file, unsigned line, unsigned column,
                            const Twine &text) {
  return make_error<ProgramError>(
      Message{Message::Severity::Error, file.str(), line, column, text.str()});
}

std::vector<Message> dlc::takeMessages(Error error) {
  std::vector<Message> messages;
  handleAllErrors(
      std::move(error),
      [&](const ProgramError &program) {
        append_range(messages, program.messages());
      },
      [&](const ErrorInfoBase &other) {
        messages.push_back(
            {Message::Severity::Error, "", 0, 0, other.message()});
      });
  return messages;
}
