//===- Families.cpp - The generators of all families ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace llvm;
using namespace dlc::fuzz;

ArrayRef<OpGenerator> dlc::fuzz::opGenerators() {
  static const std::vector<OpGenerator> all = [] {
    std::vector<OpGenerator> all;
    for (ArrayRef<OpGenerator> family :
         {elementwiseGenerators(), activationGenerators(), shapeGenerators(),
          tableGenerators(), reductionGenerators(), linearGenerators(),
          windowGenerators(), lossGenerators(), normalisationGenerators(),
          recurrentGenerators(), randomGenerators(), scheduleGenerators()})
      all.insert(all.end(), family.begin(), family.end());
    return all;
  }();
  return all;
}

ArrayRef<StructuralOp> dlc::fuzz::structuralOps() {
  static constexpr StructuralOp ops[] = {
      {"model", "holds every program"},
      {"hparam", "the learning rate of programs that train"},
      {"param", "made where an op takes a parameter"},
      {"buffer", "made where an op takes a buffer, and for dl.write"},
      {"slot", "made by the compiler for each optimizer"},
      {"counter", "made by the compiler"},
      {"derived", "made by the compiler of what follows from the state"},
      {"variable", "made by the compiler of what a gradient is taken of"},
      {"depends", "made by the compiler of the gradients of parameters"},
      {"first_fault", "made by the compiler of the checks of a step"},
      {"optimizer", "made for dl.minimize, of every rule"},
      {"func", "some ops stand in a function that is called"},
      {"step", "holds the ops of every program"},
      {"return", "ends steps and functions"},
      {"call", "calls the functions"},
      {"read", "made where an op takes a parameter or a buffer"},
      {"write", "some programs keep a value in a buffer"},
      {"read_hparam", "the learning rate of programs that train"},
      {"gradient", "programs of first and second order"},
      {"minimize", "programs that train"},
      {"scan", "some ops stand in the body of a loop"},
      {"yield", "ends the body of a loop"},
  };
  return ops;
}
