// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-decompose))" | FileCheck %s

// CHECK-LABEL: func @linear
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<3x4xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[P:.*]] = dl.matmul %[[X]], %[[W]] {transpose_b}
// CHECK-NEXT:    %[[WIDE:.*]] = dl.broadcast %[[B]] dims [1]
// CHECK-NEXT:    %[[Y:.*]] = dl.add %[[P]], %[[WIDE]]
// CHECK-NEXT:    return %[[Y]]
func.func @linear(%x: tensor<8x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) -> tensor<8x3xf32> {
  %0 = dl.linear %x, %w bias %b : tensor<8x4xf32>, tensor<3x4xf32>, tensor<3xf32> -> tensor<8x3xf32>
  return %0 : tensor<8x3xf32>
}

// CHECK-LABEL: func @without_bias
// CHECK-NEXT:    %[[P:.*]] = dl.matmul %{{.*}}, %{{.*}} {transpose_b}
// CHECK-NEXT:    return %[[P]]
func.func @without_bias(%x: tensor<8x4xf32>, %w: tensor<3x4xf32>) -> tensor<8x3xf32> {
  %0 = dl.linear %x, %w : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
  return %0 : tensor<8x3xf32>
}

// CHECK-LABEL: func @flatten
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.reshape %[[X]] : tensor<8x3x4xf32> to tensor<8x12xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @flatten(%x: tensor<8x3x4xf32>) -> tensor<8x12xf32> {
  %0 = dl.flatten %x : tensor<8x3x4xf32> to tensor<8x12xf32>
  return %0 : tensor<8x12xf32>
}

// CHECK-LABEL: func @count_equal
// CHECK-SAME:    %[[A:.*]]: tensor<8x4xi32>, %[[B:.*]]: tensor<8x4xi32>
// CHECK-NEXT:    %[[EQUAL:.*]] = dl.compare {{ ?}}eq %[[A]], %[[B]]
// CHECK-NEXT:    %[[ONES:.*]] = dl.cast %[[EQUAL]] : tensor<8x4xi1> to tensor<8x4xi32>
// CHECK-NEXT:    %[[N:.*]] = dl.reduce_sum %[[ONES]] {axes = [0, 1]}
// CHECK-NEXT:    return %[[N]]
func.func @count_equal(%a: tensor<8x4xi32>, %b: tensor<8x4xi32>) -> tensor<i32> {
  %0 = dl.count_equal %a, %b : tensor<8x4xi32> -> tensor<i32>
  return %0 : tensor<i32>
}

// The maximum of the row is taken out before the exponential.
// CHECK-LABEL: func @cross_entropy
// CHECK-SAME:    %[[Z:.*]]: tensor<8x10xf32>, %[[L:.*]]: tensor<8xui8>
// CHECK-NEXT:    %[[CLASS:.*]] = dl.check_index %[[L]] below 10 {op = "dl.cross_entropy", operand = "label"}
// CHECK-NEXT:    %[[HOT:.*]] = dl.one_hot %[[CLASS]]
// CHECK-NEXT:    %[[MAX:.*]] = dl.reduce_max %[[Z]] {axes = [1]}
// CHECK-NEXT:    %[[STOP:.*]] = dl.stop_gradient %[[MAX]]
// CHECK-NEXT:    %[[SHIFT:.*]] = dl.broadcast %[[STOP]] dims [0]
// CHECK-NEXT:    %[[CENTRED:.*]] = dl.sub %[[Z]], %[[SHIFT]]
// CHECK-NEXT:    %[[EXP:.*]] = dl.exp %[[CENTRED]]
// CHECK-NEXT:    %[[SUM:.*]] = dl.reduce_sum %[[EXP]] {axes = [1]}
// CHECK-NEXT:    %[[ZERO:.*]] = dl.constant dense<0.000000e+00>
// CHECK-NEXT:    %[[IS:.*]] = dl.compare gt %[[HOT]], %[[ZERO]]
// CHECK-NEXT:    %[[ZEROS:.*]] = dl.constant dense<0.000000e+00>
// CHECK-NEXT:    %[[MASKED:.*]] = dl.select %[[IS]], %[[CENTRED]], %[[ZEROS]]
// CHECK-NEXT:    %[[PICKED:.*]] = dl.reduce_sum %[[MASKED]] {axes = [1]}
// CHECK-NEXT:    %[[LOG:.*]] = dl.log %[[SUM]]
// CHECK-NEXT:    %[[ROWS:.*]] = dl.sub %[[LOG]], %[[PICKED]]
// CHECK-NEXT:    %[[TOTAL:.*]] = dl.reduce_sum %[[ROWS]] {axes = [0]}
// CHECK-NEXT:    %[[LOSS:.*]] = dl.scale %[[TOTAL]] by 1.250000e-01
// CHECK-NEXT:    return %[[LOSS]]
func.func @cross_entropy(%z: tensor<8x10xf32>, %l: tensor<8xui8>) -> tensor<f32> {
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
  return %0 : tensor<f32>
}

// The variance is that of 32 elements a channel around their mean.
// CHECK-LABEL: func @batch_norm_train
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x2x2xf32>, %[[G:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[SUM:.*]] = dl.reduce_sum %[[X]] {axes = [0, 2, 3]}
// CHECK-NEXT:    %[[MEAN:.*]] = dl.scale %[[SUM]] by 3.125000e-02
// CHECK-NEXT:    %[[WIDE:.*]] = dl.broadcast %[[MEAN]] dims [1]
// CHECK-NEXT:    %[[CENTRED:.*]] = dl.sub %[[X]], %[[WIDE]]
// CHECK-NEXT:    %[[SQUARE:.*]] = dl.mul %[[CENTRED]], %[[CENTRED]]
// CHECK-NEXT:    %[[SQUARES:.*]] = dl.reduce_sum %[[SQUARE]] {axes = [0, 2, 3]}
// CHECK-NEXT:    %[[VAR:.*]] = dl.scale %[[SQUARES]] by 3.125000e-02
// CHECK-NEXT:    %[[SAFE:.*]] = dl.offset %[[VAR]] by 1.000000e-05
// CHECK-NEXT:    %[[RSTD:.*]] = dl.rsqrt %[[SAFE]]
// CHECK-NEXT:    %[[FACTOR:.*]] = dl.mul %[[RSTD]], %[[G]]
// CHECK:         %[[SCALED:.*]] = dl.mul %[[CENTRED]], %{{.*}}
// CHECK:         %[[Y:.*]] = dl.add %[[SCALED]], %{{.*}}
// CHECK-NEXT:    return %[[Y]], %[[VAR]]
func.func @batch_norm_train(%x: tensor<8x3x2x2xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) -> (tensor<8x3x2x2xf32>, tensor<3xf32>) {
  %y, %mean, %var, %rstd = dl.batch_norm_train %x, %g, %b : tensor<8x3x2x2xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x2x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  return %y, %var : tensor<8x3x2x2xf32>, tensor<3xf32>
}

// One multiplication and one addition an element.
// CHECK-LABEL: func @batch_norm_eval
// CHECK-SAME:    %[[X:.*]]: tensor<8x3xf32>, %[[G:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>, %[[M:.*]]: tensor<3xf32>, %[[V:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[SAFE:.*]] = dl.offset %[[V]] by 1.000000e-05
// CHECK-NEXT:    %[[RSTD:.*]] = dl.rsqrt %[[SAFE]]
// CHECK-NEXT:    %[[FACTOR:.*]] = dl.mul %[[RSTD]], %[[G]]
// CHECK-NEXT:    %[[PRODUCT:.*]] = dl.mul %[[M]], %[[FACTOR]]
// CHECK-NEXT:    %[[SHIFT:.*]] = dl.sub %[[B]], %[[PRODUCT]]
// CHECK-NEXT:    %[[WIDE_FACTOR:.*]] = dl.broadcast %[[FACTOR]] dims [1]
// CHECK-NEXT:    %[[SCALED:.*]] = dl.mul %[[X]], %[[WIDE_FACTOR]]
// CHECK-NEXT:    %[[WIDE_SHIFT:.*]] = dl.broadcast %[[SHIFT]] dims [1]
// CHECK-NEXT:    %[[Y:.*]] = dl.add %[[SCALED]], %[[WIDE_SHIFT]]
// CHECK-NEXT:    return %[[Y]]
func.func @batch_norm_eval(%x: tensor<8x3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<8x3xf32> {
  %y = dl.batch_norm_eval %x, %g, %b, %m, %v : tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// A sequence is an image with one row.
// CHECK-LABEL: func @conv1d
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x9xf32>, %[[W:.*]]: tensor<6x2x3xf32>
// CHECK-NEXT:    %[[IMAGE:.*]] = dl.reshape %[[X]] : tensor<8x4x9xf32> to tensor<8x4x1x9xf32>
// CHECK-NEXT:    %[[FILTER:.*]] = dl.reshape %[[W]] : tensor<6x2x3xf32> to tensor<6x2x1x3xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.conv2d %[[IMAGE]], %[[FILTER]] {dilation = [1, 3], groups = 2 : i64, padding = [0, 1], stride = [1, 2]} : tensor<8x4x1x9xf32>, tensor<6x2x1x3xf32> -> tensor<8x6x1x3xf32>
// CHECK-NEXT:    %[[LINE:.*]] = dl.reshape %[[Y]] : tensor<8x6x1x3xf32> to tensor<8x6x3xf32>
// CHECK-NEXT:    return %[[LINE]]
func.func @conv1d(%x: tensor<8x4x9xf32>, %w: tensor<6x2x3xf32>) -> tensor<8x6x3xf32> {
  %0 = dl.conv1d %x, %w {dilation = [3], groups = 2, padding = [1], stride = [2]} : tensor<8x4x9xf32>, tensor<6x2x3xf32> -> tensor<8x6x3xf32>
  return %0 : tensor<8x6x3xf32>
}

// One convolution a plane of the filter, on the planes of all images that it meets.
// CHECK-LABEL: func @conv3d
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x5x9x9xf32>, %[[W:.*]]: tensor<6x4x2x3x3xf32>
// CHECK-NEXT:    %[[PLANES:.*]] = dl.transpose %[[X]] perm [0, 2, 1, 3, 4]
// CHECK-NEXT:    dl.slice %[[PLANES]] at [0, 0, 0, 0, 0] size [2, 2, 4, 9, 9] stride [1, 2, 1, 1, 1]
// CHECK:         %[[FIRST:.*]] = dl.conv2d {{.*}} : tensor<4x4x9x9xf32>, tensor<6x4x3x3xf32> -> tensor<4x6x7x7xf32>
// CHECK-NEXT:    dl.slice %[[PLANES]] at [0, 1, 0, 0, 0] size [2, 2, 4, 9, 9] stride [1, 2, 1, 1, 1]
// CHECK:         %[[SECOND:.*]] = dl.conv2d
// CHECK-NEXT:    %[[SUM:.*]] = dl.add %[[FIRST]], %[[SECOND]]
// CHECK-NEXT:    %[[Y:.*]] = dl.reshape %[[SUM]] : tensor<4x6x7x7xf32> to tensor<2x2x6x7x7xf32>
// CHECK-NEXT:    %[[BACK:.*]] = dl.transpose %[[Y]] perm [0, 2, 1, 3, 4]
// CHECK-NEXT:    return %[[BACK]]
func.func @conv3d(%x: tensor<2x4x5x9x9xf32>, %w: tensor<6x4x2x3x3xf32>) -> tensor<2x6x2x7x7xf32> {
  %0 = dl.conv3d %x, %w {stride = [2, 1, 1]} : tensor<2x4x5x9x9xf32>, tensor<6x4x2x3x3xf32> -> tensor<2x6x2x7x7xf32>
  return %0 : tensor<2x6x2x7x7xf32>
}

// CHECK-LABEL: func @conv_transpose2d
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x5x6xf32>, %[[W:.*]]: tensor<4x3x3x3xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.conv2d_input_grad %[[X]], %[[W]] {stride = [2, 2]} : tensor<8x4x5x6xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x12x14xf32>
// CHECK-NEXT:    %[[WIDE:.*]] = dl.broadcast %[[B]] dims [1]
// CHECK-NEXT:    %[[SUM:.*]] = dl.add %[[Y]], %[[WIDE]]
// CHECK-NEXT:    return %[[SUM]]
func.func @conv_transpose2d(%x: tensor<8x4x5x6xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) -> tensor<8x3x12x14xf32> {
  %0 = dl.conv_transpose2d %x, %w bias %b {output_padding = [1, 1], stride = [2, 2]} : tensor<8x4x5x6xf32>, tensor<4x3x3x3xf32>, tensor<3xf32> -> tensor<8x3x12x14xf32>
  return %0 : tensor<8x3x12x14xf32>
}

// A depthwise convolution with ones; here all windows have four elements.
// CHECK-LABEL: func @avg_pool2d
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9x8xf32>
// CHECK-NEXT:    %[[ONES:.*]] = dl.constant dense<1.000000e+00> : tensor<3x1x2x2xf32>
// CHECK-NEXT:    %[[SUMS:.*]] = dl.conv2d %[[X]], %[[ONES]] {groups = 3 : i64, stride = [2, 2]} : tensor<8x3x9x8xf32>, tensor<3x1x2x2xf32> -> tensor<8x3x4x4xf32>
// CHECK-NEXT:    %[[MEANS:.*]] = dl.scale %[[SUMS]]{{.*}}2.500000e-01
// CHECK-NEXT:    return %[[MEANS]]
func.func @avg_pool2d(%x: tensor<8x3x9x8xf32>) -> tensor<8x3x4x4xf32> {
  %0 = dl.avg_pool2d %x {kernel = [2, 2]} : tensor<8x3x9x8xf32> -> tensor<8x3x4x4xf32>
  return %0 : tensor<8x3x4x4xf32>
}

// Windows at the border have fewer.
// CHECK-LABEL: func @avg_pool2d_padding
// CHECK-NEXT:    dl.pad %{{.*}} low [0, 0, 1, 0] high [0, 0, 1, 0]
// CHECK:         dl.conv2d
// CHECK-NEXT:    %[[SHARES:.*]] = dl.constant dense<{{\[\[}}5.000000e-01, 5.000000e-01], [2.500000e-01, 2.500000e-01], [5.000000e-01, 5.000000e-01]]> : tensor<3x2xf64>
// CHECK-NEXT:    dl.broadcast %[[SHARES]] dims [2, 3] : tensor<3x2xf64> to tensor<1x3x3x2xf64>
func.func @avg_pool2d_padding(%x: tensor<1x3x4x4xf64>) -> tensor<1x3x3x2xf64> {
  %0 = dl.avg_pool2d %x {kernel = [2, 2], padding = [1, 0], count_include_pad = false} : tensor<1x3x4x4xf64> -> tensor<1x3x3x2xf64>
  return %0 : tensor<1x3x3x2xf64>
}
