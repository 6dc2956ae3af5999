// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-freeze-state))" | FileCheck %s

// Entries that no step reads go, and functions that derive: the library contains what they give.
// CHECK-LABEL: dl.model @net {
// CHECK-NEXT:    dl.derived @derived_w : tensor<4x3xf32>
// CHECK-NEXT:    dl.derived @b : tensor<3xf32>
// CHECK-NEXT:    func.func @predict(%{{[^:]*}}: tensor<2x4xf32> {dl.name = "x", dl.type = tensor<2x4xf32>}, %{{[^:]*}}: tensor<4x3xf32> {dl.state = @derived_w}, %{{[^:]*}}: tensor<3xf32> {dl.state = @b})
// CHECK-NOT:   @w
// CHECK-NOT:   @derive_0
dl.model @net {
  dl.param @w : tensor<4x3xf32> = ones
  dl.param @b : tensor<3xf32> = zeros
  dl.param @unread : tensor<3xf32> = zeros
  dl.derived @derived_w : tensor<4x3xf32>
  func.func @derive_0(%w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<4x3xf32> {dl.state = @derived_w}) attributes {dl.derives, dl.step} {
    %0 = dl.exp %w : tensor<4x3xf32>
    return %0 : tensor<4x3xf32>
  }
  func.func @predict(%x: tensor<2x4xf32> {dl.name = "x", dl.type = tensor<2x4xf32>}, %w: tensor<4x3xf32> {dl.state = @derived_w}, %b: tensor<3xf32> {dl.state = @b}) -> (tensor<2x3xf32> {dl.name = "y", dl.type = tensor<2x3xf32>}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<2x4xf32>, tensor<4x3xf32> -> tensor<2x3xf32>
    %1 = dl.broadcast %b dims [1] : tensor<3xf32> to tensor<2x3xf32>
    %2 = dl.add %0, %1 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
    return %2 : tensor<2x3xf32>
  }
}
