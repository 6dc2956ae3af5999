// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @rank(%x: tensor<3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects operand x of rank 4 (N x C x H x W) and operand w of rank 4 (O x C x KH x KW), not 'tensor<3x9x9xf32>' and 'tensor<16x3x3x3xf32>'}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w : tensor<3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<16x7x7xf32>
  return
}

// -----

func.func @channels(%x: tensor<8x4x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' has operand x 'tensor<8x4x9x9xf32>' with 4 channels but operand w 'tensor<16x3x3x3xf32>' for 3}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w : tensor<8x4x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @channels_last(%x: tensor<8x9x9x4xf32>, %w: tensor<3x3x3x16xf32>) {
  // expected-error@+2 {{'dl.conv2d' has operand x 'tensor<8x9x9x4xf32>' with 4 channels but operand w 'tensor<3x3x3x16xf32>' for 3}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<8x9x9x4xf32>, tensor<3x3x3x16xf32> -> tensor<8x7x7x16xf32>
  return
}

// -----

func.func @more_rows_than_the_image(%x: tensor<8x3x2x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' the window spans 3 rows but the padded image has only 2}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w : tensor<8x3x2x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x1x7xf32>
  return
}

// -----

func.func @more_columns_than_the_image(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' the window spans 13 columns but the padded image has only 11}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {dilation = [1, 6], padding = [0, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @empty_filter(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x0x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' op operand #1 must be statically shaped tensor}}
  %0 = dl.conv2d %x, %w : tensor<8x3x9x9xf32>, tensor<16x3x0x3xf32> -> tensor<8x16x10x7xf32>
  return
}

// -----

func.func @stride_of_three(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'stride' to have 2 entries (rows, columns), not 3}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {stride = [1, 1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @padding_of_one(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'padding' to have 2 entries (rows, columns), not 1}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {padding = [1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @dilation_of_none(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'dilation' to have 2 entries (rows, columns), not 0}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {dilation = []} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @stride_zero(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'stride' to be at least 1, not 0}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {stride = [1, 0]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @padding_negative(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'padding' to be at least 0, not -1}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {padding = [-1, 0]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @dilation_zero(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects 'dilation' to be at least 1, not 0}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {dilation = [0, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @result(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+2 {{'dl.conv2d' op inferred type(s) 'tensor<8x16x9x9xf32>' are incompatible with return type(s) of operation 'tensor<8x16x7x7xf32>'}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @bias_size(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error@+2 {{'dl.conv2d' expects operand bias to be 'tensor<16xf32>', not 'tensor<3xf32>'}}
  // expected-error@+1 {{'dl.conv2d' op failed to infer returned types}}
  %0 = dl.conv2d %x, %w bias %b : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>, tensor<3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @two_types(%x: tensor<8x3x9x9xf64>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' op failed to verify that all of {x, w, y} have same element type}}
  %0 = dl.conv2d %x, %w : tensor<8x3x9x9xf64>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf64>
  return
}

// -----

func.func @input_grad_dy(%dy: tensor<8x16x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d_input_grad' op expects operand dy to be 'tensor<8x16x7x7xf32>', not 'tensor<8x16x9x9xf32>'}}
  %0 = dl.conv2d_input_grad %dy, %w : tensor<8x16x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @input_grad_channels(%dy: tensor<8x16x7x7xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d_input_grad' op has operand x 'tensor<8x4x9x9xf32>' with 4 channels but operand w 'tensor<16x3x3x3xf32>' for 3}}
  %0 = dl.conv2d_input_grad %dy, %w : tensor<8x16x7x7xf32>, tensor<16x3x3x3xf32> -> tensor<8x4x9x9xf32>
  return
}

// -----

func.func @input_grad_stride(%dy: tensor<8x16x7x7xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d_input_grad' op expects 'stride' to be at least 1, not 0}}
  %0 = dl.conv2d_input_grad %dy, %w {stride = [0, 0]} : tensor<8x16x7x7xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @filter_grad_dy(%x: tensor<8x3x9x9xf32>, %dy: tensor<4x16x7x7xf32>) {
  // expected-error@+1 {{'dl.conv2d_filter_grad' op expects operand dy to be 'tensor<8x16x7x7xf32>', not 'tensor<4x16x7x7xf32>'}}
  %0 = dl.conv2d_filter_grad %x, %dy : tensor<8x3x9x9xf32>, tensor<4x16x7x7xf32> -> tensor<16x3x3x3xf32>
  return
}

// -----

func.func @filter_grad_channels(%x: tensor<8x3x9x9xf32>, %dy: tensor<8x16x7x7xf32>) {
  // expected-error@+1 {{'dl.conv2d_filter_grad' op has operand x 'tensor<8x3x9x9xf32>' with 3 channels but operand w 'tensor<16x1x3x3xf32>' for 1}}
  %0 = dl.conv2d_filter_grad %x, %dy : tensor<8x3x9x9xf32>, tensor<8x16x7x7xf32> -> tensor<16x1x3x3xf32>
  return
}

// -----

func.func @input_grad_of_two_types(%dy: tensor<8x16x7x7xf32>, %w: tensor<16x3x3x3xf64>) {
  // expected-error@+1 {{'dl.conv2d_input_grad' op failed to verify that all of {dy, w, dx} have same element type}}
  %0 = dl.conv2d_input_grad %dy, %w : tensor<8x16x7x7xf32>, tensor<16x3x3x3xf64> -> tensor<8x3x9x9xf32>
  return
}

// -----

func.func @filter_grad_of_two_types(%x: tensor<8x3x9x9xf32>, %dy: tensor<8x16x7x7xf32>) {
  // expected-error@+1 {{'dl.conv2d_filter_grad' op failed to verify that all of {x, dy, dw} have same element type}}
  %0 = dl.conv2d_filter_grad %x, %dy : tensor<8x3x9x9xf32>, tensor<8x16x7x7xf32> -> tensor<16x3x3x3xf64>
  return
}
