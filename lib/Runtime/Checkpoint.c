//===- Checkpoint.c - Opening a safetensors file --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every length is compared with the size of the file before it is used.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Writes the sentence and returns the status, so that a check that fails is
/// one statement.
static dlc_status refuse(char error[DLC_RT_CHECKPOINT_ERROR_BYTES],
                         dlc_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static dlc_status refuse(char error[DLC_RT_CHECKPOINT_ERROR_BYTES],
                         dlc_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error, DLC_RT_CHECKPOINT_ERROR_BYTES, format, arguments);
  va_end(arguments);
  return status;
}

/// Reads exactly `bytes` at `offset` of the file.
static dlc_status read_at(int file, const char *path, char *to, int64_t bytes,
                          int64_t offset, char *error) {
  while (bytes) {
    ssize_t got = pread(file, to, (size_t)bytes, (off_t)offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse(error, DLC_ERROR_IO, "%s: cannot read: %s", path,
                    strerror(errno));
    if (got == 0) // it had the bytes when its size was asked for
      return refuse(error, DLC_ERROR_IO, "%s: became shorter while it was read",
                    path);
    to += got;
    bytes -= got;
    offset += got;
  }
  return DLC_OK;
}

static dlc_status read_header(dlc_rt_checkpoint *checkpoint, const char *path,
                              char *error) {
  // Not blocking: opening a pipe that nobody writes to would never return.
  checkpoint->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (checkpoint->file < 0 || fstat(checkpoint->file, &checkpoint->info))
    return refuse(error, DLC_ERROR_IO, "%s: cannot open: %s", path,
                  strerror(errno));
  if (!S_ISREG(checkpoint->info.st_mode))
    return refuse(error, DLC_ERROR_IO, "%s: not a regular file", path);
  int64_t file_bytes = checkpoint->info.st_size;
  uint64_t length;
  if (file_bytes < (int64_t)sizeof(length))
    return refuse(error, DLC_ERROR_FORMAT,
                  "%s: %lld bytes are too few for a safetensors file", path,
                  (long long)file_bytes);
  dlc_status status = read_at(checkpoint->file, path, (char *)&length,
                              sizeof(length), 0, error);
  if (status)
    return status;
  if (length > DLC_RT_MAX_HEADER ||
      length > (uint64_t)file_bytes - sizeof(length))
    return refuse(error, DLC_ERROR_FORMAT,
                  "%s: not a safetensors file, or cut short: a header of "
                  "%llu bytes in a file of %lld",
                  path, (unsigned long long)length, (long long)file_bytes);
  checkpoint->header_bytes = (int64_t)length;
  checkpoint->data_start = (int64_t)(sizeof(length) + length);
  checkpoint->data_bytes = file_bytes - checkpoint->data_start;
  checkpoint->header = malloc(length + 1);
  if (!checkpoint->header)
    return refuse(error, DLC_ERROR_MEMORY, "%s: no memory for its header",
                  path);
  return read_at(checkpoint->file, path, checkpoint->header,
                 checkpoint->header_bytes, sizeof(length), error);
}

dlc_status dlc_rt_checkpoint_open(dlc_rt_checkpoint *checkpoint,
                                  const char *path,
                                  char error[DLC_RT_CHECKPOINT_ERROR_BYTES]) {
  memset(checkpoint, 0, sizeof(*checkpoint));
  checkpoint->file = -1;
  dlc_status status = read_header(checkpoint, path, error);
  if (status)
    dlc_rt_checkpoint_close(checkpoint);
  return status;
}

dlc_status
dlc_rt_checkpoint_check_entry(const dlc_rt_checkpoint *checkpoint,
                              const char *path, const dlc_rt_entry *entry,
                              char error[DLC_RT_CHECKPOINT_ERROR_BYTES]) {
  if (entry->begin > entry->end || entry->end > checkpoint->data_bytes)
    return refuse(error, DLC_ERROR_FORMAT,
                  "%s: \"%s\" is at bytes %lld to %lld of %lld: the file is "
                  "damaged or cut short",
                  path, entry->name, (long long)entry->begin,
                  (long long)entry->end, (long long)checkpoint->data_bytes);
  // Nobody may ask for an entry, and then its type need not be a known one.
  int32_t type = dlc_rt_type_of_dtype(entry->dtype);
  int64_t bytes;
  if (type < 0 || (dlc_rt_bytes_of(entry->shape, entry->rank,
                                   dlc_rt_type_bytes(type), &bytes) &&
                   bytes == entry->end - entry->begin))
    return DLC_OK;
  char shape[DLC_RT_SHAPE_BYTES];
  return refuse(error, DLC_ERROR_FORMAT,
                "%s: \"%s\" has %lld bytes, which is not the size of %s %s",
                path, entry->name, (long long)(entry->end - entry->begin),
                entry->dtype,
                dlc_rt_shape_text(shape, entry->shape, entry->rank));
}

dlc_status dlc_rt_checkpoint_read(const dlc_rt_checkpoint *checkpoint,
                                  const char *path, void *to, int64_t bytes,
                                  int64_t offset,
                                  char error[DLC_RT_CHECKPOINT_ERROR_BYTES]) {
  return read_at(checkpoint->file, path, to, bytes,
                 checkpoint->data_start + offset, error);
}

dlc_status dlc_rt_checkpoint_parse(dlc_rt_checkpoint *checkpoint,
                                   const char *path,
                                   const dlc_rt_header_reader *reader,
                                   char error[DLC_RT_CHECKPOINT_ERROR_BYTES]) {
  char *begin = checkpoint->header;
  dlc_rt_json json = {begin, begin, begin + checkpoint->header_bytes, NULL};
  error[0] = 0;
  dlc_status status = dlc_rt_parse_header(&json, reader);
  if (!json.error)
    return status;
  return refuse(error, DLC_ERROR_FORMAT, "%s: byte %lld of the header: %s",
                path, (long long)(json.at - json.begin), json.error);
}

void dlc_rt_checkpoint_close(dlc_rt_checkpoint *checkpoint) {
  free(checkpoint->header);
  checkpoint->header = NULL;
  if (checkpoint->file >= 0)
    close(checkpoint->file);
  checkpoint->file = -1;
}
