//===- Freeze.cpp - The state that a frozen library holds -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Freeze.h"

#include "dlc/Execution/Jit.h"
#include "dlc/Support/Error.h"
#include "dlc/Transforms/Names.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace dlc;

Expected<StringMap<std::vector<char>>>
dlc::freezeState(std::unique_ptr<MemoryBuffer> program,
                 const CompilerOptions &options, StringRef params) {
  CompilerOptions here = options;
  here.cpu = "native";
  here.evaluationOnly = true;
  here.printMemoryPlan = false;
  here.dumpPhases.clear();
  // What is said of the program is said when the library is made.
  here.remarks.clear();
  auto compilation = Compilation::read(std::move(program), here);
  if (!compilation)
    return compilation.takeError();
  if (Error error = (*compilation)->run("", "llvm"))
    return std::move(error);
  Expected<LoadedCode> code = loadCode(**compilation, "frozen");
  if (!code)
    return code.takeError();
  dlc_handle *handle = nullptr;
  scope_exit destroy([&] { dlc_destroy(handle); });
  const dlc_model &model = *code->library.model;
  if (dlc_create(&model, 0, &handle) != DLC_OK ||
      dlc_load(handle, params.str().c_str(), DLC_PRESENT) != DLC_OK)
    return makeError(dlc_last_error(handle));
  const char *block = nullptr;
  for (int step = 0; step < model.num_steps; ++step)
    block = static_cast<const char *>(dlc_rt_state(handle, step));

  StringMap<std::vector<char>> values;
  auto manifest = (*compilation)
                      ->getModule()
                      ->getAttrOfType<mlir::DictionaryAttr>(names::manifest);
  for (StringRef list : {"states", "derived"})
    for (auto entry : manifest.getAs<mlir::ArrayAttr>(list)
                          .getAsRange<mlir::DictionaryAttr>()) {
      auto type = cast<mlir::RankedTensorType>(
          entry.getAs<mlir::TypeAttr>("type").getValue());
      int64_t bytes =
          type.getNumElements() * divideCeil(type.getElementTypeBitWidth(), 8);
      const char *from =
          block + entry.getAs<mlir::IntegerAttr>("offset").getInt();
      values[entry.getAs<mlir::StringAttr>("name").getValue()] =
          std::vector<char>(from, from + bytes);
    }
  return values;
}
