//===- dlc.cpp - The compiler ---------------------------------------------===//

#include "dlc/Driver.h"

int main(int argc, char **argv) { return dlc::runCompiler(argc, argv); }
