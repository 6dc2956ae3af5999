//===- CheckNames.cpp - Names that the outside world can hold -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library exports `<model>_<step>`; its header has a type named like the
// model and parameters named like inputs and outputs; checkpoints and the JSON
// description hold the names of state entries.
//
//===----------------------------------------------------------------------===//

#include "CheckNames.h"

#include "Manifest.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Names.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

#include <dlfcn.h>

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// C and C++
//===----------------------------------------------------------------------===//

/// All keywords of C23 (ISO/IEC 9899:2024, 6.4.1; those that begin with '_' are
/// refused as reserved names) and of C++26 ([lex.key], with the alternative
/// tokens of [lex.digraph]); and `asm` and `fortran`, common extensions of C
/// (annex J.5). Identifiers with a special meaning in C++ (`final`,
/// `module`, [lex.name]) are no keywords: parameters may have them.
static constexpr StringLiteral keywords[] = {"alignas",
                                             "alignof",
                                             "and",
                                             "and_eq",
                                             "asm",
                                             "auto",
                                             "bitand",
                                             "bitor",
                                             "bool",
                                             "break",
                                             "case",
                                             "catch",
                                             "char",
                                             "char16_t",
                                             "char32_t",
                                             "char8_t",
                                             "class",
                                             "co_await",
                                             "co_return",
                                             "co_yield",
                                             "compl",
                                             "concept",
                                             "const",
                                             "const_cast",
                                             "consteval",
                                             "constexpr",
                                             "constinit",
                                             "continue",
                                             "contract_assert",
                                             "decltype",
                                             "default",
                                             "delete",
                                             "do",
                                             "double",
                                             "dynamic_cast",
                                             "else",
                                             "enum",
                                             "explicit",
                                             "export",
                                             "extern",
                                             "false",
                                             "float",
                                             "for",
                                             "fortran",
                                             "friend",
                                             "goto",
                                             "if",
                                             "inline",
                                             "int",
                                             "long",
                                             "mutable",
                                             "namespace",
                                             "new",
                                             "noexcept",
                                             "not",
                                             "not_eq",
                                             "nullptr",
                                             "operator",
                                             "or",
                                             "or_eq",
                                             "private",
                                             "protected",
                                             "public",
                                             "register",
                                             "reinterpret_cast",
                                             "requires",
                                             "restrict",
                                             "return",
                                             "short",
                                             "signed",
                                             "sizeof",
                                             "static",
                                             "static_assert",
                                             "static_cast",
                                             "struct",
                                             "switch",
                                             "template",
                                             "this",
                                             "thread_local",
                                             "throw",
                                             "true",
                                             "try",
                                             "typedef",
                                             "typeid",
                                             "typename",
                                             "typeof",
                                             "typeof_unqual",
                                             "union",
                                             "unsigned",
                                             "using",
                                             "virtual",
                                             "void",
                                             "volatile",
                                             "wchar_t",
                                             "while",
                                             "xor",
                                             "xor_eq"};

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

/// Why neither C nor C++ can have a name, as the end of a sentence; empty if
/// they can.
static StringRef flawInC(StringRef name) {
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

/// Whether the C library or the mathematical library has something of that
/// name: a library that exports it too would take its place in a program.
static bool isInCLibrary(StringRef name) {
  static void *const libraries[] = {
      dlopen("libc.so.6", RTLD_LAZY | RTLD_LOCAL),
      dlopen("libm.so.6", RTLD_LAZY | RTLD_LOCAL)};
  return llvm::any_of(libraries, [&](void *library) {
    return library && dlsym(library, name.str().c_str());
  });
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

/// Why something at file scope cannot have a name.
static StringRef flawAtFileScope(StringRef name) {
  StringRef flaw = flawInC(name);
  if (!flaw.empty())
    return flaw;
  if (name.starts_with("_"))
    return "begins with '_', which is reserved outside of functions";
  if (llvm::is_contained(taken, name) || isInCLibrary(name))
    return "is a name of the C library";
  return "";
}

//===----------------------------------------------------------------------===//
// safetensors
//===----------------------------------------------------------------------===//

/// Why no file of tensors can have an entry of that name.
static StringRef flawInFiles(StringRef name) {
  if (name.empty())
    return "is empty";
  if (name.size() > limits::nameBytes)
    return "is longer than 1000 bytes";
  if (name.contains('\0'))
    return "has a zero byte, where it ends in C";
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(name.bytes_begin());
  if (!llvm::isLegalUTF8String(&begin, name.bytes_end()))
    return "is not UTF-8, as names in safetensors files are";
  if (name == "__metadata__")
    return "means something else in safetensors files";
  return "";
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

namespace {

class NameChecker {
public:
  LogicalResult checkModel(Operation *op, StringRef name);
  LogicalResult checkStep(Operation *op, StringRef name);
  LogicalResult checkTensor(Operation *op, StringRef name);
  LogicalResult checkEntry(Operation *op, StringRef name);

private:
  static LogicalResult refuse(Operation *op, StringRef what, StringRef name,
                              StringRef flaw) {
    if (flaw.empty())
      return success();
    return op->emitOpError()
           << "has " << what << " '" << name << "', which " << flaw;
  }
  /// Checks that the library can export a function `<model>_<name>`.
  LogicalResult checkExport(Operation *op, StringRef name);

  StringRef model;
};

} // namespace

LogicalResult NameChecker::checkExport(Operation *op, StringRef name) {
  std::string symbol = (model + "_" + name).str();
  return refuse(op, "in C the function", symbol, flawAtFileScope(symbol));
}

LogicalResult NameChecker::checkModel(Operation *op, StringRef name) {
  model = name;
  StringRef flaw = flawAtFileScope(name);
  if (flaw.empty() && name.ends_with("_t"))
    flaw = "ends with '_t', which is reserved for types of the system";
  if (flaw.empty() && name.equals_insensitive("dlc"))
    flaw = "is the name of the runtime, whose functions begin with 'dlc_'";
  if (failed(refuse(op, "the name", name, flaw)))
    return failure();
  for (StringRef function : reservedNames())
    if (failed(checkExport(op, function)))
      return failure();
  return success();
}

LogicalResult NameChecker::checkStep(Operation *op, StringRef name) {
  if (llvm::is_contained(reservedNames(), name))
    return op->emitOpError() << "may not be called @" << name
                             << ": the C interface has a function of that name";
  return failure(failed(refuse(op, "the name", name, flawInC(name))) ||
                 failed(checkExport(op, name)));
}

LogicalResult NameChecker::checkTensor(Operation *op, StringRef name) {
  // The first parameter of a step's function is the handle.
  if (name == "model")
    return op->emitOpError("has an input or output 'model', which in C is the "
                           "name of the handle");
  return refuse(op, "the input or output", name, flawInC(name));
}

LogicalResult NameChecker::checkEntry(Operation *op, StringRef name) {
  return refuse(op, "the name", name, flawInFiles(name));
}

static LogicalResult checkLowered(ModuleOp module, dl::ManifestAttr attrs) {
  NameChecker checker;
  Manifest manifest = Manifest::parse(attrs);
  if (failed(checker.checkModel(module, manifest.name)))
    return failure();
  for (const StateInfo &state : manifest.states)
    if (failed(checker.checkEntry(module, state.tensor.name)))
      return failure();
  for (const StepInfo &step : manifest.steps) {
    if (failed(checker.checkStep(module, step.name)))
      return failure();
    for (const TensorInfo &tensor :
         llvm::concat<const TensorInfo>(step.inputs, step.outputs))
      if (failed(checker.checkTensor(module, tensor.name)))
        return failure();
  }
  return success();
}

/// The names of the inputs and outputs of a step, before or after `resolve`.
static SmallVector<StringRef> tensorNames(Operation *op) {
  SmallVector<StringRef> tensors;
  if (auto step = dyn_cast<dl::StepOp>(op)) {
    for (Attribute attr : llvm::concat<const Attribute>(step.getArgNames(),
                                                        step.getResultNames()))
      tensors.push_back(cast<StringAttr>(attr).getValue());
    return tensors;
  }
  auto function = cast<func::FuncOp>(op);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto name = function.getArgAttrOfType<StringAttr>(i, names::io))
      tensors.push_back(name.getValue());
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (auto name = function.getResultAttrOfType<StringAttr>(i, names::io))
      tensors.push_back(name.getValue());
  return tensors;
}

LogicalResult dlc::checkNames(ModuleOp module) {
  if (auto manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest))
    return checkLowered(module, manifest);
  NameChecker checker;
  for (auto model : module.getOps<dl::ModelOp>()) {
    if (failed(checker.checkModel(model, model.getSymName())))
      return failure();
    for (Operation &op : model.getBody().front()) {
      StringRef name = SymbolTable::getSymbolName(&op).getValue();
      // Nothing outside of the library names a derivation.
      if (op.hasAttr(names::derives))
        continue;
      if (!isa<dl::StepOp>(op) && !op.hasAttr(names::step)) {
        if (failed(checker.checkEntry(&op, name)))
          return failure();
        continue;
      }
      // Sizes of a step have its name in C.
      if (auto batch = op.getAttrOfType<dl::BatchAttr>(names::batch))
        name = batch.getStep().getValue();
      if (failed(checker.checkStep(&op, name)))
        return failure();
      for (StringRef tensor : tensorNames(&op))
        if (failed(checker.checkTensor(&op, tensor)))
          return failure();
    }
  }
  return success();
}
