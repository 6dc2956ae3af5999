//===- Graph.cpp - Pictures of programs -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Graph/Graph.h"

#include "StepGraph.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Transforms/Cost.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

/// The beginning of each graph.
static constexpr llvm::StringLiteral kHead =
    "digraph dlc {\n"
    "  newrank=true; nodesep=0.15; ranksep=0.25; "
    "fontname=\"Helvetica\"; fontsize=10;\n"
    "  node [shape=box, style=\"filled,rounded\", "
    "fontname=\"Helvetica\", fontsize=9, margin=\"0.08,0.04\", "
    "height=0.2];\n"
    "  edge [fontname=\"Helvetica\", fontsize=8, arrowsize=0.6];\n";

llvm::Expected<std::vector<std::string>> dlc::drawGraph(ModuleOp module,
                                                        StringRef phase,
                                                        StringRef step,
                                                        bool columnsApart) {
  SmallVector<func::FuncOp> steps;
  module.walk([&](func::FuncOp function) {
    if (function->hasAttr(names::step))
      steps.push_back(function);
  });
  if (!step.empty()) {
    SmallVector<StringRef> known;
    for (func::FuncOp function : steps)
      known.push_back(function.getSymName());
    llvm::erase_if(
        steps, [&](func::FuncOp other) { return other.getSymName() != step; });
    if (steps.empty())
      return unknownName("step", step, known);
  }
  std::vector<std::string> clusters;
  // Scopes and loops may lie deep in each other.
  onLargeStack([&] {
    for (auto [number, function] : llvm::enumerate(steps)) {
      StepGraph graph;
      graph.step = function.getSymName().str();
      graph.phase = phase.str();
      if (auto model = function->getParentOfType<dl::ModelOp>()) {
        graph.model = model.getSymName().str();
        for (auto param : model.getBody().getOps<dl::ParamOp>()) {
          auto type = cast<RankedTensorType>(param.getType());
          graph.parameters += static_cast<double>(type.getNumElements());
          graph.parameterBytes += bytesOf(type);
        }
        addItems(graph, function);
        findScopes(graph, function.getLoc());
      } else {
        graph.isLowered = true;
        addCalls(graph, function);
      }
      formNodes(graph);
      std::string prefix =
          steps.size() == 1 ? "n" : "s" + std::to_string(number) + "n";
      llvm::append_range(clusters, writeStep(graph, prefix, columnsApart));
    }
  });
  if (!columnsApart || clusters.empty())
    return std::vector{kHead.str() + llvm::join(clusters, "") + "}\n"};
  for (std::string &cluster : clusters)
    cluster = kHead.str() + cluster + "}\n";
  return clusters;
}
