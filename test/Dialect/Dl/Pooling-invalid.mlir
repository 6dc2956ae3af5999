// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @rank(%x: tensor<3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects operand x of rank 4 (N x C x H x W), not 'tensor<3x9x9xf32>'}}
  %0 = dl.max_pool2d %x {kernel = [2, 2]} : tensor<3x9x9xf32> -> tensor<3x8x8xf32>
  return
}

// -----

func.func @kernel_of_one(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'kernel' to have 2 entries (rows, columns), not 1}}
  %0 = dl.max_pool2d %x {kernel = [2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @kernel_of_three(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'kernel' to have 2 entries (rows, columns), not 3}}
  %0 = dl.max_pool2d %x {kernel = [2, 2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @kernel_zero(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'kernel' to be at least 1, not 0}}
  %0 = dl.max_pool2d %x {kernel = [0, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @kernel_negative(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'kernel' to be at least 1, not -2}}
  %0 = dl.max_pool2d %x {kernel = [2, -2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @stride_zero(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'stride' to be at least 1, not 0}}
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [0, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @stride_of_one(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'stride' to have 2 entries (rows, columns), not 1}}
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @padding_negative(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'padding' to be at least 0, not -1}}
  %0 = dl.max_pool2d %x {kernel = [2, 2], padding = [0, -1]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @padding_wider_than_half(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'padding' of at most half of the kernel, 3, not 2}}
  %0 = dl.max_pool2d %x {kernel = [3, 3], padding = [2, 1]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @larger_than_the_image(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' the window spans 10 columns but the padded image has only 9}}
  %0 = dl.max_pool2d %x {kernel = [2, 10]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @result(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' op gives 'tensor<8x3x4x4xf32>', not 'tensor<8x3x8x8xf32>'}}
  %0 = dl.max_pool2d %x {kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x8x8xf32>
  return
}

// -----

func.func @index_has_the_same_rules(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d_with_index' expects 'stride' to be at least 1, not -1}}
  %y, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [-1, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
  return
}

// -----

func.func @without_kernel(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' op requires attribute 'kernel'}}
  %0 = dl.max_pool2d %x : tensor<8x3x9x9xf32> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @scatter_places(%dy: tensor<8x3x4x4xf32>, %i: tensor<8x3x4x4xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_scatter' op expects operand dy to have shape [8, 3, 8, 8], not 'tensor<8x3x4x4xf32>'}}
  %0 = dl.max_pool2d_scatter %dy, %i {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @scatter_index(%dy: tensor<8x3x8x8xf32>, %i: tensor<8x3x4x4xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_scatter' op expects index to have shape [8, 3, 8, 8], not 'tensor<8x3x4x4xi32>'}}
  %0 = dl.max_pool2d_scatter %dy, %i {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x8x8xf32>, tensor<8x3x4x4xi32> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @scatter_of_two_types(%dy: tensor<8x3x8x8xf32>, %i: tensor<8x3x8x8xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_scatter' op failed to verify that all of {dy, dx} have same element type}}
  %0 = dl.max_pool2d_scatter %dy, %i {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x8x8xf32>, tensor<8x3x8x8xi32> -> tensor<8x3x9x9xf64>
  return
}

// -----

func.func @gather_places(%x: tensor<8x3x9x9xf32>, %i: tensor<8x3x8x8xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_gather' op expects result y to have shape [8, 3, 8, 8], not 'tensor<8x3x4x4xf32>'}}
  %0 = dl.max_pool2d_gather %x, %i {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x9x9xf32>, tensor<8x3x8x8xi32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @gather_of_two_types(%x: tensor<8x3x9x9xf32>, %i: tensor<8x3x8x8xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_gather' op failed to verify that all of {x, y} have same element type}}
  %0 = dl.max_pool2d_gather %x, %i {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x9x9xf32>, tensor<8x3x8x8xi32> -> tensor<8x3x8x8xf64>
  return
}

// -----

func.func @gather_window(%x: tensor<8x3x9x9xf32>, %i: tensor<8x3x8x8xi32>) {
  // expected-error@+1 {{'dl.max_pool2d_gather' op expects 'padding' of at most half of the kernel, 2, not 2}}
  %0 = dl.max_pool2d_gather %x, %i {kernel = [2, 2], padding = [2, 2]} : tensor<8x3x9x9xf32>, tensor<8x3x8x8xi32> -> tensor<8x3x8x8xf32>
  return
}

// -----

func.func @dilation_zero(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'dilation' to be at least 1, not 0}}
  %0 = dl.max_pool2d %x {dilation = [1, 0], kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @dilation_of_one(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' expects 'dilation' to have 2 entries (rows, columns), not 1}}
  %0 = dl.max_pool2d %x {dilation = [1], kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @dilated_over_the_image(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' the window spans 10 columns but the padded image has only 9}}
  %0 = dl.max_pool2d %x {dilation = [1, 9], kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @ceil_mode_over_the_image(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' the window spans 11 rows but the padded image has only 9}}
  %0 = dl.max_pool2d %x {ceil_mode, kernel = [11, 2], stride = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @window_overflows(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' the window spans more than 1099511627776 rows, with 'dilation' 4611686018427387904 and a kernel of 4}}
  %0 = dl.max_pool2d %x {dilation = [4611686018427387904, 1], kernel = [4, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @padding_overflows(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' the padded image has more than 1099511627776 columns, with 'padding' 9223372036854775807}}
  %0 = dl.max_pool2d %x {kernel = [2, 2], padding = [1, 9223372036854775807]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @padded_image_too_large(%x: tensor<1x1x1x1xf32>) {
  // expected-error@+1 {{'dl.max_pool2d' has operand x 'tensor<1x1x1x1xf32>', which is too large with 'padding' [2097152, 2097152]}}
  %0 = dl.max_pool2d %x {kernel = [4194304, 4194304], padding = [2097152, 2097152]} : tensor<1x1x1x1xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @no_sequence(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.max_pool1d' expects operand x of rank 3 (N x C x L), not 'tensor<8x3x9x9xf32>'}}
  %0 = dl.max_pool1d %x {kernel = [2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @sequence_kernel(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.max_pool1d' expects 'kernel' to have 1 entry, not 2}}
  %0 = dl.max_pool1d %x {kernel = [2, 2]} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  return
}

// -----

func.func @longer_than_the_sequence(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool1d' the window spans 10 places but the padded image has only 9}}
  %0 = dl.avg_pool1d %x {kernel = [10]} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  return
}

// -----

func.func @mean_of_nothing(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool2d' expects 'kernel' to be at least 1, not 0}}
  %0 = dl.avg_pool2d %x {kernel = [2, 0]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @mean_stride(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool2d' expects 'stride' to be at least 1, not 0}}
  %0 = dl.avg_pool2d %x {kernel = [2, 2], stride = [0, 1]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @mean_padding(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool2d' expects 'padding' of at most half of the kernel, 2, not 2}}
  %0 = dl.avg_pool2d %x {kernel = [2, 2], padding = [2, 0]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @divisor(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool2d' expects 'divisor_override' not to be 0}}
  %0 = dl.avg_pool2d %x {divisor_override = 0, kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @mean_of_no_rows(%x: tensor<8x3x0x9xf32>) {
  // expected-error@+1 {{'dl.global_avg_pool2d' expects operand x of rank 4 (N x C x H x W) with at least one row and one column, not 'tensor<8x3x0x9xf32>'}}
  %0 = dl.global_avg_pool2d %x : tensor<8x3x0x9xf32> -> tensor<8x3x1x1xf32>
  return
}

// -----

func.func @maximum_of_a_sequence(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.global_max_pool2d' expects operand x of rank 4 (N x C x H x W) with at least one row and one column, not 'tensor<8x3x9xf32>'}}
  %0 = dl.global_max_pool2d %x : tensor<8x3x9xf32> -> tensor<8x3x1x1xf32>
  return
}

// -----

func.func @no_output(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.adaptive_avg_pool2d' expects 'output_size' to be at least 1, not 0}}
  %0 = dl.adaptive_avg_pool2d %x {output_size = [0, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @output_of_one(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.adaptive_avg_pool2d' expects 'output_size' to have 2 entries (rows, columns), not 1}}
  %0 = dl.adaptive_avg_pool2d %x {output_size = [2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @adaptive_of_no_columns(%x: tensor<8x3x9x0xf32>) {
  // expected-error@+1 {{'dl.adaptive_avg_pool2d' expects operand x of rank 4 (N x C x H x W) with at least one row and one column, not 'tensor<8x3x9x0xf32>'}}
  %0 = dl.adaptive_avg_pool2d %x {output_size = [2, 2]} : tensor<8x3x9x0xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @k_zero(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.k_max_pool' expects 'k' between 1 and 9, the extent of dimension 2 of operand x 'tensor<8x3x9xf32>', not 0}}
  %0 = dl.k_max_pool %x {axis = 2, k = 0} : tensor<8x3x9xf32> -> tensor<8x3x0xf32>
  return
}

// -----

func.func @k_too_large(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.k_max_pool' expects 'k' between 1 and 3, the extent of dimension 1 of operand x 'tensor<8x3x9xf32>', not 4}}
  %0 = dl.k_max_pool %x {axis = 1, k = 4} : tensor<8x3x9xf32> -> tensor<8x4x9xf32>
  return
}

// -----

func.func @k_axis(%x: tensor<8x3x9xf32>) {
  // expected-error@+1 {{'dl.k_max_pool' has axis 3 but operand x is 'tensor<8x3x9xf32>' of rank 3}}
  %0 = dl.k_max_pool %x {axis = 3, k = 4} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  return
}
