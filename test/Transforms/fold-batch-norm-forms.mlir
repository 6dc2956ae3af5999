// RUN: dlc-opt %s -dl-fold-batch-norm -canonicalize -cse --split-input-file | FileCheck %s

// Forms in which programs write layers and what stands around them.

// A flattened image, with one place a channel in front of the norm, and with several behind
// it.
// CHECK-LABEL: func.func @flattened
// CHECK-NOT:     batch_norm
// CHECK:         %[[C:.*]] = dl.conv2d %arg0, %{{.*}} bias %{{.*}} : tensor<2x3x2x2xf32>
// CHECK:         %[[F:.*]] = dl.flatten %[[C]]
// CHECK:         %[[G:.*]] = dl.flatten %arg0
// CHECK:         %[[L:.*]] = dl.linear %[[G]], %{{.*}} bias %{{.*}} : tensor<2x12xf32>
// CHECK-NEXT:    return %[[F]], %[[L]]
dl.model @m {
  dl.param @w : tensor<4x3x2x2xf32> = kaiming_uniform
  dl.param @u : tensor<5x12xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  dl.param @h : tensor<3xf32> = ones
  func.func @flattened(%x: tensor<2x3x2x2xf32> {dl.name = "x"}, %w: tensor<4x3x2x2xf32> {dl.state = @w}, %u: tensor<5x12xf32> {dl.state = @u}, %g: tensor<4xf32> {dl.state = @g}, %h: tensor<3xf32> {dl.state = @h}) -> (tensor<2x4xf32> {dl.name = "y"}, tensor<2x5xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x3x2x2xf32>, tensor<4x3x2x2xf32> -> tensor<2x4x1x1xf32>
    %1 = dl.flatten %0 : tensor<2x4x1x1xf32> to tensor<2x4xf32>
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %3 = dl.batch_norm_eval %x, %h, %h, %h, %h : tensor<2x3x2x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<2x3x2x2xf32>
    %4 = dl.flatten %3 : tensor<2x3x2x2xf32> to tensor<2x12xf32>
    %5 = dl.linear %4, %u : tensor<2x12xf32>, tensor<5x12xf32> -> tensor<2x5xf32>
    return %2, %5 : tensor<2x4xf32>, tensor<2x5xf32>
  }
}

// -----

// What stops gradients has no other numbers.
// CHECK-LABEL: func.func @stopped
// CHECK-NOT:     batch_norm
// CHECK:         %[[Y:.*]] = dl.linear %arg0, %{{.*}} bias
// CHECK-NEXT:    %[[S:.*]] = dl.stop_gradient %[[Y]]
// CHECK-NEXT:    return %[[S]]
dl.model @m {
  dl.param @w : tensor<4x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @stopped(%x: tensor<2x3xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.linear %x, %w : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
    %1 = dl.stop_gradient %0 : tensor<2x4xf32>
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    return %2 : tensor<2x4xf32>
  }
}

// -----

// One factor and one term for all channels, of the state and constant.
// CHECK-LABEL: func.func @everywhere
// CHECK-NOT:     batch_norm
// CHECK-DAG:     dl.broadcast %arg3 dims [] : tensor<f32> to tensor<4xf32>
// CHECK-DAG:     dl.constant dense<3.000000e+00> : tensor<4xf32>
// CHECK:         %[[Y:.*]] = dl.linear %arg0, %{{.*}} bias
// CHECK-NEXT:    return %[[Y]]
dl.model @m {
  dl.param @w : tensor<4x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  dl.hparam @s = 2.0
  func.func @everywhere(%x: tensor<2x3xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}, %s: tensor<f32> {dl.state = @s}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.linear %x, %w : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
    %wide = dl.broadcast %s dims [] : tensor<f32> to tensor<2x4xf32>
    %1 = dl.mul %0, %wide : tensor<2x4xf32>
    %three = dl.constant dense<3.0> : tensor<2x4xf32>
    %2 = dl.sub %three, %1 : tensor<2x4xf32>
    %3 = dl.batch_norm_eval %2, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    return %3 : tensor<2x4xf32>
  }
}

// -----

// Images and filters with channels last, in groups; a norm in front of it and one behind.
// CHECK-LABEL: func.func @channels_last
// CHECK-NOT:     batch_norm
// CHECK:         dl.transpose %arg1 perm [3, 2, 0, 1] : tensor<3x3x2x6xf32> -> tensor<6x2x3x3xf32>
// CHECK:         %[[F:.*]] = dl.transpose %{{.*}} perm [2, 3, 1, 0] : tensor<6x2x3x3xf32> -> tensor<3x3x2x6xf32>
// CHECK:         %[[Y:.*]] = dl.conv2d %arg0, %[[F]] bias %{{.*}} {groups = 2 : i64, layout = #dl<layout channels_last>}
// CHECK-NEXT:    return %[[Y]]
dl.model @m {
  dl.param @w : tensor<3x3x2x6xf32> = kaiming_uniform
  dl.param @g : tensor<6xf32> = ones
  dl.param @h : tensor<4xf32> = ones
  func.func @channels_last(%x: tensor<2x5x5x4xf32> {dl.name = "x"}, %w: tensor<3x3x2x6xf32> {dl.state = @w}, %g: tensor<6xf32> {dl.state = @g}, %h: tensor<4xf32> {dl.state = @h}) -> (tensor<2x3x3x6xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.batch_norm_eval %x, %h, %h, %h, %h {axis = 3} : tensor<2x5x5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x5x5x4xf32>
    %1 = dl.conv2d %0, %w {groups = 2, layout = #dl<layout channels_last>} : tensor<2x5x5x4xf32>, tensor<3x3x2x6xf32> -> tensor<2x3x3x6xf32>
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g {axis = 3} : tensor<2x3x3x6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<2x3x3x6xf32>
    return %2 : tensor<2x3x3x6xf32>
  }
}
