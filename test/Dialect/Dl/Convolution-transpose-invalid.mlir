// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @transpose_rank(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects operand x of rank 4 (N x C x H x W) and operand w of rank 4 (C x O/groups x KH x KW), not 'tensor<8x4x9x9xf32>' and 'tensor<4x3x3xf32>'}}
  %0 = dl.conv_transpose2d %x, %w : tensor<8x4x9x9xf32>, tensor<4x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_channels(%x: tensor<8x4x9x9xf32>, %w: tensor<3x4x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' has operand x 'tensor<8x4x9x9xf32>' with 4 channels but operand w 'tensor<3x4x3x3xf32>' for 3}}
  %0 = dl.conv_transpose2d %x, %w : tensor<8x4x9x9xf32>, tensor<3x4x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_groups(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects operand x with a multiple of 'groups', 3, channels, not 'tensor<8x4x9x9xf32>'}}
  %0 = dl.conv_transpose2d %x, %w {groups = 3} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_no_groups(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects 'groups' to be at least 1, not -1}}
  %0 = dl.conv_transpose2d %x, %w {groups = -1} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_stride(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects 'stride' to be at least 1, not 0}}
  %0 = dl.conv_transpose2d %x, %w {stride = [0, 1]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_window(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x0xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects a window of at least 1 columns, not 0}}
  %0 = dl.conv_transpose2d %x, %w : tensor<8x4x9x9xf32>, tensor<4x3x3x0xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_no_rows(%x: tensor<8x4x0x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects operand x with at least 1 rows, not 'tensor<8x4x0x9xf32>'}}
  %0 = dl.conv_transpose2d %x, %w : tensor<8x4x0x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @output_padding_negative(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects 'output_padding' to be at least 0, not -1}}
  %0 = dl.conv_transpose2d %x, %w {output_padding = [0, -1]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @output_padding_of_one(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects 'output_padding' to have 2 entries (rows, columns), not 1}}
  %0 = dl.conv_transpose2d %x, %w {output_padding = [0]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @output_padding_too_large(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects 'output_padding' below 'stride' or 'dilation', 2, not 2}}
  %0 = dl.conv_transpose2d %x, %w {output_padding = [1, 2], stride = [2, 2]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_padding(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' makes -1 columns of operand x 'tensor<8x4x9x9xf32>' with 'padding' 6}}
  %0 = dl.conv_transpose2d %x, %w {padding = [0, 6]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_overflows(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' makes more than 1099511627776 rows of operand x 'tensor<8x4x9x9xf32>'}}
  %0 = dl.conv_transpose2d %x, %w {stride = [4611686018427387904, 1]} : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<8x3x11x11xf32>
  return
}

// -----

func.func @transpose_bias(%x: tensor<8x4x9x9xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.conv_transpose2d' expects operand bias to be 'tensor<3xf32>', not 'tensor<4xf32>'}}
  %0 = dl.conv_transpose2d %x, %w bias %b : tensor<8x4x9x9xf32>, tensor<4x3x3x3xf32>, tensor<4xf32> -> tensor<8x3x11x11xf32>
  return
}
