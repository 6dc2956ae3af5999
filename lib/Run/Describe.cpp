//===- Describe.cpp - dlc-run MODEL describe ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything printed here is in the table of the model, so a shared library
// says the same as the program it was compiled from. Floating-point operations
// stand in the table of sites, which a program is compiled with for this, and
// a library has if `dlc --profile` made it.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include "dlc/Data/Array.h"
#include "dlc/Execution/StepOfBatch.h"
#include "dlc/Support/Printable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

namespace {

/// Rows of two or three columns, each as wide as its longest entry.
class Columns {
public:
  void add(std::string first, std::string second, std::string third = "") {
    rows.push_back({std::move(first), std::move(second), std::move(third)});
  }

  void print(raw_ostream &os, unsigned indent) const {
    size_t widths[2] = {0, 0};
    for (const Row &row : rows)
      for (unsigned i = 0; i < 2; ++i)
        widths[i] = std::max(widths[i], row[i].size());
    for (const Row &row : rows) {
      std::string line(indent, ' ');
      for (unsigned i = 0; i < 2; ++i)
        line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
      os << StringRef(line + row[2]).rtrim() << '\n';
    }
  }

private:
  using Row = std::array<std::string, 3>;
  std::vector<Row> rows;
};

} // namespace

static std::string typeOf(const dlc_tensor &tensor) {
  return describe(tensor.type, {tensor.shape, size_t(tensor.rank)});
}

static std::string counted(int64_t count, StringRef noun) {
  return formatv("{0} {1}{2}", count, noun, count == 1 ? "" : "s");
}

static std::string rangeText(int32_t range) {
  switch (range) {
  case DLC_NOT_NEGATIVE:
    return "0 or more";
  case DLC_UP_TO_ONE:
    return "from 0 to 1";
  case DLC_BELOW_ONE:
    return "from 0 on, less than 1";
  default:
    return "any finite number";
  }
}

/// The fewest digits that read the same value of the type back.
static std::string shortest(double value, int32_t type) {
  auto isSame = [&](double read) {
    return type == DLC_F32 ? float(read) == float(value) : read == value;
  };
  for (int digits = 1;; ++digits) {
    std::string text;
    raw_string_ostream(text) << format("%.*g", digits, value);
    double read;
    if (digits == 17 || (!StringRef(text).getAsDouble(read) && isSame(read)))
      return text;
  }
}

/// The entries of one kind, each with its type and number of elements; of
/// slots, which repeat the parameters, the sums alone.
static void printEntries(raw_ostream &os, const dlc_model &model, int32_t kind,
                         StringRef heading) {
  Columns columns;
  int64_t entries = 0, elements = 0, bytes = 0;
  for (const dlc_state &state : ArrayRef(model.states, model.num_states)) {
    if (state.kind != kind)
      continue;
    ++entries;
    elements += numElements(state.tensor);
    bytes += numBytes(state.tensor);
    columns.add(printable(state.tensor.name), typeOf(state.tensor),
                std::to_string(numElements(state.tensor)));
  }
  if (entries == 0)
    return;
  os << '\n'
     << heading << ": " << entries << " with " << counted(elements, "element")
     << ", " << counted(bytes, "byte") << '\n';
  if (kind != DLC_SLOT)
    columns.print(os, 2);
}

static Error printHparams(raw_ostream &os, Model &model) {
  Columns columns;
  int64_t count = 0;
  const dlc_model &table = model.description();
  for (const dlc_state &state : ArrayRef(table.states, table.num_states)) {
    if (state.kind != DLC_HPARAM)
      continue;
    Expected<double> value = model.getHparam(state.tensor.name);
    if (!value)
      return value.takeError();
    ++count;
    columns.add(printable(state.tensor.name), typeOf(state.tensor),
                shortest(*value, state.tensor.type) + "  (" +
                    rangeText(state.range) + ")");
  }
  if (count == 0)
    return Error::success();
  os << "\nhyper-parameters: " << count << '\n';
  columns.print(os, 2);
  return Error::success();
}

/// The floating-point operations of one call, from the sites of its kernels,
/// each as often as the loops around it make its call.
static std::string flopsOf(const dlc_model &model, const dlc_step &step) {
  double flops = 0;
  bool isMeasured = false, isWhole = true;
  for (const dlc_site &site : ArrayRef(model.sites, model.num_sites)) {
    if (site.derives || StringRef(site.step) != step.name ||
        site.batch != step.batch)
      continue;
    isMeasured = true;
    if (!site.kernel)
      continue;
    isWhole &= site.flops >= 0 && site.trips >= 0;
    flops += std::max(site.flops, 0.0) *
             static_cast<double>(std::max<int64_t>(site.trips, 1));
  }
  if (!isMeasured)
    return "";
  std::string text = isWhole ? "" : "at least ";
  raw_string_ostream(text) << format("%.0f", flops);
  return text;
}

static void printStep(raw_ostream &os, const dlc_model &model,
                      const dlc_step &step) {
  os << "\nstep " << printable(step.name) << ':'
     << (step.trains ? " trains" : "");
  if (!step.trains)
    os << (step.num_writes ? " changes state" : " changes nothing");
  if (step.num_sizes)
    os << ", batch of " << describeSizes(step);
  os << '\n';
  Columns columns;
  for (const dlc_tensor &input : ArrayRef(step.inputs, step.num_inputs))
    columns.add("input", printable(input.name), typeOf(input));
  for (const dlc_tensor &output : ArrayRef(step.outputs, step.num_outputs))
    columns.add("output", printable(output.name), typeOf(output));
  columns.print(os, 2);
  if (std::string flops = flopsOf(model, step); !flops.empty()) {
    os << "  " << flops << " FLOPs a call";
    if (step.num_sizes)
      os << " of " << counted(step.batch, "row");
    os << '\n';
  }
}

Error run::runDescribe(const Arguments &arguments, RunContext &context) {
  Expected<std::unique_ptr<Model>> opened =
      openModel(arguments, context, [&](CompilerOptions &options) {
        options.profile = !arguments.has(OPT_interpret);
      });
  if (!opened)
    return opened.takeError();
  Model &model = **opened;
  const dlc_model &table = model.description();
  raw_ostream &os = context.out;
  os << "model " << printable(table.name) << ": "
     << counted(table.num_steps, "step") << ", state of "
     << counted(table.state_bytes, "byte") << ", arena of "
     << counted(table.arena_bytes, "byte") << " (its largest step)\n";
  if (table.frozen)
    os << "  the state is a part of the library and does not change\n";
  if (Error error = printHparams(os, model))
    return error;
  printEntries(os, table, DLC_PARAM, "parameters");
  printEntries(os, table, DLC_BUFFER, "buffers");
  printEntries(os, table, DLC_SLOT, "slots of optimizers");
  printEntries(os, table, DLC_COUNTER, "counters");
  for (const dlc_step &step : ArrayRef(table.steps, table.num_steps))
    printStep(os, table, step);
  if (!table.num_sites && table.num_steps)
    os << "\nFLOPs are not known: "
       << (arguments.has(OPT_interpret)
               ? "--interpret compiles nothing\n"
               : "the library was compiled without --profile\n");
  return Error::success();
}
