// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.model @templates
dl.model @templates {
  // CHECK: dl.func @norm<c, groups>(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  dl.func @norm<c, groups>(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
    // CHECK-NEXT: dl.param @weight : tensor<?xf32> sizes(c) = ones
    dl.param @weight : tensor<?xf32> sizes(c) = ones
    // CHECK-NEXT: dl.buffer @table : tensor<?x4x?xf32> sizes(groups, c) = zeros
    dl.buffer @table : tensor<?x4x?xf32> sizes(groups, c) = zeros
    // CHECK-NEXT: dl.read @weight : tensor<?xf32>
    %w = dl.read @weight : tensor<?xf32>
    // CHECK-NEXT: dl.mul %x, %{{.*}} : tensor<?x?x?xf32>, tensor<?xf32> -> tensor<?x?x?xf32>
    %y = dl.mul %x, %w : tensor<?x?x?xf32>, tensor<?xf32> -> tensor<?x?x?xf32>
    dl.return %y : tensor<?x?x?xf32>
  }
  dl.func @outer<c>(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
    // CHECK: dl.call @norm<c, 2>(%x) as @inner mode(eval) : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
    %y = dl.call @norm<c, 2>(%x) as @inner mode(eval) : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
    dl.return %y : tensor<?x?x?xf32>
  }
  dl.step @s(%x: tensor<2x3x4xf32>) -> (y: tensor<2x3x4xf32>) {
    // CHECK: dl.call @outer<4>(%x) as @a.0 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    %y = dl.call @outer<4>(%x) as @a.0 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    dl.return %y : tensor<2x3x4xf32>
  }
}
