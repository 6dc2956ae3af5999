// What the interpreter and compiled code must agree on where numbers end.
// RUN: dlc-run %s --step integers --interpret | FileCheck %s --check-prefix=INTEGERS
// RUN: dlc-run %s --step integers -O0 | FileCheck %s --check-prefix=INTEGERS
// RUN: dlc-run %s --step integers | FileCheck %s --check-prefix=INTEGERS
// RUN: dlc-run %s --step casts --interpret | FileCheck %s --check-prefix=CASTS
// RUN: dlc-run %s --step casts -O0 | FileCheck %s --check-prefix=CASTS
// RUN: dlc-run %s --step casts | FileCheck %s --check-prefix=CASTS
// RUN: dlc-run %s --step floats --interpret | FileCheck %s --check-prefix=FLOATS
// RUN: dlc-run %s --step floats -O0 | FileCheck %s --check-prefix=FLOATS
// RUN: dlc-run %s --step floats | FileCheck %s --check-prefix=FLOATS
// RUN: dlc-run %s --step count --interpret | FileCheck %s --check-prefix=COUNT

dl.model @scalars {
  dl.param @byte : tensor<i8> = constant<-128.0>
  dl.param @one : tensor<i8> = ones
  dl.param @word : tensor<i64> = constant<7.0>
  dl.param @zero : tensor<i64> = zeros
  dl.param @big : tensor<f32> = constant<1.0e30>
  dl.param @small : tensor<f32> = constant<-2.75>
  dl.param @unit : tensor<f64> = constant<1.0>
  dl.param @none : tensor<f64> = zeros

  // INTEGERS: below = 127
  // INTEGERS: twice = 0
  // INTEGERS: by_zero = 0
  // INTEGERS: less = 1
  dl.step @integers() -> (below: tensor<i8>, twice: tensor<i8>, by_zero: tensor<i64>, less: tensor<i1>) {
    %byte = dl.read @byte : tensor<i8>
    %one = dl.read @one : tensor<i8>
    %word = dl.read @word : tensor<i64>
    %zero = dl.read @zero : tensor<i64>
    %0 = dl.sub %byte, %one : tensor<i8>
    %1 = dl.add %byte, %byte : tensor<i8>
    %2 = dl.div %word, %zero : tensor<i64>
    %3 = dl.compare lt %byte, %one : tensor<i8> -> tensor<i1>
    dl.return %0, %1, %2, %3 : tensor<i8>, tensor<i8>, tensor<i64>, tensor<i1>
  }

  // CASTS: highest = 2147483647
  // CASTS: lowest = 0
  // CASTS: cut = -2
  // CASTS: truth = 1
  // CASTS: byte = 128
  dl.step @casts() -> (highest: tensor<i32>, lowest: tensor<ui8>, cut: tensor<i8>, truth: tensor<i1>, byte: tensor<ui8>) {
    %big = dl.read @big : tensor<f32>
    %small = dl.read @small : tensor<f32>
    %byte = dl.read @byte : tensor<i8>
    %0 = dl.cast %big : tensor<f32> to tensor<i32>
    %1 = dl.cast %small : tensor<f32> to tensor<ui8>
    %2 = dl.cast %small : tensor<f32> to tensor<i8>
    %3 = dl.cast %byte : tensor<i8> to tensor<i1>
    %4 = dl.cast %byte : tensor<i8> to tensor<ui8>
    dl.return %0, %1, %2, %3, %4 : tensor<i32>, tensor<ui8>, tensor<i8>, tensor<i1>, tensor<ui8>
  }

  // FLOATS: infinite = inf
  // FLOATS: lost = 1.0000000099999999
  // FLOATS: kept = 0
  dl.step @floats() -> (infinite: tensor<f64>, lost: tensor<f64>, kept: tensor<i1>) {
    %unit = dl.read @unit : tensor<f64>
    %none = dl.read @none : tensor<f64>
    %0 = dl.div %unit, %none : tensor<f64>
    %1 = dl.offset %unit by 1.0e-8 : tensor<f64>
    %nan = dl.sub %0, %0 : tensor<f64>
    %2 = dl.compare eq %nan, %nan : tensor<f64> -> tensor<i1>
    dl.return %0, %1, %2 : tensor<f64>, tensor<f64>, tensor<i1>
  }

  // COUNT: n = 0
  dl.step @count() -> (n: tensor<i64>) {
    %n = dl.step_count : tensor<i64>
    dl.return %n : tensor<i64>
  }
}
