//===- CNames.cpp - Names in C and C++ ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CNames.h"

#include "dlc/Support/Limits.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace llvm;
using namespace dlc;

static constexpr StringLiteral keywords[] = {
#include "Keywords.inc"
};

static constexpr StringLiteral macros[] = {
#include "CMacros.inc"
};

/// The types of <stdint.h> and <stddef.h>, which the header includes.
static bool isHeaderType(StringRef name) {
  static constexpr StringLiteral others[] = {
      "size_t",   "ptrdiff_t", "max_align_t", "nullptr_t",
      "intmax_t", "uintmax_t", "intptr_t",    "uintptr_t"};
  if (llvm::is_contained(others, name))
    return true;
  name.consume_front("u");
  if (!name.consume_front("int") || !name.consume_back("_t"))
    return false;
  name.consume_front("_least") || name.consume_front("_fast");
  return name == "8" || name == "16" || name == "32" || name == "64";
}

StringRef dlc::flawInC(StringRef name) {
  auto isLetter = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  if (name.empty() || llvm::isDigit(name.front()) ||
      !llvm::all_of(name, isLetter))
    return "cannot be a name in C: expected letters, digits and _, no digit "
           "first";
  if (name.size() > limits::nameBytes)
    return "is longer than compilers and linkers take";
  if (llvm::is_contained(keywords, name))
    return "cannot be a name in C: it is a keyword of C or C++";
  if (name.contains("__") ||
      (name.size() > 1 && name[0] == '_' && llvm::isUpper(name[1])))
    return "cannot be a name in C: names with '__', and with '_' before a "
           "capital, are reserved";
  if (llvm::is_contained(macros, name))
    return "cannot be a name in C: its headers define a macro of that name";
  if (isHeaderType(name))
    return "cannot be a name in C here: the header uses the type of that name";
  if (name.starts_with_insensitive("dlc_"))
    return "begins with 'dlc_', as names of the runtime do";
  return "";
}

/// What libc and libm export: a library that exports a name too would take its
/// place in a program.
static constexpr StringLiteral functions[] = {
#include "CFunctions.inc"
};

static bool isInCLibrary(StringRef name) {
  return std::binary_search(std::begin(functions), std::end(functions), name);
}

/// Other types of the headers of C and POSIX, and what C++ reserves.
static constexpr StringLiteral taken[] = {
    "DIR",        "FILE",         "main",        "posix",      "std",
    "blkcnt_t",   "blksize_t",    "caddr_t",     "cc_t",       "clock_t",
    "clockid_t",  "cnd_t",        "daddr_t",     "dev_t",      "div_t",
    "double_t",   "errno_t",      "fenv_t",      "fexcept_t",  "float_t",
    "fpos_t",     "fsblkcnt_t",   "fsfilcnt_t",  "fsid_t",     "gid_t",
    "glob_t",     "greg_t",       "id_t",        "idtype_t",   "imaxdiv_t",
    "in_addr_t",  "in_port_t",    "ino_t",       "jmp_buf",    "key_t",
    "ldiv_t",     "lldiv_t",      "locale_t",    "loff_t",     "mbstate_t",
    "mcontext_t", "memory_order", "mode_t",      "mqd_t",      "mtx_t",
    "nfds_t",     "nlink_t",      "off_t",       "once_flag",  "pid_t",
    "quad_t",     "regex_t",      "register_t",  "regmatch_t", "regoff_t",
    "rlim_t",     "rsize_t",      "sa_family_t", "sem_t",      "sig_atomic_t",
    "siginfo_t",  "sigset_t",     "sigjmp_buf",  "socklen_t",  "speed_t",
    "ssize_t",    "stack_t",      "suseconds_t", "tcflag_t",   "thrd_start_t",
    "thrd_t",     "time_t",       "timer_t",     "tss_dtor_t", "tss_t",
    "u_char",     "u_int",        "u_long",      "u_short",    "ucontext_t",
    "uid_t",      "useconds_t",   "va_list",     "wctrans_t",  "wctype_t",
    "wint_t",     "wordexp_t"};

StringRef dlc::flawAtFileScope(StringRef name) {
  StringRef flaw = flawInC(name);
  if (!flaw.empty())
    return flaw;
  if (name.starts_with("_"))
    return "begins with '_', which is reserved outside of functions";
  if (llvm::is_contained(taken, name) || isInCLibrary(name))
    return "is a name of the C library";
  return "";
}
