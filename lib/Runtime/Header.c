//===- Header.c - The header of a checkpoint, as text ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...,
//  "__metadata__": {"any": "text"}}
//
// This file checks the grammar only; Load.c checks the meaning of the entries.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <string.h>

bool dlc_rt_is_batch_count(const dlc_rt_entry *entry) {
  static const char suffix[] = "num_batches_tracked";
  size_t length = strlen(entry->name), rest = sizeof(suffix) - 1;
  if (length < rest || strcmp(entry->name + length - rest, suffix) != 0)
    return false;
  return (length == rest || entry->name[length - rest - 1] == '.') &&
         !strcmp(entry->dtype, "I64") && entry->rank == 0;
}

static void parse_shape(dlc_rt_json *json, dlc_rt_entry *entry) {
  if (!dlc_rt_json_expect(json, '[', "expected \"[\"") ||
      dlc_rt_json_accept(json, ']'))
    return;
  do {
    if (entry->rank == DLC_RT_MAX_RANK) {
      dlc_rt_json_fail(json, "more dimensions than a tensor can have");
      return;
    }
    if (!dlc_rt_json_integer(json, &entry->shape[entry->rank++]))
      return;
  } while (dlc_rt_json_accept(json, ','));
  dlc_rt_json_expect(json, ']', "expected \",\" or \"]\"");
}

static void parse_offsets(dlc_rt_json *json, dlc_rt_entry *entry) {
  if (dlc_rt_json_expect(json, '[', "expected \"[\"") &&
      dlc_rt_json_integer(json, &entry->begin) &&
      dlc_rt_json_expect(json, ',', "expected \",\"") &&
      dlc_rt_json_integer(json, &entry->end))
    dlc_rt_json_expect(json, ']', "expected \"]\"");
}

static void parse_dtype(dlc_rt_json *json, dlc_rt_entry *entry) {
  const char *dtype = dlc_rt_json_string(json);
  if (!dtype)
    return;
  if (strlen(dtype) > DLC_RT_MAX_DTYPE)
    dlc_rt_json_fail(json, "no such type");
  else
    strcpy(entry->dtype, dtype);
}

/// The object that stands after an entry's name.
static bool parse_entry(dlc_rt_json *json, dlc_rt_entry *entry) {
  static const struct {
    const char *key;
    void (*parse)(dlc_rt_json *, dlc_rt_entry *);
  } fields[] = {{"dtype", parse_dtype},
                {"shape", parse_shape},
                {"data_offsets", parse_offsets}};
  enum { num_fields = 3, all_fields = (1 << num_fields) - 1 };
  int seen = 0;
  if (!dlc_rt_json_expect(json, '{', "expected \"{\""))
    return false;
  do {
    const char *key = dlc_rt_json_string(json);
    if (!key)
      return false;
    int field = 0;
    while (field < num_fields && strcmp(key, fields[field].key) != 0)
      ++field;
    if (field == num_fields)
      return dlc_rt_json_fail(json, "an entry has an unknown field");
    if (seen >> field & 1)
      return dlc_rt_json_fail(json, "an entry has a field twice");
    seen |= 1 << field;
    if (dlc_rt_json_expect(json, ':', "expected \":\""))
      fields[field].parse(json, entry);
  } while (dlc_rt_json_accept(json, ','));
  if (dlc_rt_json_expect(json, '}', "expected \",\" or \"}\"") &&
      seen != all_fields)
    dlc_rt_json_fail(json, "an entry has no dtype, shape or data_offsets");
  return !json->error;
}

/// Free text of whoever wrote the file: names and values, all strings.
static dlc_status parse_metadata(dlc_rt_json *json,
                                 const dlc_rt_header_reader *reader) {
  if (!dlc_rt_json_expect(json, '{', "expected \"{\"") ||
      dlc_rt_json_accept(json, '}'))
    return DLC_OK;
  do {
    const char *name = dlc_rt_json_string(json);
    dlc_rt_json_expect(json, ':', "expected \":\"");
    const char *value = dlc_rt_json_string(json);
    if (!name || !value)
      return DLC_OK;
    dlc_status status = reader->metadata
                            ? reader->metadata(reader->context, name, value)
                            : DLC_OK;
    if (status)
      return status;
  } while (dlc_rt_json_accept(json, ','));
  dlc_rt_json_expect(json, '}', "expected \",\" or \"}\"");
  return DLC_OK;
}

/// Parses one name and its value. A status only when the reader refuses it.
static dlc_status parse_member(dlc_rt_json *json, bool *metadata,
                               const dlc_rt_header_reader *reader) {
  dlc_rt_entry entry = {.name = dlc_rt_json_string(json)};
  if (!entry.name || !dlc_rt_json_expect(json, ':', "expected \":\""))
    return DLC_OK;
  if (!strcmp(entry.name, DLC_RT_METADATA)) {
    if (*metadata)
      dlc_rt_json_fail(json, "__metadata__ is there twice");
    *metadata = true;
    return parse_metadata(json, reader);
  }
  return parse_entry(json, &entry) && reader->entry
             ? reader->entry(reader->context, &entry)
             : DLC_OK;
}

dlc_status dlc_rt_parse_header(dlc_rt_json *json,
                               const dlc_rt_header_reader *reader) {
  bool metadata = false;
  dlc_rt_json_check_utf8(json);
  if (dlc_rt_json_expect(json, '{', "expected \"{\"") &&
      !dlc_rt_json_accept(json, '}')) {
    do {
      dlc_status status = parse_member(json, &metadata, reader);
      if (status)
        return status;
    } while (dlc_rt_json_accept(json, ','));
    dlc_rt_json_expect(json, '}', "expected \",\" or \"}\"");
  }
  dlc_rt_json_finish(json);
  return DLC_OK;
}
