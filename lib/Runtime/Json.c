//===- Json.c - The little JSON that a checkpoint's header needs ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects, arrays, strings and non-negative integers, taken one at a time by a
// caller that knows what must come next. Strict: what RFC 8259 does not allow
// is an error. Nothing recurses and nothing is allocated, so a hostile header
// can cost no more than its own length.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <string.h>

bool dlc_rt_json_fail(dlc_rt_json *json, const char *error) {
  if (!json->error)
    json->error = error;
  return false;
}

//===--- UTF-8 ------------------------------------------------------------===//

int dlc_rt_utf8_length(const char *at, const char *end) {
  const unsigned char *s = (const unsigned char *)at;
  unsigned lead = s[0];
  if (lead < 0x80)
    return 1;
  int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || end - at < length)
    return 0;
  for (int i = 1; i < length; ++i)
    if ((s[i] & 0xC0) != 0x80)
      return 0;
  if ((lead == 0xE0 && s[1] < 0xA0) || (lead == 0xED && s[1] > 0x9F) ||
      (lead == 0xF0 && s[1] < 0x90) || (lead == 0xF4 && s[1] > 0x8F))
    return 0;
  return length;
}

bool dlc_rt_json_check_utf8(dlc_rt_json *json) {
  for (char *at = json->begin; at < json->end;) {
    int length = dlc_rt_utf8_length(at, json->end);
    if (!length) {
      json->at = at;
      return dlc_rt_json_fail(json, "not UTF-8");
    }
    at += length;
  }
  return true;
}

static char *put_utf8(char *to, unsigned code) {
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xC0 | code >> 6);
    *to++ = (char)(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *to++ = (char)(0xE0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    *to++ = (char)(0x80 | (code & 0x3F));
  } else {
    *to++ = (char)(0xF0 | code >> 18);
    *to++ = (char)(0x80 | (code >> 12 & 0x3F));
    *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    *to++ = (char)(0x80 | (code & 0x3F));
  }
  return to;
}

//===--- Punctuation ------------------------------------------------------===//

static void skip_space(dlc_rt_json *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' ||
                                  *json->at == '\n' || *json->at == '\r'))
    ++json->at;
}

bool dlc_rt_json_accept(dlc_rt_json *json, char symbol) {
  if (json->error)
    return false;
  skip_space(json);
  if (json->at == json->end || *json->at != symbol)
    return false;
  ++json->at;
  return true;
}

bool dlc_rt_json_expect(dlc_rt_json *json, char symbol, const char *what) {
  return dlc_rt_json_accept(json, symbol) || dlc_rt_json_fail(json, what);
}

bool dlc_rt_json_finish(dlc_rt_json *json) {
  if (json->error)
    return false;
  skip_space(json);
  return json->at == json->end ||
         dlc_rt_json_fail(json, "expected nothing more");
}

//===--- Strings ----------------------------------------------------------===//

/// The four hexadecimal digits of a \u escape.
static bool read_hex(dlc_rt_json *json, unsigned *code) {
  if (json->end - json->at < 4)
    return dlc_rt_json_fail(json, "expected four hexadecimal digits");
  *code = 0;
  for (int i = 0; i < 4; ++i) {
    char c = json->at[i];
    unsigned digit;
    if (c >= '0' && c <= '9')
      digit = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      digit = (unsigned)(c - 'A') + 10;
    else
      return dlc_rt_json_fail(json, "expected four hexadecimal digits");
    *code = *code << 4 | digit;
  }
  json->at += 4;
  return true;
}

/// Reads the digits behind \u: a character, or both halves of a surrogate pair.
static bool read_unicode_escape(dlc_rt_json *json, unsigned *code) {
  if (!read_hex(json, code))
    return false;
  if (*code == 0)
    return dlc_rt_json_fail(json, "a string holds the character U+0000");
  if (*code < 0xD800 || *code > 0xDFFF)
    return true;
  unsigned low;
  if (*code > 0xDBFF || json->end - json->at < 2 || json->at[0] != '\\' ||
      json->at[1] != 'u')
    return dlc_rt_json_fail(json, "half of a surrogate pair");
  json->at += 2;
  if (!read_hex(json, &low))
    return false;
  if (low < 0xDC00 || low > 0xDFFF)
    return dlc_rt_json_fail(json, "half of a surrogate pair");
  *code = 0x10000 + ((*code - 0xD800) << 10 | (low - 0xDC00));
  return true;
}

/// Reads the characters behind a backslash.
static bool read_escape(dlc_rt_json *json, unsigned *code) {
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  if (json->at == json->end)
    return dlc_rt_json_fail(json, "a string does not end");
  char c = *json->at++;
  if (c == 'u')
    return read_unicode_escape(json, code);
  const char *name = c ? strchr(names, c) : NULL;
  if (!name)
    return dlc_rt_json_fail(json, "unknown escape");
  *code = (unsigned char)meanings[name - names];
  return true;
}

char *dlc_rt_json_string(dlc_rt_json *json) {
  if (!dlc_rt_json_expect(json, '"', "expected a string"))
    return NULL;
  // No character is longer decoded than it was written, so the decoded string
  // fits where it stood, and its null where the quote was.
  char *string = json->at, *to = json->at;
  while (json->at < json->end) {
    unsigned char c = (unsigned char)*json->at++;
    if (c == '"') {
      *to = 0;
      return string;
    }
    if (c < 0x20) {
      --json->at;
      dlc_rt_json_fail(json, "a control character in a string");
      return NULL;
    }
    if (c != '\\') {
      *to++ = (char)c;
      continue;
    }
    unsigned code;
    if (!read_escape(json, &code))
      return NULL;
    to = put_utf8(to, code);
  }
  dlc_rt_json_fail(json, "a string does not end");
  return NULL;
}

//===--- Numbers ----------------------------------------------------------===//

bool dlc_rt_json_integer(dlc_rt_json *json, int64_t *value) {
  if (json->error)
    return false;
  skip_space(json);
  const char *first = json->at;
  *value = 0;
  for (; json->at < json->end && *json->at >= '0' && *json->at <= '9';
       ++json->at)
    if (__builtin_mul_overflow(*value, 10, value) ||
        __builtin_add_overflow(*value, *json->at - '0', value))
      return dlc_rt_json_fail(json, "a number is too large");
  if (json->at == first)
    return dlc_rt_json_fail(json, "expected an integer that is not negative");
  if (*first == '0' && json->at - first > 1)
    return dlc_rt_json_fail(json, "a number starts with 0");
  // "1.0" or "1e3" fails at what must come next, a comma or a bracket.
  return true;
}
