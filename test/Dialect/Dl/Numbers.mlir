// Numbers wherever they stand come back as the same bits: once printed, and once read.
// RUN: dlc-opt %s | FileCheck %s
// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.model @numbers
dl.model @numbers {
  // Whole numbers of any length, without a point too.
  // CHECK-NEXT: dl.hparam @whole = 1.234567e+06
  // CHECK-NEXT: dl.hparam @longer = 1.23456789e+08
  // CHECK-NEXT: dl.hparam @integer = 1.234567e+06
  // CHECK-NEXT: dl.hparam @beyond_i64 = 1.000000e+30
  // CHECK-NEXT: dl.hparam @tenth = 1.000000e-01
  // CHECK-NEXT: dl.hparam @minus_zero = -0.000000e+00
  // CHECK-NEXT: dl.hparam @least = 4.940656e-324
  dl.hparam @whole = 1234567.0
  dl.hparam @longer = 123456789.0
  dl.hparam @integer = 1234567
  dl.hparam @beyond_i64 = 1000000000000000000000000000000
  dl.hparam @tenth = 0.1
  dl.hparam @minus_zero = -0.0
  dl.hparam @least = 4.9e-324

  // Bits in hexadecimal, as MLIR writes floats.
  // CHECK-NEXT: dl.hparam @bits = 1.234567e+06
  dl.hparam @bits = 0x4132D68700000000

  // CHECK-NEXT: dl.param @fill : tensor<f64> = constant<1.000000e+300>
  // CHECK-NEXT: dl.param @infinite : tensor<f64> = constant<-inf>
  // CHECK-NEXT: dl.param @none : tensor<f64> = constant<nan>
  // CHECK-NEXT: dl.param @payload : tensor<f64> = constant<0x7ff8000000000007>
  // CHECK-NEXT: dl.param @minus_nan : tensor<f64> = constant<0xfff8000000000000>
  // CHECK-NEXT: dl.param @wide : tensor<f64> = uniform<-1.23456789e+08, 1.23456789012e+11>
  dl.param @fill : tensor<f64> = constant<1.0e300>
  dl.param @infinite : tensor<f64> = constant<-inf>
  dl.param @none : tensor<f64> = constant<nan>
  dl.param @payload : tensor<f64> = constant<0x7ff8000000000007>
  dl.param @minus_nan : tensor<f64> = constant<-nan>
  dl.param @wide : tensor<f64> = uniform<-123456789.0, 123456789012.0>

  // CHECK-NEXT: dl.optimizer @sgd = #dl.sgd<momentum = 1.000000e+00, dampening = -1.234567e+06, weight_decay = 1.234567e+06>
  // CHECK-NEXT: dl.optimizer @muon = #dl.muon<a = 1.2345678901234568e+17>
  dl.optimizer @sgd = #dl.sgd<momentum = 1.0, dampening = -1234567.0, weight_decay = 1234567.0>
  dl.optimizer @muon = #dl.muon<a = 123456789012345678>

  dl.step @all(%x: tensor<8xf64>, %lr: tensor<f64>) {
    // CHECK: dl.scale %{{.*}} by 1.234567e+06 : tensor<8xf64>
    // CHECK: dl.scale %{{.*}} by inf : tensor<8xf64>
    // CHECK: dl.offset %{{.*}} by -1.23456789e+08 : tensor<8xf64>
    // CHECK: dl.offset %{{.*}} by nan : tensor<8xf64>
    // CHECK: dl.norm %{{.*}} p -inf : tensor<8xf64> -> tensor<f64>
    // CHECK: dl.norm %{{.*}} p 1.234567e+06 : tensor<8xf64> -> tensor<f64>
    %0 = dl.scale %x by 1234567.0 : tensor<8xf64>
    %1 = dl.scale %0 by inf : tensor<8xf64>
    %2 = dl.offset %1 by -123456789.0 : tensor<8xf64>
    %3 = dl.offset %2 by nan : tensor<8xf64>
    %4 = dl.norm %3 p -inf : tensor<8xf64> -> tensor<f64>
    %5 = dl.norm %x p 1234567.0 : tensor<8xf64> -> tensor<f64>
    // CHECK: clip_norm(1.234567e+06)
    dl.minimize %5 with @sgd over ["*"] lr(%lr) clip_norm(1234567.0) : tensor<f64>, tensor<f64>
    dl.return
  }
}
