//===- Probe.cpp - Programs of single kernels -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Probe.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Interpreter/Rounding.h"
#include "dlc/Support/Error.h"

#include "mlir/IR/IRMapping.h"

using namespace llvm;
using namespace dlc;
using mlir::func::FuncOp;

using Shared = SharedTensor;

//===----------------------------------------------------------------------===//
// Programs of kernels
//===----------------------------------------------------------------------===//

mlir::OwningOpRef<mlir::ModuleOp> dlc::cloneKernels(mlir::ModuleOp fused) {
  mlir::OwningOpRef<mlir::ModuleOp> result = fused.clone();
  for (auto model : result->getOps<dl::ModelOp>())
    for (mlir::Operation &op : make_early_inc_range(model.getBody().front())) {
      if (isa<dl::CounterOp>(op))
        continue;
      auto kernel = dyn_cast<FuncOp>(op);
      if (!kernel || !kernel->hasAttr(names::kernel)) {
        op.erase();
        continue;
      }
      // The operands of a kernel alone are inputs, which must not be written
      // to.
      kernel->removeAttr(names::inPlace);
      kernel->removeAttr(names::fault);
    }
  return result;
}

/// Adds a step with inputs a0, a1, ... and outputs r0, r1, ...; `body` makes
/// the results.
static void addStep(
    dl::ModelOp model, StringRef name, mlir::TypeRange inputs,
    mlir::TypeRange outputs, mlir::Location loc,
    function_ref<SmallVector<mlir::Value>(mlir::OpBuilder &, mlir::ValueRange)>
        body) {
  mlir::OpBuilder builder =
      mlir::OpBuilder::atBlockEnd(&model.getBody().front());
  auto step = FuncOp::create(builder, loc, name,
                             builder.getFunctionType(inputs, outputs));
  step->setAttr(names::step, builder.getUnitAttr());
  for (unsigned i = 0; i < inputs.size(); ++i)
    step.setArgAttr(i, names::io,
                    builder.getStringAttr("a" + std::to_string(i)));
  for (unsigned i = 0; i < outputs.size(); ++i)
    step.setResultAttr(i, names::io,
                       builder.getStringAttr("r" + std::to_string(i)));
  mlir::Block *block = step.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  mlir::func::ReturnOp::create(builder, loc,
                               body(builder, block->getArguments()));
}

void dlc::addKernelStep(dl::ModelOp model, StringRef name, FuncOp kernel) {
  addStep(model, name, kernel.getArgumentTypes(), kernel.getResultTypes(),
          kernel.getLoc(),
          [&](mlir::OpBuilder &builder, mlir::ValueRange arguments) {
            return SmallVector<mlir::Value>(
                mlir::func::CallOp::create(builder, kernel.getLoc(), kernel,
                                           arguments)
                    .getResults());
          });
}

void dlc::addLoopStep(dl::ModelOp model, StringRef name, dl::ScanOp loop) {
  SmallVector<FuncOp> copies;
  mlir::OpBuilder atEnd = mlir::OpBuilder::atBlockEnd(&model.getBody().front());
  for (unsigned i = 0; i < loop.getNumCarried(); ++i) {
    mlir::Type type = loop.getResult(i).getType();
    auto copy = FuncOp::create(atEnd, loop.getLoc(),
                               ("kernel_" + name + "_copy" + Twine(i)).str(),
                               atEnd.getFunctionType(type, type));
    copy.setPrivate();
    copy->setAttr(names::kernel, atEnd.getUnitAttr());
    mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(copy.addEntryBlock());
    mlir::Value value =
        dl::CopyOp::create(inside, loop.getLoc(), type, copy.getArgument(0));
    mlir::func::ReturnOp::create(inside, loop.getLoc(), value);
    copies.push_back(copy);
  }
  addStep(model, name, loop->getOperandTypes(), loop->getResultTypes(),
          loop.getLoc(),
          [&](mlir::OpBuilder &builder, mlir::ValueRange arguments) {
            mlir::IRMapping mapping;
            mlir::Operation *clone = builder.clone(*loop, mapping);
            clone->setOperands(arguments);
            SmallVector<mlir::Value> results(clone->getResults());
            for (auto [copy, result] : zip(copies, results))
              result = mlir::func::CallOp::create(builder, loop.getLoc(), copy,
                                                  result)
                           .getResult(0);
            return results;
          });
}

//===----------------------------------------------------------------------===//
// Running one
//===----------------------------------------------------------------------===//

FuncOp dlc::findStep(mlir::ModuleOp module, StringRef name) {
  for (auto model : module.getOps<dl::ModelOp>())
    for (auto step : model.getBody().getOps<FuncOp>())
      if (step->hasAttr(names::step) && step.getSymName() == name)
        return step;
  return {};
}

Expected<std::unique_ptr<Probe>>
Probe::compile(const CompareRequest &request, Compilation &compilation,
               mlir::OwningOpRef<mlir::ModuleOp> program) {
  auto result = std::make_unique<Probe>();
  result->source = program->clone();
  // An index outside of its table is clamped, as in the step.
  result->source->walk([](FuncOp function) {
    if (function->hasAttr(names::step))
      function->setAttr(names::faults,
                        mlir::ArrayAttr::get(function.getContext(), {}));
  });
  program = compilation.exchange(std::move(program));
  auto model =
      request.compile(compilation, phase::fuse, "kernels", request.threads);
  compilation.exchange(std::move(program));
  if (!model)
    return model.takeError();
  result->model = std::move(*model);
  return result;
}

Expected<std::vector<Shared>> Probe::evaluate(StringRef step,
                                              ArrayRef<Shared> operands) {
  std::vector<interp::Tensor> arguments;
  for (const Shared &operand : operands)
    arguments.push_back(*operand);
  auto results =
      interp::evaluate(findStep(*source, step), std::move(arguments));
  if (!results)
    return results.takeError();
  std::vector<Shared> shared;
  for (interp::Tensor &result : *results)
    shared.push_back(std::make_shared<const interp::Tensor>(std::move(result)));
  return shared;
}

/// The elements in the layout of dlc/Runtime.h.
static std::vector<char> bytesOf(const interp::Tensor &tensor,
                                 const dlc_tensor &like) {
  std::vector<char> bytes(numBytes(like));
  tensor.store(bytes.data());
  return bytes;
}

std::vector<double> Probe::noiseOf(StringRef name, ArrayRef<Shared> operands,
                                   ArrayRef<Shared> expected) {
  const dlc_step &step = model->step(cantFail(model->findStep(name)));
  std::vector<double> noise(expected.size());
  for (unsigned seed : {1000u, 2000u}) {
    std::vector<Shared> moved;
    for (auto [i, operand] : enumerate(operands)) {
      std::vector<char> bytes = bytesOf(*operand, step.inputs[i]);
      perturb(step.inputs[i].type, bytes, seed + i);
      moved.push_back(std::make_shared<const interp::Tensor>(
          interp::Tensor::load(operand->type(), bytes.data())));
    }
    interp::RoundingByChance rounding(seed);
    Expected<std::vector<Shared>> results = evaluate(name, moved);
    if (!results) {
      consumeError(results.takeError());
      continue;
    }
    for (auto [i, result] : enumerate(*results))
      noise[i] =
          std::max(noise[i], largestMove(step.outputs[i].type,
                                         bytesOf(*expected[i], step.outputs[i]),
                                         bytesOf(*result, step.outputs[i])));
  }
  return noise;
}

Answer Probe::run(StringRef name, ArrayRef<Shared> operands,
                  ArrayRef<Shared> expected, const Tolerance &tolerance) {
  Answer answer;
  auto fail = [&](Error error) {
    answer.error = toString(std::move(error));
    return answer;
  };
  Expected<int> index = model->findStep(name);
  if (!index)
    return fail(index.takeError());
  const dlc_step &step = model->step(*index);
  Expected<StepBuffers> buffers = StepBuffers::create(step);
  if (!buffers)
    return fail(buffers.takeError());
  for (auto [i, operand] : enumerate(operands))
    operand->store(buffers->input(i).data());
  if (Error error = model->run(*index, *buffers))
    return fail(std::move(error));
  // How sensitive it is is asked only where it matters.
  std::vector<double> noise;
  for (unsigned i = 0; i < expected.size(); ++i) {
    std::vector<char> bytes = bytesOf(*expected[i], step.outputs[i]);
    auto compare = [&](double moved) {
      return compareTensors(step.outputs[i].type, expected[i]->shape(),
                            buffers->output(i).data(), bytes.data(), tolerance,
                            moved);
    };
    Difference difference = compare(0);
    if (difference.differs()) {
      if (noise.empty())
        noise = noiseOf(name, operands, expected);
      difference = compare(noise[i]);
    }
    if (i == 0 || difference.excess > answer.difference.excess) {
      answer.result = i;
      answer.difference = difference;
    }
    if (difference.differs())
      break;
  }
  return answer;
}
