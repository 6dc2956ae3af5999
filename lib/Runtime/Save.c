//===- Save.c - Writing checkpoints ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// safetensors: the length of the header (8 bytes, little endian), the header
// (JSON: text beside the tensors, if there is any, then for each name its type,
// its shape, and where its bytes begin and end in the data), the data. Entries
// stand in the order of the model's table, one after the other, in their
// logical order.
//
// The file is written beside the target and takes its place when it is whole
// (Replace.h).
//
//===----------------------------------------------------------------------===//
#include "Internal.h"
#include "Replace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

//===--- The header -------------------------------------------------------===//

static void print_json_string(FILE *out, const char *string) {
  fputc('"', out);
  for (const char *c = string; *c; ++c) {
    if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if ((unsigned char)*c < 0x20)
      fprintf(out, "\\u%04x", (unsigned)*c);
    else
      fputc(*c, out);
  }
  fputc('"', out);
}

static void print_entry(FILE *out, const dlc_tensor *tensor, int64_t begin,
                        int64_t end) {
  print_json_string(out, tensor->name);
  fprintf(out, ":{\"dtype\":\"%s\",\"shape\":[",
          dlc_rt_type_dtype(tensor->type));
  for (int d = 0; d < tensor->rank; ++d)
    fprintf(out, "%s%lld", d ? "," : "", (long long)tensor->shape[d]);
  fprintf(out, "],\"data_offsets\":[%lld,%lld]}", (long long)begin,
          (long long)end);
}

/// Text beside the tensors: names and values in turns.
typedef struct metadata {
  const char *const *words;
  int count; ///< of names
} metadata;

static void print_metadata(FILE *out, metadata metadata) {
  fprintf(out, "\"%s\":{", DLC_RT_METADATA);
  for (int i = 0; i < metadata.count; ++i) {
    if (i)
      fputc(',', out);
    print_json_string(out, metadata.words[2 * i]);
    fputc(':', out);
    print_json_string(out, metadata.words[2 * i + 1]);
  }
  fputc('}', out);
}

/// The length and the header in one piece, from malloc; null without memory.
static char *make_header(const dlc_model *model, unsigned kinds,
                         metadata metadata, size_t *bytes) {
  char *text = NULL;
  FILE *out = open_memstream(&text, bytes);
  if (!out)
    return NULL;
  const uint64_t unknown = 0;
  fwrite(&unknown, sizeof(unknown), 1, out);
  fputc('{', out);
  if (metadata.count)
    print_metadata(out, metadata);
  int64_t begin = 0;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!dlc_rt_has_kind(state, kinds))
      continue;
    int64_t end = begin + dlc_rt_num_bytes(&state->tensor);
    if (ftell(out) > (long)sizeof(unknown) + 1)
      fputc(',', out);
    print_entry(out, &state->tensor, begin, end);
    begin = end;
  }
  fputc('}', out);
  // So that the data begin at a multiple of 8.
  while (ftell(out) % 8)
    fputc(' ', out);
  bool failed = ferror(out);
  if (fclose(out) || failed) {
    free(text);
    return NULL;
  }
  uint64_t length = *bytes - sizeof(length);
  memcpy(text, &length, sizeof(length));
  return text;
}

//===--- The file ---------------------------------------------------------===//

/// Writes all of it; false with errno set when the system takes less.
static bool write_fully(int file, const char *data, size_t bytes) {
  while (bytes) {
    ssize_t written = write(file, data, bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    data += written;
    bytes -= (size_t)written;
  }
  return true;
}

static bool write_entries(const dlc_handle *handle, unsigned kinds, int file,
                          char *scratch) {
  const dlc_model *model = handle->model;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!dlc_rt_has_kind(state, kinds))
      continue;
    dlc_rt_gather(state, handle->state, scratch);
    if (!write_fully(file, scratch, (size_t)dlc_rt_num_bytes(&state->tensor)))
      return false;
  }
  return true;
}

static dlc_status save_with(dlc_handle *handle, const char *path,
                            unsigned kinds, const char *header,
                            size_t header_bytes, char *scratch) {
  dlc_rt_replacement replacement;
  char error[DLC_RT_REPLACE_ERROR_BYTES];
  if (!dlc_rt_replace_open(&replacement, path, error))
    return dlc_rt_fail(handle, DLC_ERROR_IO, "%s", error);
  if (!write_fully(replacement.file, header, header_bytes) ||
      !write_entries(handle, kinds, replacement.file, scratch)) {
    dlc_rt_fail(handle, DLC_ERROR_IO, "%s: cannot be written: %s", path,
                strerror(errno));
    dlc_rt_replace_abandon(&replacement);
    return DLC_ERROR_IO;
  }
  if (!dlc_rt_replace_commit(&replacement, path, error))
    return dlc_rt_fail(handle, DLC_ERROR_IO, "%s", error);
  return DLC_OK;
}

static bool is_utf8(const char *text) {
  const char *end = text + strlen(text);
  while (text < end) {
    int length = dlc_rt_utf8_length(text, end);
    if (!length)
      return false;
    text += length;
  }
  return true;
}

/// Refuses metadata that dlc_load and others would refuse.
static dlc_status check_metadata(dlc_handle *handle, metadata metadata) {
  if (metadata.count < 0 || (metadata.count && !metadata.words))
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_save: %d names of metadata, or none that can be "
                       "read",
                       metadata.count);
  for (int i = 0; i < 2 * metadata.count; ++i) {
    const char *word = metadata.words[i];
    if (!word || !is_utf8(word))
      return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                         "dlc_save: the %s of metadata number %d is %s",
                         i % 2 ? "value" : "name", i / 2,
                         word ? "not UTF-8" : "null");
  }
  for (int i = 0; i < metadata.count; ++i)
    for (int j = 0; j < i; ++j)
      if (!strcmp(metadata.words[2 * i], metadata.words[2 * j]))
        return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                           "dlc_save: metadata \"%s\" is there twice",
                           metadata.words[2 * i]);
  return DLC_OK;
}

dlc_status dlc_save(dlc_handle *handle, const char *path, int scope) {
  return dlc_save_with_metadata(handle, path, scope, NULL, 0);
}

dlc_status dlc_save_with_metadata(dlc_handle *handle, const char *path,
                                  int scope, const char *const *words,
                                  int count) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  if (!path)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_save: the path is null");
  if (scope != DLC_PARAMS && scope != DLC_ALL)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT, "dlc_save: unknown scope %d",
                       scope);
  metadata metadata = {words, count};
  dlc_status status = check_metadata(handle, metadata);
  if (status)
    return status;
  const dlc_model *model = handle->model;
  unsigned kinds = dlc_rt_kinds_of_scope(scope);

  size_t header_bytes = 0;
  char *header = make_header(model, kinds, metadata, &header_bytes);
  char *scratch = dlc_rt_allocate_scratch(model, kinds);
  if (!header || !scratch)
    status = dlc_rt_fail(handle, DLC_ERROR_MEMORY, "%s: no memory to write it",
                         path);
  else if (header_bytes - sizeof(uint64_t) > DLC_RT_MAX_HEADER)
    status = dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                         "%s: a header of %zu bytes, which is more than the %d "
                         "that a safetensors file can have",
                         path, header_bytes, (int)DLC_RT_MAX_HEADER);
  else
    status = save_with(handle, path, kinds, header, header_bytes, scratch);
  free(scratch);
  free(header);
  return status;
}
