//===- Diagnostics.cpp - Diagnostics of a compilation ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Diagnostics.h"
#include "ParserMessages.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace dlc;

static Message::Severity severityOf(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return Message::Severity::Note;
  case DiagnosticSeverity::Remark:
    return Message::Severity::Remark;
  case DiagnosticSeverity::Warning:
    return Message::Severity::Warning;
  case DiagnosticSeverity::Error:
    return Message::Severity::Error;
  }
  return Message::Severity::Error;
}

/// A diagnostic as a message. Where a program was built without a file, the
/// name of the layer stands in for the place.
static Message makeMessage(const Diagnostic &diagnostic, StringRef text) {
  Message message;
  message.severity = severityOf(diagnostic.getSeverity());
  message.text = text.str();
  Location location = diagnostic.getLocation();
  if (auto place = location->findInstanceOf<FileLineColLoc>()) {
    message.file = place.getFilename().str();
    message.line = place.getLine();
    message.column = place.getColumn();
  } else if (auto name = location->findInstanceOf<NameLoc>()) {
    message.text = (name.getName().getValue() + ": " + text).str();
  }
  return message;
}

/// The program from the place of a diagnostic on; empty where it has none.
static StringRef textAt(const llvm::SourceMgr &sources,
                        const Diagnostic &diagnostic) {
  auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
  if (!place || !sources.getNumBuffers())
    return {};
  unsigned id = sources.getMainFileID();
  SMLoc loc = const_cast<llvm::SourceMgr &>(sources).FindLocForLineAndColumn(
      id, place.getLine(), place.getColumn());
  if (!loc.isValid())
    return {};
  const char *end = sources.getMemoryBuffer(id)->getBufferEnd();
  return StringRef(loc.getPointer(), end - loc.getPointer());
}

Compilation::Diagnostics::Diagnostics(MLIRContext &context)
    : context(context), stream(shown), handler(sources, &context, stream) {
  // Asked before the other, which makes the text.
  recorder = context.getDiagEngine().registerHandler([&](Diagnostic &given) {
    if (!messages.empty() && repeatsEarlierMessage(given.str()))
      return success();
    StringRef program;
    if (sources.getNumBuffers())
      program = sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
    std::string better = explainParserMessage(context, given.str(),
                                              textAt(sources, given), program);
    messages.push_back(
        makeMessage(given, better.empty() ? given.str() : better));
    if (!better.empty())
      handler.emitDiagnostic(given.getLocation(), better, given.getSeverity());
    for (Diagnostic &note : given.getNotes()) {
      // Others of the parser list dialects; those to other messages are shown
      // with them.
      bool isUse = note.str() == "prior use here";
      std::string text = isUse ? "the type before is from here" : note.str();
      messages.push_back(makeMessage(note, text));
      if (!better.empty() && isUse)
        handler.emitDiagnostic(note.getLocation(), text, note.getSeverity());
    }
    return success(!better.empty());
  });
}

Compilation::Diagnostics::~Diagnostics() {
  context.getDiagEngine().eraseHandler(recorder);
}

void Compilation::Diagnostics::clear() {
  messages.clear();
  shown.clear();
}

llvm::Error Compilation::Diagnostics::makeError(StringRef otherwise) const {
  if (messages.empty())
    return llvm::make_error<ProgramError>(
        std::vector{
            Message{Message::Severity::Error, "", 0, 0, otherwise.str()}},
        otherwise.str());
  return llvm::make_error<ProgramError>(messages, text().str());
}

namespace {
/// Prints the remarks of passes like other diagnostics.
class RemarkPrinter : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    InFlightDiagnostic diag = emitRemark(remark.getLocation());
    diag << remark.getCategoryName() << ": @" << remark.getFunction() << ": ";
    for (const remark::detail::Remark::Arg &arg : remark.getArgs())
      diag << arg.val;
  }
};
} // namespace

LogicalResult dlc::enableRemarks(MLIRContext &context, StringRef passes) {
  remark::RemarkCategories categories;
  // A category is matched as a whole.
  std::string all = (".*(" + passes + ").*").str();
  categories.passed = categories.missed = categories.analysis =
      categories.failed = all;
  return remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}
