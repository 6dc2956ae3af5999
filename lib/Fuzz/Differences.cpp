//===- Differences.cpp - Gradients held against differences ---------------===//

#include "Differences.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

void dlc::fuzz::checkDerivatives(StringRef path, StringRef widePath,
                                 Verdict &verdict, StringRef only) {}
