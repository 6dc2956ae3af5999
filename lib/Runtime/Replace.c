//===- Replace.c - Files that are replaced whole or not at all ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Replace.h"

#include "Internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool replace_failed(char *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool replace_failed(char *error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error, DLC_RT_REPLACE_ERROR_BYTES, format, arguments);
  va_end(arguments);
  return false;
}

/// flock, again when a signal interrupts it.
static bool lock_file(int file, int operation) {
  int status;
  do
    status = flock(file, operation);
  while (status && errno == EINTR);
  return status == 0;
}

//===--- What killed processes left ---------------------------------------===//

/// Skips ".tmp.<process>" or ".tmp.<process>.<n>" of a process that is gone, or
/// that has this one's number (only the lock can tell these apart); null when
/// something else stands at `text`.
static const char *skip_leftover_suffix(const char *text) {
  static const char tag[] = ".tmp.";
  if (strncmp(text, tag, sizeof(tag) - 1) != 0)
    return NULL;
  text += sizeof(tag) - 1;
  long process = 0;
  const char *digits = text;
  for (; *text >= '0' && *text <= '9'; ++text)
    if (__builtin_mul_overflow(process, 10, &process) ||
        __builtin_add_overflow(process, *text - '0', &process))
      return NULL;
  if (text == digits || process < 1 || (pid_t)process != process)
    return NULL;
  if (process != (long)getpid() && !(kill((pid_t)process, 0) && errno == ESRCH))
    return NULL;
  if (text[0] != '.' || text[1] < '0' || text[1] > '9')
    return text;
  for (++text; *text >= '0' && *text <= '9'; ++text)
    ;
  return text;
}

/// A file that is replaced may itself be the temporary of another, so that the
/// suffix may be there several times.
static bool is_leftover(const char *name, const char *base) {
  size_t length = strlen(base);
  if (strncmp(name, base, length) != 0)
    return false;
  name += length;
  do
    name = skip_leftover_suffix(name);
  while (name && *name);
  return name != NULL;
}

/// An error here does not prevent the write: the leftover file stays.
static void remove_leftovers(const char *target) {
  const char *slash = strrchr(target, '/');
  const char *base = slash ? slash + 1 : target;
  char *folder = slash ? strndup(target, (size_t)(slash - target) + 1) : NULL;
  DIR *entries = slash && !folder ? NULL : opendir(folder ? folder : ".");
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    if (!is_leftover(entry->d_name, base))
      continue;
    int file = openat(dirfd(entries), entry->d_name,
                      O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    struct stat info, named;
    if (file < 0)
      continue;
    // Whoever held the lock until now may have renamed the file to its place,
    // and the name may be another's new file.
    if (!fstat(file, &info) && S_ISREG(info.st_mode) &&
        lock_file(file, LOCK_EX | LOCK_NB) &&
        !fstatat(dirfd(entries), entry->d_name, &named, AT_SYMLINK_NOFOLLOW) &&
        named.st_ino == info.st_ino && named.st_dev == info.st_dev)
      unlinkat(dirfd(entries), entry->d_name, 0);
    close(file);
  }
  if (entries)
    closedir(entries);
  free(folder);
}

//===--- Opening ----------------------------------------------------------===//

/// "a directory"; null for a regular file.
static const char *other_kind(mode_t mode) {
  return S_ISREG(mode)    ? NULL
         : S_ISDIR(mode)  ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
         : S_ISLNK(mode)  ? "a symbolic link"
                          : "a device";
}

/// Finds the file to replace, and whether it exists.
static bool find_target(const char *path, char **target, bool *exists,
                        struct stat *old, char *error) {
  *exists = true;
  if (!*path)
    return replace_failed(error, "the name of a file to write is empty");
  if (lstat(path, old)) {
    if (errno != ENOENT)
      return replace_failed(error, "%s: cannot be written: %s", path,
                            strerror(errno));
    *exists = false;
    *target = strdup(path);
  } else if (S_ISLNK(old->st_mode)) {
    // The link stays and its file is replaced. Of a link to nothing it is
    // unknown whether a file should be there.
    *target = realpath(path, NULL);
    if (!*target || stat(*target, old))
      return replace_failed(
          error, "%s: is a symbolic link whose target cannot be found: %s",
          path, strerror(errno));
  } else {
    *target = strdup(path);
  }
  if (!*target)
    return replace_failed(error, "%s: no memory to write it", path);
  const char *kind = *exists ? other_kind(old->st_mode) : NULL;
  if (kind)
    return replace_failed(
        error, "%s: is %s, expected a regular file or none to write to", path,
        kind);
  // A rename asks the folder alone, and would replace a protected file.
  if (*exists && faccessat(AT_FDCWD, *target, W_OK, AT_EACCESS))
    return replace_failed(error, "%s: cannot be written: %s", path,
                          strerror(errno));
  return true;
}

/// Makes and locks the file beside the target; false with errno set.
static bool create_beside(dlc_rt_replacement *replacement) {
  size_t bytes = strlen(replacement->target) + 64;
  replacement->temporary = malloc(bytes);
  if (!replacement->temporary)
    return false;
  for (int attempt = 0;; ++attempt) {
    int length = snprintf(replacement->temporary, bytes, "%s.tmp.%ld",
                          replacement->target, (long)getpid());
    if (attempt)
      snprintf(replacement->temporary + length, bytes - (size_t)length, ".%d",
               attempt);
    int file = open(replacement->temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0 && (errno != EEXIST || attempt == 99))
      return false;
    if (file < 0)
      continue;
    // Without locks on this file system nobody takes it for a leftover. With
    // them, somebody may have done so before this lock, and removed it.
    struct stat made, named;
    if (lock_file(file, LOCK_EX) && !fstat(file, &made) && attempt < 99 &&
        (lstat(replacement->temporary, &named) || made.st_ino != named.st_ino ||
         made.st_dev != named.st_dev)) {
      close(file);
      continue;
    }
    replacement->file = file;
    replacement->lock = fcntl(file, F_DUPFD_CLOEXEC, 0);
    return true;
  }
}

/// As far as the system allows it; whoever may write the file may do so after.
static void keep_permissions(int file, const struct stat *old) {
  struct stat made;
  if (fstat(file, &made))
    return;
  bool same = made.st_uid == old->st_uid && made.st_gid == old->st_gid;
  // Owner and group together, or the group alone.
  if (!same && !fchown(file, old->st_uid, old->st_gid))
    same = true;
  mode_t mode = old->st_mode & 07777;
  if (!same && fchown(file, (uid_t)-1, old->st_gid))
    mode &= 0707; // not for the members of another group
  if (!same)
    mode &= 0777; // nor to run as another owner
  (void)!fchmod(file, mode);
}

bool dlc_rt_replace_open(dlc_rt_replacement *replacement, const char *path,
                         char error[DLC_RT_REPLACE_ERROR_BYTES]) {
  struct stat old;
  bool exists;
  *replacement = (dlc_rt_replacement){NULL, NULL, -1, -1};
  bool made = find_target(path, &replacement->target, &exists, &old, error);
  if (made) {
    remove_leftovers(replacement->target);
    made = create_beside(replacement);
    if (!made)
      replace_failed(error, "%s: cannot be written: %s", path, strerror(errno));
  }
  if (made && exists)
    keep_permissions(replacement->file, &old);
  if (!made) {
    free(replacement->temporary);
    free(replacement->target);
    *replacement = (dlc_rt_replacement){NULL, NULL, -1, -1};
  }
  return made;
}

//===--- The end ----------------------------------------------------------===//

/// Without this a file that was renamed may be the old one after a power cut.
/// Not every file system has it, and the file is whole all the same.
static void sync_folder(const char *target) {
  const char *slash = strrchr(target, '/');
  char *folder = slash ? strndup(target, (size_t)(slash - target) + 1) : NULL;
  int file =
      slash && !folder ? -1 : open(folder ? folder : ".", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    (void)fsync(file);
    close(file);
  }
  free(folder);
}

bool dlc_rt_replace_commit(dlc_rt_replacement *replacement, const char *path,
                           char error[DLC_RT_REPLACE_ERROR_BYTES]) {
  const char *failed = NULL;
  // By its name: a linker, for one, puts another file in the place of this one.
  int named = open(replacement->temporary,
                   O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  if (named < 0 || fsync(named))
    failed = "sync";
  int reason = errno;
  if (named >= 0)
    close(named);
  // Some file systems report a failed write only here.
  if (close(replacement->file) && !failed) {
    failed = "close";
    reason = errno;
  }
  replacement->file = -1;
  struct stat info;
  const char *kind =
      lstat(replacement->target, &info) ? NULL : other_kind(info.st_mode);
  if (!failed && !kind && rename(replacement->temporary, replacement->target)) {
    failed = "rename";
    reason = errno;
  }
  if (!failed && !kind) {
    sync_folder(replacement->target);
    free(replacement->temporary);
    replacement->temporary = NULL;
    dlc_rt_replace_abandon(replacement);
    return true;
  }
  if (failed)
    replace_failed(error, "%s: cannot be written: cannot %s %s: %s", path,
                   failed, replacement->temporary, strerror(reason));
  else
    replace_failed(error, "%s: has become %s, expected a regular file", path,
                   kind);
  dlc_rt_replace_abandon(replacement);
  return false;
}

void dlc_rt_replace_abandon(dlc_rt_replacement *replacement) {
  if (replacement->file >= 0)
    close(replacement->file);
  if (replacement->temporary)
    unlink(replacement->temporary);
  if (replacement->lock >= 0)
    close(replacement->lock);
  free(replacement->temporary);
  free(replacement->target);
  *replacement = (dlc_rt_replacement){NULL, NULL, -1, -1};
}
