//===- Toy.cpp - A backend that writes plain C ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For tests, and for docs/adding-a-backend.md: elementwise ops and products of
// matrices become loops, and loops become C. All else is an error at its op.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Target/Backend.h"
#include "dlc/Target/Compilation.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlc;

static void addLoops(OpPassManager &manager, const PhaseOptions &options) {
  addSchedule(manager, options);
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  manager.addPass(createCanonicalize());
}

static bool isLoops(Operation *op) {
  return isa<BuiltinDialect, func::FuncDialect, scf::SCFDialect,
             memref::MemRefDialect, arith::ArithDialect, math::MathDialect>(
      op->getDialect());
}

/// The C of an op on numbers; {0} and {1} are operands.
static const char *formOf(Operation &op) {
  return llvm::StringSwitch<const char *>(op.getName().getStringRef())
      .Case("arith.addf", "{0} + {1}")
      .Case("arith.subf", "{0} - {1}")
      .Case("arith.mulf", "{0} * {1}")
      .Case("arith.divf", "{0} / {1}")
      .Case("arith.maximumf", "{0} > {1} || {0} != {0} ? {0} : {1}")
      .Case("math.tanh", "tanh({0})")
      .Case("memref.view", "(void *)({0} + {1})")
      .Cases({"memref.collapse_shape", "memref.expand_shape"}, "{0}")
      .Default(nullptr);
}

namespace {

/// Writes a program of loops as C. What it cannot write is a diagnostic.
struct CWriter {
  raw_ostream &os;
  DenseMap<Value, unsigned> numbers;
  explicit CWriter(raw_ostream &os) : os(os) {}

  std::string name(Value value) {
    auto [entry, isNew] = numbers.try_emplace(value, numbers.size());
    return "v" + std::to_string(entry->second);
  }
  void define(Value value, const Twine &text) {
    os << type(value.getType()) << ' ' << name(value) << " = " << text << ";\n";
  }
  /// Empty for types that C gets none of.
  static std::string type(Type type) {
    if (auto memref = dyn_cast<MemRefType>(type)) {
      std::string element = CWriter::type(memref.getElementType());
      return memref.getLayout().isIdentity() && !element.empty()
                 ? element + " *"
                 : "";
    }
    return type.isF32()                           ? "float"
           : type.isInteger(8)                    ? "signed char"
           : type.isIndex() || type.isInteger(64) ? "long"
                                                  : "";
  }

  std::string element(Value memref, ValueRange indices) {
    std::string text = "0";
    auto shape = cast<MemRefType>(memref.getType()).getShape();
    for (auto [extent, index] : llvm::zip_equal(shape, indices))
      text = "(" + text + ") * " + std::to_string(extent) + " + " + name(index);
    return name(memref) + "[" + text + "]";
  }

  LogicalResult write(Operation &op) {
    for (Type type : op.getResultTypes())
      if (CWriter::type(type).empty())
        return op.emitError("the backend toy has no type in C for ") << type;
    FloatAttr number;
    IntegerAttr integer;
    if (const char *form = formOf(op)) {
      std::string a = name(op.getOperand(0)), b = name(op.getOperands().back());
      define(op.getResult(0), llvm::formatv(form, a, b).str());
    } else if (matchPattern(&op, m_Constant(&number))) {
      std::string text;
      llvm::raw_string_ostream(text)
          << llvm::format("%a", number.getValueAsDouble());
      define(op.getResult(0), text);
    } else if (matchPattern(&op, m_Constant(&integer))) {
      define(op.getResult(0), Twine(integer.getInt()));
    } else if (auto load = dyn_cast<memref::LoadOp>(op)) {
      define(load, element(load.getMemRef(), load.getIndices()));
    } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
      os << element(store.getMemRef(), store.getIndices()) << " = "
         << name(store.getValueToStore()) << ";\n";
    } else if (auto call = dyn_cast<func::CallOp>(op)) {
      os << call.getCallee() << '(';
      llvm::interleaveComma(call.getOperands(), os,
                            [&](Value operand) { os << name(operand); });
      os << ");\n";
    } else if (auto loop = dyn_cast<scf::ForOp>(op);
               loop && loop.getInitArgs().empty()) {
      std::string i = name(loop.getInductionVar());
      os << "for (long " << i << " = " << name(loop.getLowerBound()) << "; "
         << i << " < " << name(loop.getUpperBound()) << "; " << i
         << " += " << name(loop.getStep()) << ") {\n";
      return write(*loop.getBody());
    } else if (!op.hasTrait<OpTrait::IsTerminator>()) {
      return op.emitError("the backend toy has no C for ") << op.getName();
    }
    return success();
  }

  LogicalResult write(Block &block) {
    bool done = llvm::all_of(
        block, [&](Operation &op) { return succeeded(write(op)); });
    os << "}\n";
    return success(done);
  }

  LogicalResult writeHead(func::FuncOp function, StringRef end) {
    os << (function.isPrivate() ? "static " : "") << "void "
       << function.getName() << '(';
    for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
      if (type(argument.getType()).empty())
        return function.emitError("the backend toy has no type in C for ")
               << argument.getType();
      os << (i ? ", " : "") << type(argument.getType()) << ' '
         << name(argument);
    }
    os << ')' << end;
    return success();
  }

  LogicalResult write(ModuleOp module) {
    auto manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
    os << "#include <tgmath.h>\n"
       << "const long state_bytes = " << manifest.getStateBytes() << ";\n"
       << "const long arena_bytes = " << manifest.getArenaBytes() << ";\n";
    for (auto function : module.getOps<func::FuncOp>())
      if (failed(writeHead(function, ";\n")))
        return failure();
    for (auto function : module.getOps<func::FuncOp>())
      if (failed(writeHead(function, " {\n")) ||
          failed(write(function.getBody().front())))
        return failure();
    return success();
  }
};

} // namespace

static TargetInfo describe(const CompilerOptions &,
                           const llvm::TargetMachine *) {
  TargetInfo info;
  info.cpu = "any";
  info.vectorBits = 0;
  return info;
}

static llvm::Error write(Compilation &compilation, StringRef, StringRef path,
                         PendingFiles &files) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (llvm::Error error = compilation.runCollecting(
          [&] { return CWriter(os).write(compilation.getModule()); },
          "the program could not be written as C"))
    return error;
  llvm::Expected<std::string> file = files.reserve(path);
  if (!file)
    return file.takeError();
  return files.describe(
      writeStream(*file, [&](llvm::raw_ostream &out) { out << text; }));
}

static const Phase phases[] = {*findPhase("linalg"),
                               {"loops", "loops over numbers in memory",
                                addLoops, isLoops, ProgramForm::Buffers}};
static constexpr llvm::StringLiteral forms[] = {"c"};
static const Backend toy{
    "toy", "plain C, for tests", phases, nullptr, describe, {}, nullptr, forms,
    write};
static const BackendRegistration registration(toy);
