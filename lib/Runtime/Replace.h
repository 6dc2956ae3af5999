//===- Replace.h - Files that are replaced whole or not at all ----*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file is written under another name beside its target, synced, and renamed:
// whoever opens the target sees the old file or the new one, never a part.
// The other name is "<target>.tmp.<process>" or "<target>.tmp.<process>.<n>",
// and the writer holds a lock on it. A process that is killed leaves its file
// behind; the next that replaces the same target removes it: the number of its
// process is free (or this one's), and nobody holds the lock.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_REPLACE_H
#define DLC_RUNTIME_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A file that will take the place of another.
typedef struct dlc_rt_replacement {
  char *target;    ///< the file to replace: the path, or a link's target
  char *temporary; ///< the name beside it
  int file;        ///< open for writing
  int lock;        ///< holds the lock while `file` is closed
} dlc_rt_replacement;

enum { DLC_RT_REPLACE_ERROR_BYTES = 1024 };

/// Makes the file beside `path`. Fails unless `path` is a regular file that may
/// be written, a symbolic link to one, or nothing. The new file has the
/// permissions of the old one, and its owner where the system allows that.
/// On failure `error` has a sentence that starts with the path, and there is
/// nothing to abandon.
bool dlc_rt_replace_open(dlc_rt_replacement *replacement, const char *path,
                         char error[DLC_RT_REPLACE_ERROR_BYTES]);

/// Puts the file in the place of its target, on the disk too: the one that has
/// its name by now. `path` is for
/// messages. The replacement is done with, also on failure, when the target is
/// as it was.
bool dlc_rt_replace_commit(dlc_rt_replacement *replacement, const char *path,
                           char error[DLC_RT_REPLACE_ERROR_BYTES]);

/// Removes the file; the target stays.
void dlc_rt_replace_abandon(dlc_rt_replacement *replacement);

#ifdef __cplusplus
}
#endif
#endif // DLC_RUNTIME_REPLACE_H
