//===- Error.c - The last error -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// The message of calls without a handle. The only thing in the runtime that
// outlives a call and belongs to no handle.
static _Thread_local char thread_error[DLC_RT_ERROR_BYTES];

/// Whether a terminal may do something else with the UTF-8 sequence at `at`
/// than show it: control characters, of both sets, and marks that turn the
/// direction of the text around.
static bool is_control(const unsigned char *at, int length) {
  if (length == 1)
    return *at < 0x20 || *at == 0x7F;
  if (length == 2)
    return at[0] == 0xC2 && at[1] < 0xA0;
  return length == 3 && at[0] == 0xE2 &&
         ((at[1] == 0x80 && (at[2] == 0x8E || at[2] == 0x8F ||
                             (at[2] >= 0xA8 && at[2] <= 0xAE))) ||
          (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9));
}

/// Copies a text; each byte that cannot be printed becomes \xNN.
static void copy_printable(char to[DLC_RT_ERROR_BYTES], const char *from) {
  char *last = to + DLC_RT_ERROR_BYTES - 1;
  for (const char *end = from + strlen(from); from < end;) {
    int length = dlc_rt_utf8_length(from, end);
    bool plain = length && !is_control((const unsigned char *)from, length);
    if (!length)
      length = 1;
    for (int i = 0; i < length && last - to >= (plain ? length - i : 4); ++i)
      if (plain)
        *to++ = from[i];
      else
        to += sprintf(to, "\\x%02x", (unsigned char)from[i]);
    from += length;
  }
  *to = 0;
}

dlc_status dlc_rt_fail(dlc_handle *handle, dlc_status status,
                       const char *format, ...) {
  char text[DLC_RT_ERROR_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  copy_printable(handle ? handle->error : thread_error, text);
  return status;
}

dlc_status dlc_rt_check_handle(const dlc_handle *handle) {
  return handle ? DLC_OK
                : dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT, "the handle is null");
}

const char *dlc_last_error(const dlc_handle *handle) {
  return handle ? handle->error : thread_error;
}
