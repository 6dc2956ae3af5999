// RUN: dlc-opt %s -dl-fold-batch-norm -canonicalize -cse --split-input-file | FileCheck %s

// A batch norm that follows no layer goes into all layers behind it.

// CHECK-LABEL: func.func @both
// CHECK-NOT:     batch_norm
// CHECK-DAG:     dl.conv2d %arg0, %{{.*}} bias %{{.*}} {groups = 2 : i64}
// CHECK-DAG:     dl.conv2d %arg0, %{{.*}} bias %{{.*}} {stride = [2, 2]}
// CHECK:         return
dl.model @m {
  dl.param @w : tensor<6x2x3x3xf32> = kaiming_uniform
  dl.param @u : tensor<3x4x1x1xf32> = kaiming_uniform
  dl.param @c : tensor<3xf32> = zeros
  dl.param @g : tensor<4xf32> = ones
  func.func @both(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<6x2x3x3xf32> {dl.state = @w}, %u: tensor<3x4x1x1xf32> {dl.state = @u}, %c: tensor<3xf32> {dl.state = @c}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x6x4x4xf32> {dl.name = "y"}, tensor<2x3x3x3xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x6x6xf32>
    %1 = dl.conv2d %0, %w {groups = 2} : tensor<2x4x6x6xf32>, tensor<6x2x3x3xf32> -> tensor<2x6x4x4xf32>
    %2 = dl.conv2d %0, %u bias %c {stride = [2, 2]} : tensor<2x4x6x6xf32>, tensor<3x4x1x1xf32>, tensor<3xf32> -> tensor<2x3x3x3xf32>
    return %1, %2 : tensor<2x6x4x4xf32>, tensor<2x3x3x3xf32>
  }
}

// -----

// Padding before the norm is normalised with the rest.
// CHECK-LABEL: func.func @padded_before
// CHECK:         %[[P:.*]] = dl.pad %arg0
// CHECK:         dl.conv2d %[[P]], %{{.*}} bias
// CHECK-NEXT:    return
dl.model @m {
  dl.param @w : tensor<3x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @padded_before(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<3x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x3x6x6xf32> {dl.name = "y"}) attributes {dl.step} {
    %p = dl.pad %x low [0, 0, 1, 1] high [0, 0, 1, 1] : tensor<2x4x6x6xf32> -> tensor<2x4x8x8xf32>
    %0 = dl.batch_norm_eval %p, %g, %g, %g, %g : tensor<2x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x8x8xf32>
    %1 = dl.conv2d %0, %w : tensor<2x4x8x8xf32>, tensor<3x4x3x3xf32> -> tensor<2x3x6x6xf32>
    return %1 : tensor<2x3x6x6xf32>
  }
}

// -----

// A flattened image in front of a linear layer: each factor stands for the places of its
// channel.
// CHECK-LABEL: func.func @flattened
// CHECK-DAG:     dl.broadcast %{{.*}} dims [0] : tensor<4xf32> to tensor<4x2x2xf32>
// CHECK-DAG:     %[[F:.*]] = dl.reshape %arg0
// CHECK:         dl.linear %[[F]], %{{.*}} bias
// CHECK-NEXT:    return
dl.model @m {
  dl.param @w : tensor<3x16xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @flattened(%x: tensor<2x4x2x2xf32> {dl.name = "x"}, %w: tensor<3x16xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4x2x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x2x2xf32>
    %1 = dl.reshape %0 : tensor<2x4x2x2xf32> to tensor<2x16xf32>
    %2 = dl.linear %1, %w : tensor<2x16xf32>, tensor<3x16xf32> -> tensor<2x3xf32>
    return %2 : tensor<2x3xf32>
  }
}

// -----

// Between two layers it goes into the first, and a second norm behind into the second.
// CHECK-LABEL: func.func @between
// CHECK-NOT:     batch_norm
// CHECK:         %[[H:.*]] = dl.linear %arg0, %{{.*}} bias
// CHECK:         dl.linear %[[H]], %{{.*}} bias
// CHECK-NEXT:    return
dl.model @m {
  dl.param @w : tensor<4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @between(%x: tensor<2x4xf32> {dl.name = "x"}, %w: tensor<4x4xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.linear %x, %w : tensor<2x4xf32>, tensor<4x4xf32> -> tensor<2x4xf32>
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %2 = dl.linear %1, %w : tensor<2x4xf32>, tensor<4x4xf32> -> tensor<2x4xf32>
    %3 = dl.batch_norm_eval %2, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    return %3 : tensor<2x4xf32>
  }
}

// -----

// Before and behind the same layer: both go into it.
// CHECK-LABEL: func.func @around
// CHECK-NOT:     batch_norm
// CHECK:         %[[Y:.*]] = dl.linear %arg0, %{{.*}} bias
// CHECK-NEXT:    return %[[Y]]
dl.model @m {
  dl.param @w : tensor<4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @around(%x: tensor<2x4xf32> {dl.name = "x"}, %w: tensor<4x4xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %1 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %2 = dl.linear %1, %w : tensor<2x4xf32>, tensor<4x4xf32> -> tensor<2x4xf32>
    %3 = dl.batch_norm_eval %2, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    return %3 : tensor<2x4xf32>
  }
}

// -----

// No layer on either side: two norms become one product and one sum.
// CHECK-LABEL: func.func @merged
// CHECK-NOT:     batch_norm
// CHECK:         %[[P:.*]] = dl.mul %arg0
// CHECK:         %[[S:.*]] = dl.add %[[P]]
// CHECK:         dl.relu %[[S]]
dl.model @m {
  dl.param @g : tensor<4xf32> = ones
  func.func @merged(%x: tensor<2x4xf32> {dl.name = "x"}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %2 = dl.relu %1 : tensor<2x4xf32>
    return %2 : tensor<2x4xf32>
  }
}
