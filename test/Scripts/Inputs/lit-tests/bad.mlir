// RUN: dlc-opt %s | FileCheck %s
// RUN: dlc-opt %s -dl-x | FileCheck %s --check-prefixes=O0,UNUSED

// CHECK-LABEL: @good
// CHECK-SMAE: misspelt suffix
// CEHCK: misspelt prefix
// O1: prefix not enabled
// CHECK-NEXT no colon
// O0-COUNT-2: good
