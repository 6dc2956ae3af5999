//===- Shares.cpp - Tasks of a kernel, taken by its workers ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Shares.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace dlc::codegen {

FailureOr<Value> findWorker(func::FuncOp function) {
  if (function.getNumArguments() > 0)
    if (Value last = function.getArguments().back();
        isa<LLVM::LLVMPointerType>(last.getType()))
      return last;
  return function.emitError("is a ")
         << (function->hasAttr(names::step) ? "step" : "kernel")
         << "; expected its last argument to be %worker: !llvm.ptr";
}

func::FuncOp declareRuntime(SymbolTable &symbols, StringRef name) {
  if (auto function = symbols.lookup<func::FuncOp>(name))
    return function;
  Operation *module = symbols.getOp();
  MLIRContext *context = module->getContext();
  Type worker = LLVM::LLVMPointerType::get(context);
  Type number = IntegerType::get(context, 64);
  SmallVector<Type> inputs{worker};
  if (name == runtime::share)
    inputs.push_back(number);
  // The site and the kind of the mark.
  if (name == runtime::mark)
    inputs.append(2, IntegerType::get(context, 32));
  SmallVector<Type> results;
  if (name != runtime::barrier && name != runtime::mark)
    results.push_back(number);
  auto builder = OpBuilder::atBlockBegin(&module->getRegion(0).front());
  auto function =
      func::FuncOp::create(builder, module->getLoc(), name,
                           builder.getFunctionType(inputs, results));
  function.setPrivate();
  symbols.insert(function);
  return function;
}

TaskRange TaskRange::within(OpBuilder &builder, Location loc, int64_t begin,
                            int64_t count) const {
  Value start = arith::ConstantIndexOp::create(builder, loc, begin);
  Value end = arith::ConstantIndexOp::create(builder, loc, begin + count);
  auto clamp = [&](Value value) -> Value {
    value = arith::MaxUIOp::create(builder, loc, value, start);
    value = arith::MinUIOp::create(builder, loc, value, end);
    return arith::SubIOp::create(builder, loc, value, start);
  };
  return {clamp(first), clamp(last)};
}

void emitShared(OpBuilder &builder, Location loc, Value worker, int64_t tasks,
                llvm::function_ref<void(TaskRange)> emitBody) {
  Type number = builder.getI64Type();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIntOp::create(builder, loc, value, 64);
  };
  auto call = [&](StringRef name, ValueRange operands) -> Value {
    return func::CallOp::create(builder, loc, name, number, operands)
        .getResult(0);
  };
  // The runtime counts to less than 2^32.
  int64_t scale =
      std::max<int64_t>(1, llvm::divideCeil(tasks, int64_t(1) << 31));
  Value first =
      call(runtime::share, {worker, constant(llvm::divideCeil(tasks, scale))});
  auto loop = scf::WhileOp::create(builder, loc, number, first);
  OpBuilder::InsertionGuard guard(builder);
  Block *before = builder.createBlock(&loop.getBefore(), {}, number, loc);
  Value some = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                     before->getArgument(0), constant(0));
  scf::ConditionOp::create(builder, loc, some, before->getArguments());

  Block *after = builder.createBlock(&loop.getAfter(), {}, number, loc);
  Value piece = after->getArgument(0);
  auto toIndex = [&](Value value) -> Value {
    return arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                        value);
  };
  TaskRange range{
      toIndex(arith::ShRUIOp::create(builder, loc, piece, constant(32))),
      toIndex(
          arith::AndIOp::create(builder, loc, piece, constant(0xffffffff)))};
  if (scale > 1) {
    Value factor = arith::ConstantIndexOp::create(builder, loc, scale);
    for (Value *bound : {&range.first, &range.last})
      *bound = arith::MulIOp::create(builder, loc, *bound, factor);
    range = range.within(builder, loc, 0, tasks);
  }
  emitBody(range);
  scf::YieldOp::create(builder, loc, call(runtime::next, worker));
}

} // namespace dlc::codegen
