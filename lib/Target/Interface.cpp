//===- Interface.cpp - The C functions that a library exports -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `<model>_create`, `<model>_<step>` and so on: each calls the runtime with the
// model's table. Header and functions come from one list.
//
//===----------------------------------------------------------------------===//

#include "Manifest.h"

#include "dlc/Target/Compilation.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace dlc;

namespace {

/// A function `<model>_<name>` that hands its arguments to the runtime's
/// `dlc_<name>`.
struct Forwarded {
  StringLiteral name;
  /// Of the C function: %M is the model's name.
  StringLiteral result, parameters;
  /// One letter an argument, after the result's: p pointer, i int, l int64_t or
  /// size_t, d double, v nothing.
  StringLiteral types;
  StringLiteral comment;
};

} // namespace

static constexpr Forwarded forwarded[] = {
#define DLC_FORWARDED(name, result, parameters, types, comment)                \
  {name, result, parameters, types, comment},
#include "dlc/Interface.def"
};

void dlc::addInterface(Module &module, const Manifest &manifest,
                       GlobalVariable *model) {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::get(context, 0);
  auto typeOf = [&](char letter) -> Type * {
    switch (letter) {
    case 'p':
      return pointer;
    case 'i':
      return Type::getInt32Ty(context);
    case 'l':
      return Type::getInt64Ty(context);
    case 'd':
      return Type::getDoubleTy(context);
    default:
      return Type::getVoidTy(context);
    }
  };
  auto signature = [&](StringRef letters) {
    SmallVector<Type *> parameters;
    for (char letter : letters.drop_front())
      parameters.push_back(typeOf(letter));
    return FunctionType::get(typeOf(letters.front()), parameters, false);
  };
  auto runtime = [&](StringRef name, StringRef letters) {
    FunctionCallee callee =
        module.getOrInsertFunction(("dlc_" + name).str(), signature(letters));
    cast<Function>(callee.getCallee())
        ->setVisibility(GlobalValue::HiddenVisibility);
    return callee;
  };
  IRBuilder<> builder(context);
  auto define = [&](StringRef name, FunctionType *type) {
    Function *function =
        Function::Create(type, GlobalValue::ExternalLinkage,
                         (manifest.name + "_" + name).str(), module);
    builder.SetInsertPoint(BasicBlock::Create(context, "entry", function));
    return function;
  };
  auto finish = [&](FunctionCallee callee, ArrayRef<Value *> args) {
    Value *result = builder.CreateCall(callee, args);
    if (result->getType()->isVoidTy())
      builder.CreateRetVoid();
    else
      builder.CreateRet(result);
  };

  Function *create = define("create", signature("ipi"));
  finish(runtime("create", "ipip"),
         {model, create->getArg(1), create->getArg(0)});
  define("description", signature("p"));
  // The fifth field of dlc_model.
  builder.CreateRet(
      cast<ConstantStruct>(model->getInitializer())->getOperand(4));
  for (const Forwarded &entry : forwarded) {
    Function *function = define(entry.name, signature(entry.types));
    SmallVector<Value *> args;
    for (Argument &arg : function->args())
      args.push_back(&arg);
    finish(runtime(entry.name, entry.types), args);
  }
  for (auto [number, step] : enumerate(manifest.steps)) {
    size_t count = step.inputs.size() + step.outputs.size();
    SmallVector<Type *> parameters(count + 1, pointer);
    size_t first = 1;
    if (step.batch) {
      parameters.insert(parameters.begin() + 1, builder.getInt64Ty());
      first = 2;
    }
    Function *function =
        define(step.name,
               FunctionType::get(Type::getInt32Ty(context), parameters, false));
    Value *io = builder.CreateAlloca(
        ArrayType::get(pointer, std::max<size_t>(count, 1)));
    for (size_t i = 0; i < count; ++i)
      builder.CreateStore(function->getArg(first + i),
                          builder.CreateConstGEP1_64(pointer, io, i));
    if (step.batch)
      finish(runtime("run_batch", "ipilp"),
             {function->getArg(0), builder.getInt32(number),
              function->getArg(1), io});
    else
      finish(runtime("run", "ipip"),
             {function->getArg(0), builder.getInt32(number), io});
  }
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

/// "float loss[64][10]" as a comment says it: 64 x 10. Where the extents differ
/// between the least and the greatest batch they follow it: batch x 10.
static std::string shapeText(const TensorInfo &tensor, const TensorInfo &least,
                             int64_t batches, StringRef batch) {
  if (tensor.type.getRank() == 0)
    return "one number";
  std::string text;
  raw_string_ostream stream(text);
  interleave(
      zip_equal(tensor.type.getShape(), least.type.getShape()),
      [&](auto extents) {
        auto [extent, small] = extents;
        int64_t slope = batches ? (extent - small) / batches : 0;
        if (slope == 0)
          stream << extent;
        else if (slope == 1)
          stream << batch;
        else
          stream << slope << ' ' << batch;
      },
      [&] { stream << " x "; });
  return text;
}

/// "1, 8 or 32", or "1 to 32".
static std::string sizesText(const StepInfo &step) {
  std::string text;
  raw_string_ostream stream(text);
  for (auto [number, size] : enumerate(step.sizes)) {
    bool last = number + 1 == step.sizes.size();
    if (step.anyBatch && number > 0 && !last)
      continue;
    if (number > 0)
      stream << (step.anyBatch ? " to " : last ? " or " : ", ");
    stream << size.batch;
  }
  return text;
}

/// The header's name for the batch, which no input or output has.
static std::string batchName(const StepInfo &step) {
  std::string name = "batch";
  auto isTaken = [&](const TensorInfo &tensor) { return tensor.name == name; };
  while (any_of(step.inputs, isTaken) || any_of(step.outputs, isTaken))
    name += '_';
  return name;
}

std::string dlc::makeHeader(mlir::ModuleOp module) {
  Expected<Manifest> read = Manifest::read(module);
  if (!read) {
    consumeError(read.takeError());
    return "";
  }
  const Manifest &manifest = *read;
  std::string text;
  raw_string_ostream out(text);
  std::string name = manifest.name.str(), guard = "DLC_MODEL_" + name + "_H";
  out << formatv(R"(/* {0}.h - the model "{0}", compiled by dlc.

   Every function that returns int returns 0 when all went well; otherwise
   {0}_last_error says in a sentence what was wrong. Tensors are contiguous, last
   dimension fastest. Handles are independent; one handle must not be used
   from two threads at once. */
#ifndef {1}
#define {1}

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

typedef struct {0} {0};

/* Makes an instance with that many threads (0: one for each CPU), initialised
   from seed 0. */
int {0}_create({0} **model, int threads);

/* The model as JSON text: state, steps, names, shapes, types, memory. */
const char *{0}_description(void);
)",
                 name, guard);
  auto named = [&](StringRef pattern) {
    std::string result;
    for (size_t i = 0; i < pattern.size(); ++i)
      if (pattern.substr(i, 2) == "%M") {
        result += name;
        ++i;
      } else {
        result += pattern[i];
      }
    return result;
  };
  for (const Forwarded &entry : forwarded)
    out << formatv("\n/* {0} */\n{1}{2}{3}_{4}({5});\n", entry.comment,
                   entry.result, entry.result.ends_with("*") ? "" : " ", name,
                   entry.name, named(entry.parameters));
  for (const StepInfo &step : manifest.steps) {
    const StepInfo &least = step.sizes.empty() ? step : step.sizes.front();
    int64_t batches = step.batch - least.batch;
    std::string batch = batchName(step);
    out << "\n/* Runs the step '" << step.name << "'.";
    if (step.batch)
      out << " " << batch << ": " << sizesText(step) << ".";
    for (auto [input, small] : zip_equal(step.inputs, least.inputs))
      out << "\n   in  " << input.name << ": "
          << shapeText(input, small, batches, batch);
    for (auto [output, small] : zip_equal(step.outputs, least.outputs))
      out << "\n   out " << output.name << ": "
          << shapeText(output, small, batches, batch);
    out << " */\nint " << name << "_" << step.name << "(" << name << " *model";
    if (step.batch)
      out << ", int64_t " << batch;
    for (const TensorInfo &input : step.inputs)
      out << ", const " << input.element().cName << " *" << input.name;
    for (const TensorInfo &output : step.outputs)
      out << ", " << output.element().cName << " *" << output.name;
    out << ");\n";
  }
  out << "\n#ifdef __cplusplus\n}\n#endif\n#endif /* " << guard << " */\n";
  return text;
}
