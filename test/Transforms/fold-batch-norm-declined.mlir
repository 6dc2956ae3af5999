// RUN: dlc-opt %s -dl-fold-batch-norm --split-input-file --remarks-filter=dl-fold-batch-norm -verify-diagnostics -o - | FileCheck %s

// Why a norm stays, as a remark at its place; the program is as it was.

dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @folded(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.batch_norm_eval' went into 'dl.conv2d' of line 9}}
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    return %1 : tensor<2x4x4x4xf32>
  }
}

// -----

// What the convolution makes is needed itself.
// CHECK-LABEL: func.func @shared
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @shared(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}, tensor<2x4x4x4xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{stays: what 'dl.conv2d' makes is also read elsewhere}}
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    return %1, %0 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>
  }
}

// -----

// The step changes the filter.
// CHECK-LABEL: func.func @trained
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @trained(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}, tensor<4x4x3x3xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{stays: the weights of 'dl.conv2d' change from call to call: they are trained by this step, or computed from its inputs}}
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    %2 = dl.neg %w : tensor<4x4x3x3xf32>
    return %1, %2 : tensor<2x4x4x4xf32>, tensor<4x4x3x3xf32>
  }
}

// -----

// The filter is an input.
// CHECK-LABEL: func.func @given
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @given(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.name = "w"}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{or computed from its inputs}}
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    return %1 : tensor<2x4x4x4xf32>
  }
}

// -----

// The statistics are those of the values.
// CHECK-LABEL: func.func @statistics
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @statistics(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    %s = dl.reduce_sum %0 {axes = [0, 2, 3]} : tensor<2x4x4x4xf32> -> tensor<4xf32>
    // expected-remark@below {{'dl.batch_norm_eval' stays: its statistics, weight or bias change from call to call}}
    %1 = dl.batch_norm_eval %0, %g, %g, %s, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    return %1 : tensor<2x4x4x4xf32>
  }
}

// -----

// Other normalisations divide by what the values themselves are.
// CHECK-LABEL: func.func @friends
// CHECK:         dl.group_norm
// CHECK:         dl.instance_norm
// CHECK:         dl.layer_norm
// CHECK:         dl.batch_norm_train
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @friends(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.group_norm' stays: its mean and variance are those of the values themselves}}
    %1 = dl.group_norm %0, %g, %g {groups = 2} : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.instance_norm' stays: its mean and variance are}}
    %2 = dl.instance_norm %1 : tensor<2x4x4x4xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.layer_norm' stays: its mean and variance are}}
    %3 = dl.layer_norm %2 : tensor<2x4x4x4xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.batch_norm_train' stays: its mean and variance are}}
    %4, %mean, %var, %rstd = dl.batch_norm_train %3, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    return %4 : tensor<2x4x4x4xf32>
  }
}

// -----

// An activation stands between, and behind there is padding.
// CHECK-LABEL: func.func @activated
// CHECK:         dl.relu
// CHECK:         dl.batch_norm_eval
// CHECK:         dl.conv2d
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @activated(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    %1 = dl.relu %0 : tensor<2x4x4x4xf32>
    // expected-remark@below {{stays: what it normalises is made by 'dl.relu', which is neither a convolution nor a product with weights; 'dl.conv2d' reads it with zeros around it, or overlapping}}
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4x4xf32>
    %3 = dl.conv2d %2, %w {padding = [1, 1]} : tensor<2x4x4x4xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    return %3 : tensor<2x4x4x4xf32>
  }
}

// -----

// A pad behind the norm is not normalised.
// CHECK-LABEL: func.func @padded
// CHECK:         dl.batch_norm_eval
// CHECK:         dl.pad
// CHECK:         dl.conv2d
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @padded(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x6x6xf32> {dl.name = "y"}) attributes {dl.step} {
    // expected-remark@below {{stays: what it normalises is an input; 'dl.pad' reads it, which is neither a convolution nor a product with weights}}
    %0 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x6x6xf32>
    %1 = dl.pad %0 low [0, 0, 1, 1] high [0, 0, 1, 1] : tensor<2x4x6x6xf32> -> tensor<2x4x8x8xf32>
    %2 = dl.conv2d %1, %w : tensor<2x4x8x8xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x6x6xf32>
    return %2 : tensor<2x4x6x6xf32>
  }
}

// -----

// The norm is needed itself.
// CHECK-LABEL: func.func @returned
// CHECK:         dl.batch_norm_eval
// CHECK:         dl.conv2d
dl.model @m {
  dl.param @w : tensor<4x4x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @returned(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4x4xf32> {dl.name = "y"}, tensor<2x4x6x6xf32> {dl.name = "z"}) attributes {dl.step} {
    // expected-remark@below {{'func.return' reads it, which is neither a convolution nor a product with weights}}
    %1 = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<2x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x6x6xf32>
    %0 = dl.conv2d %1, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    return %0, %1 : tensor<2x4x4x4xf32>, tensor<2x4x6x6xf32>
  }
}

// -----

// The channels of the layer are another dimension.
// CHECK-LABEL: func.func @dimension
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @dimension(%x: tensor<2x4x4xf32> {dl.name = "x"}, %w: tensor<4x4xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.linear %x, %w : tensor<2x4x4xf32>, tensor<4x4xf32> -> tensor<2x4x4xf32>
    // expected-remark@below {{stays: it normalises dimension 1, but the channels of 'dl.linear' are dimension 2}}
    %1 = dl.batch_norm_eval %0, %g, %g, %g, %g : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x4xf32>
    return %1 : tensor<2x4x4xf32>
  }
}

// -----

// After a flattened image each place has statistics of its own.
// CHECK-LABEL: func.func @flattened
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<2x3x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<8xf32> = ones
  func.func @flattened(%x: tensor<2x3x4x4xf32> {dl.name = "x"}, %w: tensor<2x3x3x3xf32> {dl.state = @w}, %g: tensor<8xf32> {dl.state = @g}) -> (tensor<2x8xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x3x4x4xf32>, tensor<2x3x3x3xf32> -> tensor<2x2x2x2xf32>
    %1 = dl.reshape %0 : tensor<2x2x2x2xf32> to tensor<2x8xf32>
    // expected-remark@below {{stays: 'dl.reshape' in front of it does not keep channels apart}}
    %2 = dl.batch_norm_eval %1, %g, %g, %g, %g : tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<2x8xf32>
    return %2 : tensor<2x8xf32>
  }
}

// -----

// A loop takes another filter at each trip; and what comes from outside of it.
// CHECK-LABEL: func.func @slices
// CHECK:         dl.batch_norm_eval
// CHECK:         dl.batch_norm_eval
dl.model @m {
  dl.param @w : tensor<3x4x4xf32> = kaiming_uniform
  dl.param @g : tensor<4xf32> = ones
  func.func @slices(%x: tensor<2x4xf32> {dl.name = "x"}, %w: tensor<3x4x4xf32> {dl.state = @w}, %g: tensor<4xf32> {dl.state = @g}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.scan 3 carry(%h = %x) over(%u = %w) with(%v = %g, %k = %x) : (tensor<2x4xf32>, tensor<3x4x4xf32>, tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32> {
      %1 = dl.linear %h, %u : tensor<2x4xf32>, tensor<4x4xf32> -> tensor<2x4xf32>
      // expected-remark@below {{stays: the weights of 'dl.linear' change from trip to trip of the loop, or from call to call; }}
      %2 = dl.batch_norm_eval %1, %v, %v, %v, %v : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
      // expected-remark@below {{stays: what it normalises comes into the loop from outside; 'dl.add' reads it}}
      %3 = dl.batch_norm_eval %k, %v, %v, %v, %v : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4xf32>
      %4 = dl.add %2, %3 : tensor<2x4xf32>
      dl.yield %4 : tensor<2x4xf32>
    }
    return %0 : tensor<2x4xf32>
  }
}
