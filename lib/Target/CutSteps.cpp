//===- CutSteps.cpp - A long step as a few calls of its parts -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   define void @entry(ptr %state, ptr %arena, ptr %io, ...) {
//     %a = getelementptr i8, ptr %state, i64 64
//     call void @kernel_0(ptr %a, ...)
//     ...
//     call void @kernel_2000(ptr %z, ...)
//
// becomes
//
//   define void @entry(ptr %state, ptr %arena, ptr %io, ...) {
//     call void @entry.part_0(ptr %state, ptr %io, ...)
//     ...
//     call void @entry.part_62(ptr %state, ptr %arena, ...)
//
//   define void @entry.part_0(ptr %state, ptr %io, ...) {
//     %a = getelementptr i8, ptr %state, i64 64
//     call void @kernel_0(ptr %a, ...)
//     ...
//
// Instruction selection and register allocation take more than twice the time
// for a block twice as long. Addresses are computed again in the part that
// needs them, so that none has to be kept over other calls.
//
//===----------------------------------------------------------------------===//

#include "ObjectCode.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

using namespace llvm;
using namespace dlc;

/// Calls of a part; fewer than the least stay where they are.
static constexpr size_t kMostCalls = 32, kLeastCalls = 4;
/// A part ends with the call that reaches this number of arguments.
static constexpr size_t kMostArguments = 256;

/// Whether an instruction gives the same value wherever it is repeated.
static bool isRepeatable(const Instruction &instruction) {
  if (instruction.isTerminator() ||
      isa<PHINode, AllocaInst, CallBase>(instruction))
    return false;
  return !instruction.mayReadOrWriteMemory() ||
         instruction.hasMetadata(LLVMContext::MD_invariant_load);
}

namespace {

class StepCutter {
public:
  explicit StepCutter(Function &step) : step(step) {}

  /// Makes parts of all calls that stand together; whether there were any.
  bool run() {
    unsigned before = numParts;
    for (BasicBlock &block : step)
      cut(block);
    if (numParts == before)
      return false;
    eraseDead();
    return true;
  }

private:
  void cut(BasicBlock &block);
  void outline();
  void eraseDead();
  /// Finds the instructions that a part must repeat, and the arguments that it
  /// must take, to have `value`.
  void require(Value *value);

  Function &step;
  unsigned numParts = 0;
  /// The calls of the part that is being collected.
  SmallVector<CallInst *> calls;
  size_t numArguments = 0;
  SetVector<Instruction *> repeated;
  SetVector<Value *> taken;
};

} // namespace

void StepCutter::require(Value *value) {
  if (isa<Constant>(value))
    return;
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction || !isRepeatable(*instruction)) {
    taken.insert(value);
    return;
  }
  if (repeated.contains(instruction))
    return;
  for (Value *operand : instruction->operands())
    require(operand);
  repeated.insert(instruction);
}

/// Moves the collected calls into a function that is called in their place.
void StepCutter::outline() {
  SmallVector<CallInst *> moved = std::exchange(calls, {});
  numArguments = 0;
  if (moved.size() < kLeastCalls)
    return;
  repeated.clear();
  taken.clear();
  for (CallInst *call : moved)
    for (Value *argument : call->args())
      require(argument);

  SmallVector<Type *> types;
  for (Value *value : taken)
    types.push_back(value->getType());
  LLVMContext &context = step.getContext();
  Function *part = Function::Create(
      FunctionType::get(Type::getVoidTy(context), types, false),
      GlobalValue::InternalLinkage,
      step.getName() + ".part_" + Twine(numParts++), step.getParent());
  part->addFnAttrs(AttrBuilder(context, step.getAttributes().getFnAttrs()));
  part->addFnAttr(Attribute::NoInline);
  ValueToValueMapTy map;
  for (auto [value, argument] : zip_equal(taken, part->args()))
    map[value] = &argument;
  IRBuilder<> builder(BasicBlock::Create(context, "entry", part));
  auto copy = [&](Instruction *instruction) {
    Instruction *clone = builder.Insert(instruction->clone());
    RemapInstruction(clone, map, RF_NoModuleLevelChanges);
    map[instruction] = clone;
  };
  for_each(repeated, copy);
  for_each(moved, copy);
  builder.CreateRetVoid();

  builder.SetInsertPoint(moved.back());
  builder.CreateCall(part, taken.getArrayRef());
  for (CallInst *call : moved)
    call->eraseFromParent();
}

void StepCutter::cut(BasicBlock &block) {
  for (Instruction &instruction : make_early_inc_range(block)) {
    auto *call = dyn_cast<CallInst>(&instruction);
    if (call && call->getType()->isVoidTy() && call->getCalledFunction()) {
      calls.push_back(call);
      numArguments += call->arg_size();
      if (calls.size() == kMostCalls || numArguments >= kMostArguments)
        outline();
    } else if (!isRepeatable(instruction)) {
      outline();
    }
  }
}

/// Erases instructions that only computed arguments of calls that are gone.
void StepCutter::eraseDead() {
  for (BasicBlock &block : step)
    for (Instruction &instruction : make_early_inc_range(reverse(block)))
      if (isInstructionTriviallyDead(&instruction))
        instruction.eraseFromParent();
}

void dlc::cutStep(Function &step) {
  StepCutter cutter(step);
  auto isLong = [&] {
    return size_t(count_if(instructions(step), IsaPred<CallInst>)) > kMostCalls;
  };
  // A step with very many parts is cut again.
  while (isLong() && cutter.run())
    ;
}
