// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.model @functions {
dl.model @functions {
  // CHECK-NEXT: dl.param @w
  dl.param @w : tensor<3x4xf32> = zeros

  // CHECK-NEXT: dl.func @nothing() {
  // CHECK-NEXT:   dl.return
  // CHECK-NEXT: }
  dl.func @nothing() {
    dl.return
  }

  // CHECK-NEXT: dl.func @twice(%[[X:.*]]: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  // CHECK-NEXT:   dl.return %[[X]], %[[X]] : tensor<8x4xf32>, tensor<8x4xf32>
  // CHECK-NEXT: }
  dl.func @twice(%x: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
    dl.return %x, %x : tensor<8x4xf32>, tensor<8x4xf32>
  }

  // The names of inputs and outputs belong to the step.
  // CHECK:      dl.step @calls(%image: tensor<8x4xf32>) -> (last: tensor<8x4xf32>) {
  dl.step @calls(%image: tensor<8x4xf32>) -> (last: tensor<8x4xf32>) {
    // CHECK-NEXT: dl.call @nothing() : () -> ()
    // CHECK-NEXT: %[[A:.*]]:2 = dl.call @twice(%image) mode(train) : (tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>)
    // CHECK-NEXT: %[[B:.*]]:2 = dl.call @twice(%[[A]]#0) mode(eval) :
    // CHECK-NEXT: dl.return %[[B]]#1 : tensor<8x4xf32>
    dl.call @nothing() : () -> ()
    %a:2 = dl.call @twice(%image) mode(train) : (tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>)
    %b:2 = dl.call @twice(%a#0) mode(eval) : (tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>)
    dl.return %b#1 : tensor<8x4xf32>
  }

  // CHECK:      dl.step @frugal() -> () attributes {recompute = "auto"} {
  dl.step @frugal() attributes {recompute = "auto"} {
    dl.return
  }

  // CHECK:      dl.step @any_batch(%x: tensor<8x4xf32>, %t: tensor<3x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 8) over ["x"] {
  dl.step @any_batch(%x: tensor<8x4xf32>, %t: tensor<3x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 8) over ["x"] {
    dl.return %x : tensor<8x4xf32>
  }

  // CHECK:      dl.step @batches(%x: tensor<8x4xf32>) -> () updates ["w"] batch(1, 16) attributes {recompute = "auto"} {
  dl.step @batches(%x: tensor<8x4xf32>) batch(1, 16) updates ["w"] attributes {recompute = "auto"} {
    dl.return
  }

  // CHECK:      dl.step @no_output(%x: tensor<4xui8>) -> () {
  // CHECK-NEXT:   dl.return
  dl.step @no_output(%x: tensor<4xui8>) {
    dl.return
  }
}
