//===- Compiler.cpp - The compiler as a C library -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compiler.h"

#include "dlc/Execution/Jit.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Version.h"
#include "dlc/Target/Output.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cstring>
#include <new>

using namespace llvm;
using namespace dlc;

struct dlc_compilation {
  /// The messages of the last call, and the same in the form of the interface.
  std::vector<Message> messages;
  std::vector<dlc_message> view;
  /// Null after an error of the first call.
  std::unique_ptr<Compilation> compilation;
  std::optional<LoadedCode> code;

  /// Begins a call.
  void begin();
  /// Ends a call: its messages as a caller sees them. `status` is that of an
  /// error that is not about the program.
  dlc_status end(Error error, dlc_status status);
};

void dlc_compilation::begin() {
  messages.clear();
  view.clear();
}

static int32_t severityOf(Message::Severity severity) {
  switch (severity) {
  case Message::Severity::Note:
    return DLC_NOTE;
  case Message::Severity::Remark:
    return DLC_REMARK;
  case Message::Severity::Warning:
    return DLC_WARNING;
  case Message::Severity::Error:
    return DLC_ERROR;
  }
  return DLC_ERROR;
}

dlc_status dlc_compilation::end(Error error, dlc_status status) {
  dlc_status result = DLC_OK;
  if (error) {
    result = error.isA<ProgramError>() ? DLC_ERROR_FORMAT : status;
    append_range(messages, takeMessages(std::move(error)));
  }
  for (Message &message : messages) {
    message.file = printable(message.file);
    message.text = printableLines(message.text);
    view.push_back({severityOf(message.severity),
                    static_cast<int32_t>(message.line),
                    static_cast<int32_t>(message.column), message.file.c_str(),
                    message.text.c_str()});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// The options in this version's struct.
static Error readSize(const dlc_compile_options &given,
                      dlc_compile_options &options) {
  const char *bytes = reinterpret_cast<const char *>(&given);
  if (given.size < sizeof(given.size))
    return makeError("size: {0}; expected sizeof(dlc_compile_options)",
                     given.size);
  for (size_t i = sizeof(options); i < given.size; ++i)
    if (bytes[i])
      return makeError("byte {0} of the options is not zero, but this version "
                       "knows only {1} bytes of them: it is an option of a "
                       "later version",
                       i, sizeof(options));
  options = {};
  memcpy(&options, bytes, std::min(given.size, sizeof(options)));
  return Error::success();
}

static Error readWords(StringRef field, const char *const *words, size_t number,
                       std::vector<std::string> &result) {
  if (number && !words)
    return makeError("{0}: null, but num_{0} is {1}", field, number);
  for (size_t i = 0; i < number; ++i) {
    if (!words[i])
      return makeError("{0}[{1}] is null", field, i);
    result.push_back(words[i]);
  }
  return Error::success();
}

static Expected<CompilerOptions> readOptions(const dlc_compile_options *given) {
  CompilerOptions result;
  if (!given)
    return result;
  dlc_compile_options options;
  if (Error error = readSize(*given, options))
    return std::move(error);
  if (options.optimization != DLC_OPTIMIZE &&
      options.optimization != DLC_PLAIN_LOOPS)
    return makeError("optimization: {0}; expected DLC_OPTIMIZE ({1}) or "
                     "DLC_PLAIN_LOOPS ({2})",
                     options.optimization, int(DLC_OPTIMIZE),
                     int(DLC_PLAIN_LOOPS));
  if (options.evaluation_only != 0 && options.evaluation_only != 1)
    return makeError("evaluation_only: {0}; expected 0 or 1",
                     options.evaluation_only);
  if (options.memory_budget < 0)
    return makeError("memory_budget: {0}; expected a number of bytes, or 0 for "
                     "no limit",
                     options.memory_budget);
  result.optLevel = options.optimization == DLC_PLAIN_LOOPS ? 0 : 2;
  result.evaluationOnly = options.evaluation_only;
  result.memoryBudget = options.memory_budget;
  if (options.cpu)
    result.cpu = options.cpu;
  if (options.remarks)
    result.remarks = options.remarks;
  if (Error error = checkRemarks(result.remarks))
    return makeError("remarks: " + toString(std::move(error)));
  if (Error error =
          readWords("batch", options.batch, options.num_batch, result.batch))
    return std::move(error);
  if (Error error = readWords("leave_out", options.leave_out,
                              options.num_leave_out, result.disabledPasses))
    return std::move(error);
  if (options.backend)
    result.backend = options.backend;
  Expected<const Backend *> backend = findBackend(result.backend);
  if (!backend)
    return makeError("backend: " + toString(backend.takeError()));
  for (StringRef pass : result.disabledPasses)
    if (Error error = checkOptionalPass(pass, **backend))
      return makeError("leave_out: " + toString(std::move(error)));
  return result;
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

/// Starts a compilation and runs all phases on the text that `open` gives.
static dlc_status
compile(const dlc_compile_options *given, dlc_status unreadable,
        function_ref<Expected<std::unique_ptr<MemoryBuffer>>()> open,
        dlc_compilation **out) {
  if (!out)
    return DLC_ERROR_ARGUMENT;
  *out = new (std::nothrow) dlc_compilation;
  if (!*out)
    return DLC_ERROR_MEMORY;
  dlc_compilation &self = **out;
  Expected<CompilerOptions> options = readOptions(given);
  if (!options)
    return self.end(options.takeError(), DLC_ERROR_ARGUMENT);
  options->sink = [&self](ArrayRef<Message> messages) {
    append_range(self.messages, messages);
  };
  auto text = open();
  if (!text)
    return self.end(text.takeError(), unreadable);
  auto compilation = Compilation::read(std::move(*text), *options);
  if (!compilation)
    return self.end(compilation.takeError(), DLC_ERROR_ARGUMENT);
  if (Error error = (*compilation)->runAll())
    return self.end(std::move(error), DLC_ERROR_FORMAT);
  self.compilation = std::move(*compilation);
  return self.end(Error::success(), DLC_OK);
}

dlc_status dlc_compile_text(const char *text, size_t bytes, const char *name,
                            const dlc_compile_options *options,
                            dlc_compilation **compilation) {
  return compile(
      options, DLC_ERROR_ARGUMENT,
      [&]() -> Expected<std::unique_ptr<MemoryBuffer>> {
        if (!text || !name)
          return makeError(text ? "name is null" : "text is null");
        return Compilation::openText(StringRef(text, bytes), name);
      },
      compilation);
}

dlc_status dlc_compile_file(const char *path,
                            const dlc_compile_options *options,
                            dlc_compilation **compilation) {
  return compile(
      options, path ? DLC_ERROR_IO : DLC_ERROR_ARGUMENT,
      [&]() -> Expected<std::unique_ptr<MemoryBuffer>> {
        if (!path)
          return makeError("path is null");
        return Compilation::open(path);
      },
      compilation);
}

/// Fails if there is nothing to write or load.
static Error checkCompiled(const dlc_compilation &compilation) {
  return compilation.compilation
             ? Error::success()
             : makeError("the program could not be compiled, so that there is "
                         "no code of it");
}

dlc_status dlc_compilation_load(dlc_compilation *compilation,
                                const dlc_library **library) {
  if (!compilation || !library)
    return DLC_ERROR_ARGUMENT;
  *library = nullptr;
  compilation->begin();
  if (Error error = checkCompiled(*compilation))
    return compilation->end(std::move(error), DLC_ERROR_ARGUMENT);
  if (!compilation->code) {
    Expected<LoadedCode> code = loadCode(*compilation->compilation, "model");
    if (!code)
      return compilation->end(code.takeError(), DLC_ERROR_FORMAT);
    compilation->code = std::move(*code);
  }
  *library = &compilation->code->library;
  return compilation->end(Error::success(), DLC_OK);
}

static Error write(Compilation &compilation, StringRef path) {
  PendingFiles files;
  const Backend &backend = compilation.getBackend();
  if (Error error =
          writeForm(compilation, backend.formOfSuffix(path), path, files))
    return error;
  return files.commit();
}

dlc_status dlc_compilation_write(dlc_compilation *compilation,
                                 const char *path) {
  if (!compilation || !path)
    return DLC_ERROR_ARGUMENT;
  compilation->begin();
  if (Error error = checkCompiled(*compilation))
    return compilation->end(std::move(error), DLC_ERROR_ARGUMENT);
  const Backend &backend = compilation->compilation->getBackend();
  if (backend.formOfSuffix(path).empty())
    return compilation->end(makeError("{0}: the suffix is not one of {1}", path,
                                      backend.suffixes()),
                            DLC_ERROR_ARGUMENT);
  return compilation->end(write(*compilation->compilation, path), DLC_ERROR_IO);
}

const dlc_message *dlc_compilation_messages(const dlc_compilation *compilation,
                                            size_t *count) {
  if (count)
    *count = compilation ? compilation->view.size() : 0;
  return compilation ? compilation->view.data() : nullptr;
}

void dlc_compilation_destroy(dlc_compilation *compilation) {
  delete compilation;
}

const char *dlc_compiler_version() { return versionNumber(); }
