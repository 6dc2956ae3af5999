// RUN: dlc-opt %s
// CHECK: never read
