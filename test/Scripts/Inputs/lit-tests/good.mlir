// RUN: dlc-opt %s | \
// RUN:   FileCheck %s --check-prefix=OPT-O0 -enable-var-scope
// RUN: not dlc-opt %s 2>&1 | FileCheck %s
// REQUIRES: something

// OPT-O0-NEXT: a prefix with a dash
// CHECK: this
// CHECK-COUNT-3: that
// CHECK-SAME{LITERAL}: [[x]]
