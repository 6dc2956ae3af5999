// RUN: dlc-opt %s -mlir-print-debuginfo -pass-pipeline="builtin.module(dl.model(dl-form-kernels,dl-note-costs))" | FileCheck %s

// CHECK: #[[$LINE1:loc[0-9]+]] = loc("m.mlir":1:1)
// CHECK: #[[$LINE9:loc[0-9]+]] = loc("m.mlir":9:1)

// A product of 8x4 and 4x3 takes 2 * 8 * 4 * 3 operations, sum and ReLU one an element; x, w
// and b are read, y is written: 4 * (32 + 12 + 3 + 24) bytes. The broadcast is
// listed by a place only. The second layer calls the same kernel from its own lines.
// CHECK-LABEL: dl.model @layers
// CHECK:         call @[[LAYER:[^(]*]](%{{.*}} loc(#[[$FIRST:loc[0-9]+]])
// CHECK:         call @[[LAYER]](%{{.*}} loc(#[[$SECOND:loc[0-9]+]])
// CHECK:         func.func private @[[LAYER]]({{.*}}) -> {{.*}} attributes {dl.cost = array<f64: 2.400000e+02, 2.840000e+02, 3.200000e+01>, dl.kernel, dl.ops = ["matmul", "", "add", "relu"], dl.sliced = 8 : i64}
dl.model @layers {
  func.func @f(%x: tensor<8x4xf32> {dl.name = "x"}, %v: tensor<4x3xf32> {dl.name = "v"}, %w: tensor<4x3xf32> {dl.name = "w"}, %b: tensor<3xf32> {dl.name = "b"}) -> (tensor<8x3xf32> {dl.name = "y"}, tensor<8x3xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.matmul %x, %v : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32> loc("m.mlir":1:1)
    %1 = dl.broadcast %b dims [1] : tensor<3xf32> to tensor<8x3xf32> loc("m.mlir":2:1)
    %2 = dl.add %0, %1 : tensor<8x3xf32> loc("m.mlir":3:1)
    %3 = dl.relu %2 : tensor<8x3xf32> loc("m.mlir":4:1)
    %4 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32> loc("m.mlir":5:1)
    %5 = dl.broadcast %b dims [1] : tensor<3xf32> to tensor<8x3xf32> loc("m.mlir":6:1)
    %6 = dl.add %4, %5 : tensor<8x3xf32> loc("m.mlir":7:1)
    %7 = dl.relu %6 : tensor<8x3xf32> loc("m.mlir":8:1)
    return %3, %7 : tensor<8x3xf32>, tensor<8x3xf32>
  }
}

// Of a table that is indexed only what is selected has to be read: 2 rows of 4 f64 and 2
// indices; as much is written. Nothing is computed.
// CHECK-LABEL: dl.model @selected
// CHECK:         func.func private @{{.*}}tensor<1000x4xf64>{{.*}} attributes {dl.cost = array<f64: 0.000000e+00, 1.360000e+02, 0.000000e+00>, dl.kernel, dl.ops = ["index_select"]
dl.model @selected {
  func.func @f(%table: tensor<1000x4xf64> {dl.name = "table"}, %index: tensor<2xi32> {dl.name = "index"}) -> (tensor<2x4xf64> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.index_select %table at %index {axis = 0 : i64} : tensor<1000x4xf64>, tensor<2xi32> -> tensor<2x4xf64>
    return %0 : tensor<2x4xf64>
  }
}

// Rows of the state that are replaced in place: 2 rows of 4 f32 and 2 indices are read, 2 rows
// are written. An output is written as a whole, and the old value is read.
// CHECK-LABEL: dl.model @replaced
// CHECK:         func.func private @{{.*}} attributes {dl.cost = array<f64: 0.000000e+00, 7.200000e+01, 0.000000e+00>, dl.in_place = [array<i64: 0, 2>], dl.kernel, dl.ops = ["index_copy"]
// CHECK:         func.func private @{{.*}} attributes {dl.cost = array<f64: 0.000000e+00, 3.204000e+04, 0.000000e+00>, dl.kernel, dl.ops = ["index_copy"]
dl.model @replaced {
  dl.param @w : tensor<1000x4xf32> = zeros
  func.func @f(%s: tensor<2x4xf32> {dl.name = "s"}, %index: tensor<2xi32> {dl.name = "index"}, %w: tensor<1000x4xf32> {dl.state = @w}) -> (tensor<1000x4xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.index_copy %s at %index into %w : tensor<2x4xf32>, tensor<2xi32>, tensor<1000x4xf32> -> tensor<1000x4xf32>
    return %0 : tensor<1000x4xf32>
  }
  func.func @g(%s: tensor<2x4xf32> {dl.name = "s"}, %index: tensor<2xi32> {dl.name = "index"}, %w: tensor<1000x4xf32> {dl.state = @w}) -> (tensor<1000x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.index_copy %s at %index into %w : tensor<2x4xf32>, tensor<2xi32>, tensor<1000x4xf32> -> tensor<1000x4xf32>
    return %0 : tensor<1000x4xf32>
  }
}

// A kernel in a loop costs what one iteration does, and its call has its op's place.
// CHECK-LABEL: dl.model @loop
// CHECK:         dl.scan
// CHECK:           call @[[BODY:[^(]*]](%{{.*}} loc(#[[$BODY:loc[0-9]+]])
// CHECK:         func.func private @[[BODY]]({{.*}} attributes {dl.cost = array<f64: 4.000000e+00, 9.600000e+01, 6.400000e+01>, dl.kernel, dl.ops = ["mul"]
dl.model @loop {
  func.func @f(%xs: tensor<16x4xf64> {dl.name = "xs"}, %h: tensor<4xf64> {dl.name = "h"}) -> (tensor<4xf64> {dl.name = "y"}) attributes {dl.step} {
    %y = dl.scan 16 carry(%a = %h) over(%x = %xs) : (tensor<4xf64>, tensor<16x4xf64>) -> tensor<4xf64> {
      %0 = dl.mul %a, %x : tensor<4xf64> loc("m.mlir":9:1)
      dl.yield %0 : tensor<4xf64>
    }
    return %y : tensor<4xf64>
  }
}
// CHECK:     #[[LINE4:loc[0-9]+]] = loc("m.mlir":4:1)
// CHECK:     #[[LINE5:loc[0-9]+]] = loc("m.mlir":5:1)
// CHECK:     #[[LINE8:loc[0-9]+]] = loc("m.mlir":8:1)
// CHECK:     #[[$FIRST]] = loc(fused<[#[[$LINE1]], {{.*}}#[[LINE4]]]>[#[[$LINE1]]])
// CHECK:     #[[$SECOND]] = loc(fused<[#[[LINE5]], {{.*}}#[[LINE8]]]>[#[[LINE5]]])
// CHECK:     #[[$BODY]] = loc(fused<[#[[$LINE9]]]>[#[[$LINE9]]])
