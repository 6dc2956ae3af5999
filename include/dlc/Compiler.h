//===- Compiler.h - The compiler as a C library -------------------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a program in `dl` within the process that wants to train with it,
// without files and without other programs (only a shared library is linked by
// the system's C compiler, as `dlc` does). Link with libdlc.so:
//
//   dlc_compile_options options = DLC_COMPILE_OPTIONS;
//   dlc_compilation *compilation;
//   const dlc_library *library;
//   dlc_handle *handle;
//   if (dlc_compile_text(text, strlen(text), "net.mlir", &options,
//                        &compilation) != DLC_OK ||
//       dlc_compilation_load(compilation, &library) != DLC_OK)
//     ... dlc_compilation_messages(compilation) ...
//   library->api->create(library->model, 0, &handle);
//   library->api->run(handle, step, buffers);
//
// Plain C99. Nothing here prints, or changes how the process handles signals.
// Errors in programs, options and files are a status and messages.
// Different threads may use different compilations at once; one compilation
// must not be used by two threads at a time. As in every program with LLVM, the
// process ends if the system refuses memory to the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_COMPILER_H
#define DLC_COMPILER_H

#include "dlc/Runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dlc_optimization {
  DLC_OPTIMIZE = 0,   ///< everything; `dlc -O2`
  DLC_PLAIN_LOOPS = 1 ///< for comparison and debugging; `dlc -O0`
} dlc_optimization;

/// How to compile. Zero and null are the defaults. Later versions add fields at
/// the end: `size` says which of them the caller knows. A library that is older
/// than the caller refuses a field that it does not know and that is not zero.
typedef struct dlc_compile_options {
  size_t size;          ///< sizeof(dlc_compile_options)
  const char *cpu;      ///< as LLVM names it; null: the one of this process
  int32_t optimization; ///< dlc_optimization
  /// 1: only steps that leave the state as it is.
  int32_t evaluation_only;
  /// Bytes that a step may use beside state, inputs and outputs; what does not
  /// fit is computed again. 0: no limit.
  int64_t memory_budget;
  /// Batches to compile steps for, each as `dlc --batch` takes it:
  /// "predict=1to64".
  const char *const *batch;
  size_t num_batch;
  /// Optional passes to do without, as of `dlc --leave-out`.
  const char *const *leave_out;
  size_t num_leave_out;
  /// A regular expression for the names of passes that report their decisions
  /// and the reasons; these remarks are messages. Null: none.
  const char *remarks;
  /// The backend that makes the code, as of `dlc --backend`; null: "cpu".
  const char *backend;
} dlc_compile_options;

/// To begin with: all defaults.
#define DLC_COMPILE_OPTIONS                                                    \
  {sizeof(dlc_compile_options), NULL, 0, 0, 0, NULL, 0, NULL, 0, NULL, NULL}

typedef enum dlc_severity {
  DLC_NOTE = 0, ///< about the message before it
  DLC_REMARK = 1,
  DLC_WARNING = 2,
  DLC_ERROR = 3
} dlc_severity;

/// One sentence, and the place in the program that it is about. Control
/// characters of names are written as \xNN.
typedef struct dlc_message {
  int32_t severity;     ///< dlc_severity
  int32_t line, column; ///< from 1 on; 0: no location
  const char *file;     ///< never null; "": no location
  const char *text;     ///< never null
} dlc_message;

/// A program on its way to code.
typedef struct dlc_compilation dlc_compilation;

/// Compiles the program in `text`, which messages call `name`. Null options are
/// the defaults. After an error too there is a compilation, which has the
/// messages and nothing else; it is null only where memory is out or
/// `compilation` is. DLC_ERROR_ARGUMENT: an option cannot be used;
/// DLC_ERROR_FORMAT: the program is wrong.
dlc_status dlc_compile_text(const char *text, size_t bytes, const char *name,
                            const dlc_compile_options *options,
                            dlc_compilation **compilation);

/// The same of the program in a file. DLC_ERROR_IO: it cannot be read.
dlc_status dlc_compile_file(const char *path,
                            const dlc_compile_options *options,
                            dlc_compilation **compilation);

/// Makes machine code in this process. The model and its functions, which are
/// those of the dlc_api alone, live until the compilation is destroyed; handles
/// have to be destroyed before. A second call gives the same library.
dlc_status dlc_compilation_load(dlc_compilation *compilation,
                                const dlc_library **library);

/// Writes a file; the suffix says what, as of `dlc -o`: .so (and a header .h
/// beside it), .o, .s, .ll, or .mlir. Files appear whole or not at all.
/// DLC_ERROR_IO: it cannot be written; DLC_ERROR_ARGUMENT: another suffix.
dlc_status dlc_compilation_write(dlc_compilation *compilation,
                                 const char *path);

/// The messages of the last call on this compilation, an error last of all but
/// its notes, and their number. They live until the next call.
const dlc_message *dlc_compilation_messages(const dlc_compilation *compilation,
                                            size_t *count);

void dlc_compilation_destroy(dlc_compilation *compilation); ///< null is allowed

/// The version of the compiler, as of `dlc --version`.
const char *dlc_compiler_version(void);

#ifdef __cplusplus
}
#endif
#endif // DLC_COMPILER_H
