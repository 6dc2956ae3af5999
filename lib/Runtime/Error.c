//===- Error.c - The last error
//--------------------------------------------===//
#include "Internal.h"

#include <stdarg.h>
#include <stdio.h>

// Where there is no handle to keep the message. The only thing in the runtime
// that outlives a call and belongs to no handle.
static _Thread_local char thread_error[DLC_RT_ERROR_BYTES];

dlc_status dlc_rt_fail(dlc_handle *handle, dlc_status status,
                       const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(handle ? handle->error : thread_error, DLC_RT_ERROR_BYTES, format,
            arguments);
  va_end(arguments);
  return status;
}

dlc_status dlc_rt_check_handle(const dlc_handle *handle) {
  return handle ? DLC_OK
                : dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT, "the handle is null");
}

const char *dlc_last_error(const dlc_handle *handle) {
  return handle ? handle->error : thread_error;
}
