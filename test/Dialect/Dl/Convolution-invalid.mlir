// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @rank(%x: tensor<3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects operand x of rank 4 (N x C x H x W) and operand w of rank 4 (O x C/groups x KH x KW), not 'tensor<3x9x9xf32>' and 'tensor<16x3x3x3xf32>'}}
  %0 = dl.conv2d %x, %w : tensor<3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<16x7x7xf32>
  return
}

// -----

func.func @channels(%x: tensor<8x4x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' has operand x 'tensor<8x4x9x9xf32>' with 4 channels but operand w 'tensor<16x3x3x3xf32>' for 3}}
  %0 = dl.conv2d %x, %w : tensor<8x4x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @channels_last(%x: tensor<8x9x9x4xf32>, %w: tensor<3x3x3x16xf32>) {
  // expected-error@+1 {{'dl.conv2d' has operand x 'tensor<8x9x9x4xf32>' with 4 channels but operand w 'tensor<3x3x3x16xf32>' for 3}}
  %0 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<8x9x9x4xf32>, tensor<3x3x3x16xf32> -> tensor<8x7x7x16xf32>
  return
}

// -----

func.func @more_rows_than_the_image(%x: tensor<8x3x2x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' the window spans 3 rows but the padded image has only 2: operand x is 'tensor<8x3x2x9xf32>', with 'padding' 0}}
  %0 = dl.conv2d %x, %w : tensor<8x3x2x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x1x7xf32>
  return
}

// -----

func.func @more_columns_than_the_image(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' the window spans 13 columns but the padded image has only 11}}
  %0 = dl.conv2d %x, %w {dilation = [1, 6], padding = [0, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @empty_filter(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x0x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects a window of at least 1 rows, not 0}}
  %0 = dl.conv2d %x, %w : tensor<8x3x9x9xf32>, tensor<16x3x0x3xf32> -> tensor<8x16x10x7xf32>
  return
}

// -----

func.func @stride_of_three(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'stride' to have 2 entries (rows, columns), not 3}}
  %0 = dl.conv2d %x, %w {stride = [1, 1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @padding_of_one(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'padding' to have 2 entries (rows, columns), not 1}}
  %0 = dl.conv2d %x, %w {padding = [1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @dilation_of_none(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'dilation' to have 2 entries (rows, columns), not 0}}
  %0 = dl.conv2d %x, %w {dilation = []} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @stride_zero(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'stride' to be at least 1, not 0}}
  %0 = dl.conv2d %x, %w {stride = [1, 0]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @padding_negative(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'padding' to be at least 0, not -1}}
  %0 = dl.conv2d %x, %w {padding = [-1, 0]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @dilation_zero(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'dilation' to be at least 1, not 0}}
  %0 = dl.conv2d %x, %w {dilation = [0, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @result(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' op gives 'tensor<8x16x9x9xf32>', not 'tensor<8x16x7x7xf32>'}}
  %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x7x7xf32>
  return
}

// -----

func.func @bias_size(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects operand bias to be 'tensor<16xf32>', not 'tensor<3xf32>'}}
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

// -----

func.func @groups_zero(%x: tensor<8x4x9x9xf32>, %w: tensor<6x2x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects 'groups' to be at least 1, not 0}}
  %0 = dl.conv2d %x, %w {groups = 0} : tensor<8x4x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @groups_of_channels(%x: tensor<8x5x9x9xf32>, %w: tensor<6x2x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects operand x with a multiple of 'groups', 2, channels, not 'tensor<8x5x9x9xf32>'}}
  %0 = dl.conv2d %x, %w {groups = 2} : tensor<8x5x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @groups_of_filter(%x: tensor<8x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' has operand x 'tensor<8x4x9x9xf32>' with 4 channels, 2 in each of 2 groups, but operand w 'tensor<6x4x3x3xf32>' for 4}}
  %0 = dl.conv2d %x, %w {groups = 2} : tensor<8x4x9x9xf32>, tensor<6x4x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @groups_of_outputs(%x: tensor<8x4x9x9xf32>, %w: tensor<5x2x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' expects operand w with a multiple of 'groups', 2, filters, not 'tensor<5x2x3x3xf32>'}}
  %0 = dl.conv2d %x, %w {groups = 2} : tensor<8x4x9x9xf32>, tensor<5x2x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @window_overflows(%x: tensor<8x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' the window spans more than 1099511627776 columns, with 'dilation' 9223372036854775807}}
  %0 = dl.conv2d %x, %w {dilation = [1, 9223372036854775807]} : tensor<8x4x9x9xf32>, tensor<6x4x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @padding_overflows(%x: tensor<8x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' the padded image has more than 1099511627776 rows, with 'padding' 9223372036854775807 around operand x 'tensor<8x4x9x9xf32>'}}
  %0 = dl.conv2d %x, %w {padding = [9223372036854775807, 0]} : tensor<8x4x9x9xf32>, tensor<6x4x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @padded_image_too_large(%x: tensor<1x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv2d' has operand x 'tensor<1x4x9x9xf32>', which is too large with 'padding' [1048576, 1048576]}}
  %0 = dl.conv2d %x, %w {padding = [1048576, 1048576]} : tensor<1x4x9x9xf32>, tensor<6x4x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @rank_of_sequence(%x: tensor<8x4x9x9xf32>, %w: tensor<6x2x3x3xf32>) {
  // expected-error@+1 {{'dl.conv1d' expects operand x of rank 3 (N x C x L) and operand w of rank 3 (O x C/groups x K), not 'tensor<8x4x9x9xf32>' and 'tensor<6x2x3x3xf32>'}}
  %0 = dl.conv1d %x, %w : tensor<8x4x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @stride_of_sequence(%x: tensor<8x4x9xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error@+1 {{'dl.conv1d' expects 'stride' to have 1 entry, not 2}}
  %0 = dl.conv1d %x, %w {stride = [1, 1]} : tensor<8x4x9xf32>, tensor<6x4x3xf32> -> tensor<8x6x7xf32>
  return
}

// -----

func.func @longer_than_the_sequence(%x: tensor<8x4x2xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error@+1 {{'dl.conv1d' the window spans 3 places but the padded image has only 2}}
  %0 = dl.conv1d %x, %w : tensor<8x4x2xf32>, tensor<6x4x3xf32> -> tensor<8x6x7xf32>
  return
}

// -----

func.func @bias_of_sequence(%x: tensor<8x4x9xf32>, %w: tensor<6x4x3xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.conv1d' expects operand bias to be 'tensor<6xf32>', not 'tensor<4xf32>'}}
  %0 = dl.conv1d %x, %w bias %b : tensor<8x4x9xf32>, tensor<6x4x3xf32>, tensor<4xf32> -> tensor<8x6x7xf32>
  return
}

// -----

func.func @rank_of_volume(%x: tensor<8x4x9x9xf32>, %w: tensor<6x2x3x3xf32>) {
  // expected-error@+1 {{'dl.conv3d' expects operand x of rank 5 (N x C x D x H x W) and operand w of rank 5 (O x C/groups x KD x KH x KW), not 'tensor<8x4x9x9xf32>' and 'tensor<6x2x3x3xf32>'}}
  %0 = dl.conv3d %x, %w : tensor<8x4x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  return
}

// -----

func.func @padding_of_volume(%x: tensor<8x4x2x9x9xf32>, %w: tensor<6x4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv3d' expects 'padding' to have 3 entries (planes, rows, columns), not 2}}
  %0 = dl.conv3d %x, %w {padding = [1, 1]} : tensor<8x4x2x9x9xf32>, tensor<6x4x3x3x3xf32> -> tensor<8x6x2x9x9xf32>
  return
}

// -----

func.func @deeper_than_the_volume(%x: tensor<8x4x2x9x9xf32>, %w: tensor<6x4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv3d' the window spans 3 planes but the padded image has only 2}}
  %0 = dl.conv3d %x, %w : tensor<8x4x2x9x9xf32>, tensor<6x4x3x3x3xf32> -> tensor<8x6x2x9x9xf32>
  return
}
