// RUN: dlc-opt %s -dl-fold-batch-norm -canonicalize -cse --split-input-file | FileCheck %s

// Where a batch norm in evaluation goes: into the layer before it.

// CHECK-LABEL: func.func @conv2d
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<2x3x8x8xf32>
// CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<16x3x3x3xf32>
// CHECK-SAME:    %[[G:[a-z0-9]+]]: tensor<16xf32> {dl.state = @g}
// CHECK-SAME:    %[[B:[a-z0-9]+]]: tensor<16xf32> {dl.state = @b}
// CHECK-SAME:    %[[M:[a-z0-9]+]]: tensor<16xf32> {dl.state = @m}
// CHECK-SAME:    %[[V:[a-z0-9]+]]: tensor<16xf32> {dl.state = @v}
// CHECK:         %[[O:.*]] = dl.offset %[[V]] by 1.000000e-05
// CHECK:         %[[R:.*]] = dl.rsqrt %[[O]]
// CHECK:         %[[S:.*]] = dl.mul %[[R]], %[[G]]
// CHECK:         %[[MS:.*]] = dl.mul %[[M]], %[[S]]
// CHECK:         %[[T:.*]] = dl.sub %[[B]], %[[MS]]
// CHECK:         %[[SW:.*]] = dl.broadcast %[[S]] dims [0]
// CHECK:         %[[F:.*]] = dl.mul %[[W]], %[[SW]]
// CHECK:         %[[Y:.*]] = dl.conv2d %[[X]], %[[F]] bias %[[T]] {padding = [1, 1]}
// CHECK-NEXT:    return %[[Y]]
dl.model @m {
  dl.param @w : tensor<16x3x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<16xf32> = ones
  dl.param @b : tensor<16xf32> = zeros
  dl.buffer @m : tensor<16xf32> = zeros
  dl.buffer @v : tensor<16xf32> = ones
  func.func @conv2d(%x: tensor<2x3x8x8xf32> {dl.name = "x"}, %w: tensor<16x3x3x3xf32> {dl.state = @w}, %g: tensor<16xf32> {dl.state = @g}, %b: tensor<16xf32> {dl.state = @b}, %m: tensor<16xf32> {dl.state = @m}, %v: tensor<16xf32> {dl.state = @v}) -> (tensor<2x16x8x8xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<2x3x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<2x16x8x8xf32>
    %1 = dl.batch_norm_eval %0, %g, %b, %m, %v : tensor<2x16x8x8xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<2x16x8x8xf32>
    return %1 : tensor<2x16x8x8xf32>
  }
}

// -----

// With a bias; in groups of one channel. The bias is scaled too.
// CHECK-LABEL: func.func @depthwise
// CHECK:         %[[S:.*]] = dl.mul %{{.*}}, %arg3
// CHECK:         %[[F:.*]] = dl.mul %arg1, %{{.*}} : tensor<4x1x3x3xf32>
// CHECK:         %[[SB:.*]] = dl.mul %arg2, %[[S]]
// CHECK:         %[[B:.*]] = dl.add %[[SB]], %{{.*}}
// CHECK:         dl.conv2d %arg0, %[[F]] bias %[[B]] {groups = 4 : i64}
// CHECK-NEXT:    return
dl.model @m {
  dl.param @w : tensor<4x1x3x3xf32> = kaiming_uniform
  dl.param @c : tensor<4xf32> = ones
  dl.param @g : tensor<4xf32> = ones
  func.func @depthwise(%x: tensor<2x4x8x8xf32> {dl.name = "x"}, %w: tensor<4x1x3x3xf32> {dl.state = @w}, %c: tensor<4xf32> {dl.state = @c}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x6x6xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w bias %c {groups = 4} : tensor<2x4x8x8xf32>, tensor<4x1x3x3xf32>, tensor<4xf32> -> tensor<2x4x6x6xf32>
    %1 = dl.batch_norm_eval %0, %g, %c, %g, %g : tensor<2x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x6x6xf32>
    return %1 : tensor<2x4x6x6xf32>
  }
}

// -----

// Transposed, in two groups: channel o of the result is channel o mod 3 of group o / 3.
// CHECK-LABEL: func.func @transposed
// CHECK:         %[[W:.*]] = dl.reshape %arg1 : tensor<4x3x2x2xf32> to tensor<2x2x3x2x2xf32>
// CHECK:         %[[P:.*]] = dl.reshape %{{.*}} : tensor<6xf32> to tensor<2x3xf32>
// CHECK:         %[[PW:.*]] = dl.broadcast %[[P]] dims [0, 2] : tensor<2x3xf32> to tensor<2x2x3x2x2xf32>
// CHECK:         %[[SW:.*]] = dl.mul %[[W]], %[[PW]]
// CHECK:         %[[F:.*]] = dl.reshape %[[SW]] : tensor<2x2x3x2x2xf32> to tensor<4x3x2x2xf32>
// CHECK:         dl.conv_transpose2d %arg0, %[[F]] bias %{{.*}} {groups = 2 : i64, stride = [2, 2]}
// CHECK-NEXT:    return
dl.model @m {
  dl.param @w : tensor<4x3x2x2xf32> = kaiming_uniform
  dl.param @g : tensor<6xf32> = ones
  func.func @transposed(%x: tensor<2x4x8x8xf32> {dl.name = "x"}, %w: tensor<4x3x2x2xf32> {dl.state = @w}, %g: tensor<6xf32> {dl.state = @g}) -> (tensor<2x6x16x16xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv_transpose2d %x, %w {groups = 2, stride = [2, 2]} : tensor<2x4x8x8xf32>, tensor<4x3x2x2xf32> -> tensor<2x6x16x16xf32>
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x6x16x16xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<2x6x16x16xf32>
    return %1 : tensor<2x6x16x16xf32>
  }
}

// -----

// Sequences, volumes, linear layers and products with weights.
// CHECK-LABEL: func.func @others
// CHECK-NOT:     batch_norm
// CHECK-DAG:     dl.conv1d %arg0, %{{.*}} bias
// CHECK-DAG:     dl.conv3d %arg1, %{{.*}} bias
// CHECK-DAG:     dl.linear %arg2, %{{.*}} bias
// CHECK-DAG:     %[[P:.*]] = dl.matmul %arg2, %{{.*}}
// CHECK-DAG:     dl.add %[[P]]
// CHECK:         return
dl.model @m {
  dl.param @w1 : tensor<4x3x3xf32> = kaiming_uniform
  dl.param @w3 : tensor<4x3x1x1x2xf32> = kaiming_uniform
  dl.param @l : tensor<4x5xf32> = kaiming_uniform
  dl.param @p : tensor<5x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @others(%x1: tensor<2x3x8xf32> {dl.name = "x1"}, %x3: tensor<2x3x4x4x4xf32> {dl.name = "x3"}, %x: tensor<2x5xf32> {dl.name = "x"}, %w1: tensor<4x3x3xf32> {dl.state = @w1}, %w3: tensor<4x3x1x1x2xf32> {dl.state = @w3}, %l: tensor<4x5xf32> {dl.state = @l}, %p: tensor<5x4xf32> {dl.state = @p}, %g: tensor<4xf32> {dl.state = @g})
      -> (tensor<2x4x6xf32> {dl.name = "y1"}, tensor<2x4x4x4x3xf32> {dl.name = "y3"}, tensor<2x4xf32> {dl.name = "y"}, tensor<2x4xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.conv1d %x1, %w1 : tensor<2x3x8xf32>, tensor<4x3x3xf32> -> tensor<2x4x6xf32>
    %y1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x6xf32>
    %1 = dl.conv3d %x3, %w3 : tensor<2x3x4x4x4xf32>, tensor<4x3x1x1x2xf32> -> tensor<2x4x4x4x3xf32>
    %y3 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x4x4x4x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4x3xf32>
    %2 = dl.linear %x, %l bias %g : tensor<2x5xf32>, tensor<4x5xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %y = dl.batch_norm_eval %2, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    %3 = dl.matmul %x, %p : tensor<2x5xf32>, tensor<5x4xf32> -> tensor<2x4xf32>
    %z = dl.batch_norm_eval %3, %g, %g, %g, %g : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
    return %y1, %y3, %y, %z : tensor<2x4x6xf32>, tensor<2x4x4x4x3xf32>, tensor<2x4xf32>, tensor<2x4xf32>
  }
}

// -----

// Two norms with a product, a sum and a constant between them are one factor and one
// term.
// CHECK-LABEL: func.func @chain
// CHECK-NOT:     batch_norm
// CHECK:         %[[Y:.*]] = dl.conv2d %arg0, %{{.*}} bias %{{[0-9a-z]+}} : tensor<2x3x4x4xf32>
// CHECK-NEXT:    return %[[Y]]
dl.model @m {
  dl.param @w : tensor<4x3x1x1xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @chain(%x: tensor<2x3x4x4xf32> {dl.name = "x"}, %w: tensor<4x3x1x1xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x3x4x4xf32>, tensor<4x3x1x1xf32> -> tensor<2x4x4x4xf32>
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    %wide = dl.broadcast %g dims [1] : tensor<4xf32> to tensor<2x4x4x4xf32>
    %2 = dl.mul %wide, %1 : tensor<2x4x4x4xf32>
    %3 = dl.sub %wide, %2 : tensor<2x4x4x4xf32>
    %4 = dl.scale %3 by 0.5 : tensor<2x4x4x4xf32>
    %5 = dl.batch_norm_eval %4, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    return %5 : tensor<2x4x4x4xf32>
  }
}

// -----

// Through a transpose, and through a reshape that makes images of a linear layer's
// result: each factor stands for the 6 places of its channel.
// CHECK-LABEL: func.func @views
// CHECK-NOT:     batch_norm
// CHECK:         %[[S:.*]] = dl.broadcast %{{.*}} dims [0] : tensor<4xf32> to tensor<4x2x3xf32>
// CHECK:         %[[F:.*]] = dl.reshape %[[S]] : tensor<4x2x3xf32> to tensor<24xf32>
// CHECK:         dl.linear %arg0, %{{.*}} bias %{{.*}} : tensor<2x5xf32>, tensor<24x5xf32>, tensor<24xf32>
// CHECK:         dl.linear %arg3, %{{.*}} bias %{{.*}} : tensor<2x3x4xf32>, tensor<4x4xf32>, tensor<4xf32>
// CHECK-NOT:     dl.mul %{{.*}} : tensor<2x
// CHECK:         return
dl.model @m {
  dl.param @w : tensor<24x5xf32> = kaiming_uniform
  dl.param @u : tensor<4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @views(%x: tensor<2x5xf32> {dl.name = "x"}, %w: tensor<24x5xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}, %s: tensor<2x3x4xf32> {dl.name = "s"}, %u: tensor<4x4xf32> {dl.state = @u}) -> (tensor<2x4x2x3xf32> {dl.name = "y"}, tensor<2x4x3xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.linear %x, %w : tensor<2x5xf32>, tensor<24x5xf32> -> tensor<2x24xf32>
    %1 = dl.reshape %0 : tensor<2x24xf32> to tensor<2x4x2x3xf32>
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x4x2x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x2x3xf32>
    %3 = dl.linear %s, %u : tensor<2x3x4xf32>, tensor<4x4xf32> -> tensor<2x3x4xf32>
    %4 = dl.transpose %3 perm [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
    %5 = dl.batch_norm_eval %4, %g, %g, %g, %g : tensor<2x4x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x3xf32>
    return %2, %5 : tensor<2x4x2x3xf32>, tensor<2x4x3xf32>
  }
}

// -----

// In a loop, where the weights are the same at each trip.
// CHECK-LABEL: func.func @loop
// CHECK:         dl.scan
// CHECK-NOT:     batch_norm
// CHECK:         dl.linear %{{.*}}, %{{.*}} bias
// CHECK:         dl.yield
dl.model @m {
  dl.param @w : tensor<4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @loop(%x: tensor<2x4xf32> {dl.name = "x"}, %w: tensor<4x4xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.scan 3 carry(%h = %x) with(%u = %w, %v = %g) : (tensor<2x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<2x4xf32> {
      %1 = dl.linear %h, %u : tensor<2x4xf32>, tensor<4x4xf32> -> tensor<2x4xf32>
      %2 = dl.batch_norm_eval %1, %v, %v, %v, %v : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
      dl.yield %2 : tensor<2x4xf32>
    }
    return %0 : tensor<2x4xf32>
  }
}
