//===- TargetInfo.cpp - The description of a target as an attribute -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Machine/TargetInfo.h"

#include "dlc/Support/Suggest.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

/// The key of the one device, and that of the processor's name.
static constexpr StringLiteral kDevice = "CPU", kCpu = "cpu";

namespace {

/// A number of the description.
struct Field {
  StringLiteral key;
  int64_t TargetInfo::*integer;
  double TargetInfo::*real;
  double least, most;
  /// 0, or a power of two.
  bool isPower = false;
};

} // namespace

double TargetInfo::workOf(Block &body) const {
  double work = 0;
  for (Operation &op : body.without_terminator())
    work += isa_and_nonnull<math::MathDialect>(op.getDialect()) ? mathCost : 1;
  return work;
}

static constexpr double kMostBytes = int64_t(1) << 40, kMostCost = 1e6;

// Names of keys are MLIR's own where it has one.
static constexpr Field fields[] = {
    {"max_vector_op_width", &TargetInfo::vectorBits, nullptr, 0, 8192, true},
    {"vector_registers", &TargetInfo::vectorRegisters, nullptr, 4, 256},
    {"cache_line_size_in_bytes", &TargetInfo::lineBytes, nullptr, 16, 4096,
     true},
    {"L1_cache_size_in_bytes", &TargetInfo::l1Bytes, nullptr, 1024, kMostBytes},
    {"L1_cache_ways", &TargetInfo::l1Ways, nullptr, 1, 64},
    {"L2_cache_size_in_bytes", &TargetInfo::l2Bytes, nullptr, 1024, kMostBytes},
    {"L2_cache_ways", &TargetInfo::l2Ways, nullptr, 1, 64},
    {"L2_bytes_per_cycle", nullptr, &TargetInfo::l2BytesPerCycle, 0.01, 4096},
    {"memory_bytes_per_cycle", nullptr, &TargetInfo::memoryBytesPerCycle, 0.01,
     4096},
    {"arithmetic_units", nullptr, &TargetInfo::arithmeticUnits, 0.25, 64},
    {"load_units", nullptr, &TargetInfo::loadUnits, 0.25, 64},
    {"sum_latency_in_cycles", nullptr, &TargetInfo::sumLatency, 0, 1000},
    {"loop_overhead_in_cycles", nullptr, &TargetInfo::loopOverhead, 0, 1000},
    {"unrolled_steps", &TargetInfo::unrolledSteps, nullptr, 0, 64},
    {"math_op_cost", nullptr, &TargetInfo::mathCost, 0, kMostCost},
    {"lane_cost", nullptr, &TargetInfo::laneCost, 0, kMostCost},
    {"transpose_cost", nullptr, &TargetInfo::transposeCost, 0, kMostCost},
    {"far_transpose_cost", nullptr, &TargetInfo::farTransposeCost, 0,
     kMostCost},
    {"lane_sum_cycles", nullptr, &TargetInfo::laneSumCycles, 0, kMostCost},
    {"straddling_cycles", nullptr, &TargetInfo::straddlingCycles, 0, kMostCost},
    {"far_row_cycles", nullptr, &TargetInfo::farRowCycles, 0, kMostCost},
    {"prefetch_steps", &TargetInfo::prefetchSteps, nullptr, 4, 1024},
    {"prefetch_lines", &TargetInfo::prefetchLines, nullptr, 0, 1024},
    {"least_tasks", &TargetInfo::leastTasks, nullptr, 1, 1 << 20},
    {"kernel_cycles", nullptr, &TargetInfo::kernelCycles, 0, kMostCost},
    {"small_buffer_bytes", &TargetInfo::smallBytes, nullptr, 0, kMostBytes},
};

TargetSystemSpecInterface TargetInfo::toAttribute(MLIRContext *context) const {
  Builder b(context);
  SmallVector<DataLayoutEntryInterface> entries{
      DataLayoutEntryAttr::get(b.getStringAttr(kCpu), b.getStringAttr(cpu))};
  for (const Field &field : fields) {
    Attribute value = field.integer
                          ? Attribute(b.getI64IntegerAttr(this->*field.integer))
                          : b.getF64FloatAttr(this->*field.real);
    entries.push_back(
        DataLayoutEntryAttr::get(b.getStringAttr(field.key), value));
  }
  auto device = TargetDeviceSpecAttr::get(context, entries);
  DataLayoutEntryInterface entry =
      DataLayoutEntryAttr::get(b.getStringAttr(kDevice), device);
  return TargetSystemSpecAttr::get(context, entry);
}

void TargetInfo::attach(ModuleOp module) const {
  module->setAttr(TargetSystemSpecAttr::name, toAttribute(module.getContext()));
}

/// Sets one field; returns the error in the value, or nothing.
static std::string set(TargetInfo &info, const Field &field, Attribute value) {
  auto integer = dyn_cast<IntegerAttr>(value);
  auto real = dyn_cast<FloatAttr>(value);
  if (field.integer ? !integer : !real)
    return field.integer ? "is not an integer"
                         : "is not a floating-point number";
  if (integer && integer.getValue().getSignificantBits() > 63)
    return "is out of range";
  double number = integer ? double(integer.getValue().getSExtValue())
                          : real.getValueAsDouble();
  // NaN too.
  if (!(number >= field.least && number <= field.most)) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "is not from " << llvm::format("%g", field.least) << " to "
        << llvm::format("%.13g", field.most);
    return text;
  }
  if (field.isPower && number != 0 && !llvm::isPowerOf2_64(uint64_t(number)))
    return "is not a power of two";
  if (field.integer)
    info.*field.integer = integer.getValue().getSExtValue();
  else
    info.*field.real = number;
  return "";
}

FailureOr<TargetInfo> TargetInfo::get(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module)
    module = op->getParentOfType<ModuleOp>();
  TargetInfo info;
  if (!module)
    return info;
  Attribute spec = module->getAttr(TargetSystemSpecAttr::name);
  if (!spec)
    return info;
  auto error = [&]() {
    return module.emitError("describes a target that cannot be one: ");
  };
  auto system = dyn_cast<TargetSystemSpecInterface>(spec);
  std::optional<TargetDeviceSpecInterface> device;
  if (system)
    device = system.getDeviceSpecForDeviceID(
        StringAttr::get(module.getContext(), kDevice));
  if (!device)
    return error() << "there is no device \"" << kDevice << "\"";
  for (DataLayoutEntryInterface entry : device->getEntries()) {
    auto key = dyn_cast<StringAttr>(entry.getKey());
    if (!key)
      return error() << "a key is not a string";
    if (key == kCpu) {
      auto name = dyn_cast<StringAttr>(entry.getValue());
      if (!name)
        return error() << "\"" << kCpu << "\" is not a string";
      info.cpu = name.str();
      continue;
    }
    const Field *field = llvm::find_if(
        fields, [&](const Field &field) { return field.key == key; });
    if (field == std::end(fields)) {
      SmallVector<StringRef> known{kCpu};
      for (const Field &other : fields)
        known.push_back(other.key);
      return error() << llvm::toString(
                 unknownName("key of targets", key.getValue(), known));
    }
    if (std::string flaw = set(info, *field, entry.getValue()); !flaw.empty())
      return error() << "\"" << field->key << "\" " << flaw;
  }
  return info;
}
