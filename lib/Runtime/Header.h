//===- Header.h - The header of a safetensors file ----------------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening a file, the grammar of its header, and the little JSON that it needs.
// All that reads checkpoints reads them through this: the loader, and what
// keeps text beside the tensors.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_HEADER_H
#define DLC_RUNTIME_HEADER_H

#include "dlc/Runtime.h"

#include <stdbool.h>
#include <sys/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  DLC_RT_MAX_RANK = 32,         ///< of shapes and of views
  DLC_RT_MAX_DTYPE = 15,        ///< letters of a type's name in a file
  DLC_RT_MAX_HEADER = 100000000 ///< bytes; the format's own limit
};

/// The one name in a header that does not belong to a tensor.
#define DLC_RT_METADATA "__metadata__"

//===--- Json.c -----------------------------------------------------------===//

/// A position in a JSON text. The first error stays: all later calls fail.
typedef struct dlc_rt_json {
  char *begin, *at, *end;
  const char *error; ///< null, or the error at `at`
} dlc_rt_json;

/// The length of the UTF-8 sequence at `at`, or 0 if it is invalid: cut short,
/// a longer form than needed, half of a surrogate pair, or beyond U+10FFFF.
int dlc_rt_utf8_length(const char *at, const char *end);

/// Fails unless the text is UTF-8.
bool dlc_rt_json_check_utf8(dlc_rt_json *json);
/// Skips white space; true, and past it, when `symbol` comes next.
bool dlc_rt_json_accept(dlc_rt_json *json, char symbol);
/// The same, but anything else is the error `what`.
bool dlc_rt_json_expect(dlc_rt_json *json, char symbol, const char *what);
/// A string, decoded where it stands and ended with a null; null on error.
char *dlc_rt_json_string(dlc_rt_json *json);
/// An integer from 0 to 2^63 - 1.
bool dlc_rt_json_integer(dlc_rt_json *json, int64_t *value);
/// Only white space may be left.
bool dlc_rt_json_finish(dlc_rt_json *json);
bool dlc_rt_json_fail(dlc_rt_json *json, const char *error);

//===--- Header.c ---------------------------------------------------------===//

/// An entry as the header of a checkpoint describes it.
typedef struct dlc_rt_entry {
  const char *name;
  char dtype[DLC_RT_MAX_DTYPE + 1];
  int64_t shape[DLC_RT_MAX_RANK];
  int rank;
  int64_t begin, end; ///< in the data
} dlc_rt_entry;

/// Receives the entries of the header. A null function: they are skipped.
typedef struct dlc_rt_header_reader {
  dlc_status (*entry)(void *context, const dlc_rt_entry *entry);
  dlc_status (*metadata)(void *context, const char *name, const char *value);
  void *context;
} dlc_rt_header_reader;

/// Whether an entry is what each batch norm of PyTorch counts beside its
/// statistics, and reads only where its momentum is None. Models have no use
/// for it, and no state_dict comes without it.
bool dlc_rt_is_batch_count(const dlc_rt_entry *entry);

/// Gives everything to `reader` until it refuses something; then its status.
/// Errors in the text itself are left in `json`. Decodes the strings where they
/// stand.
dlc_status dlc_rt_parse_header(dlc_rt_json *json,
                               const dlc_rt_header_reader *reader);

//===--- Checkpoint.c -----------------------------------------------------===//

enum { DLC_RT_CHECKPOINT_ERROR_BYTES = 1024 };

/// An open checkpoint, whose header has been read and not yet parsed.
typedef struct dlc_rt_checkpoint {
  int file;
  struct stat info; ///< before anything was read
  char *header;     ///< from malloc
  int64_t header_bytes;
  int64_t data_start, data_bytes; ///< in the file
} dlc_rt_checkpoint;

/// Opens a regular file and reads its header. On failure `error` has a sentence
/// that starts with the path, and there is nothing to close.
dlc_status dlc_rt_checkpoint_open(dlc_rt_checkpoint *checkpoint,
                                  const char *path,
                                  char error[DLC_RT_CHECKPOINT_ERROR_BYTES]);

/// Fails unless the bytes of an entry lie within the data and, if its type is
/// known, are as many as its tensor has.
dlc_status
dlc_rt_checkpoint_check_entry(const dlc_rt_checkpoint *checkpoint,
                              const char *path, const dlc_rt_entry *entry,
                              char error[DLC_RT_CHECKPOINT_ERROR_BYTES]);

/// Reads exactly `bytes` of the data from `offset` on. `path` is for messages.
dlc_status dlc_rt_checkpoint_read(const dlc_rt_checkpoint *checkpoint,
                                  const char *path, void *to, int64_t bytes,
                                  int64_t offset,
                                  char error[DLC_RT_CHECKPOINT_ERROR_BYTES]);

/// Parses the header; `error` has a sentence where it is not one. What the
/// reader refuses it says itself: `error` is then empty.
dlc_status dlc_rt_checkpoint_parse(dlc_rt_checkpoint *checkpoint,
                                   const char *path,
                                   const dlc_rt_header_reader *reader,
                                   char error[DLC_RT_CHECKPOINT_ERROR_BYTES]);

void dlc_rt_checkpoint_close(dlc_rt_checkpoint *checkpoint);

#ifdef __cplusplus
}
#endif
#endif // DLC_RUNTIME_HEADER_H
