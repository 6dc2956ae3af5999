// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @constant_of_another_type() {
  // expected-error@+1 {{'dl.constant' op gives 'tensor<2xf32>', not 'tensor<4xf32>'}}
  %0 = "dl.constant"() {value = dense<0.0> : tensor<2xf32>} : () -> tensor<4xf32>
  return
}

// -----

func.func @reshape_changes_type(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.reshape' op keeps the element type, but operand x is 'tensor<8xf32>' and the result 'tensor<8xf64>'}}
  %0 = dl.reshape %x : tensor<8xf32> to tensor<8xf64>
  return
}

// -----

func.func @reshape_loses_elements(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.reshape' op keeps all elements, but operand x 'tensor<8xf32>' has 8 and the result 'tensor<2x3xf32>' 6}}
  %0 = dl.reshape %x : tensor<8xf32> to tensor<2x3xf32>
  return
}

// -----

func.func @flatten_scalar(%x: tensor<f32>) {
  // expected-error@+1 {{'dl.flatten' op expects operand x of rank 1 or more, not 'tensor<f32>'}}
  %0 = dl.flatten %x : tensor<f32> to tensor<1xf32>
  return
}

// -----

func.func @flatten_too_much(%x: tensor<8x4x4xf32>) {
  // expected-error@+1 {{'dl.flatten' op of operand x 'tensor<8x4x4xf32>' gives 'tensor<8x16xf32>', not 'tensor<128xf32>'}}
  %0 = dl.flatten %x : tensor<8x4x4xf32> to tensor<128xf32>
  return
}

// -----

func.func @transpose_short(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.transpose' expects 'perm' with 2 entries for operand x 'tensor<8x4xf32>', not 1}}
  %0 = dl.transpose %x perm [0] : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @transpose_twice_the_same(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.transpose' expects 'perm' to hold each of 0 to 1 once, for operand x 'tensor<8x4xf32>', not [1, 1]}}
  %0 = dl.transpose %x perm [1, 1] : tensor<8x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @transpose_of_no_dimension(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.transpose' expects 'perm' to hold each of 0 to 1 once, for operand x 'tensor<8x4xf32>', not [0, -3]}}
  %0 = dl.transpose %x perm [0, -3] : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @transpose_gives_another_shape(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.transpose' op gives 'tensor<4x8xf32>', not 'tensor<8x4xf32>'}}
  %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @unblock_of_a_vector(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.unblock' expects operand x of rank 2 or more, not 'tensor<8xf32>'}}
  %0 = dl.unblock %x : tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @broadcast_short(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op expects 'dims' with 2 entries for operand x 'tensor<4x4xf32>', not 1}}
  %0 = dl.broadcast %x dims [1] : tensor<4x4xf32> to tensor<8x4x4xf32>
  return
}

// -----

func.func @broadcast_unordered(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op expects 'dims' to ascend and to lie within the result 'tensor<8x4x4xf32>', not [2, 1]}}
  %0 = dl.broadcast %x dims [2, 1] : tensor<4x4xf32> to tensor<8x4x4xf32>
  return
}

// -----

func.func @broadcast_out_of_range(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op expects 'dims' to ascend and to lie within the result 'tensor<8x4xf32>', not [2]}}
  %0 = dl.broadcast %x dims [2] : tensor<4xf32> to tensor<8x4xf32>
  return
}

// -----

func.func @broadcast_negative(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op expects 'dims' to ascend and to lie within the result 'tensor<8x4xf32>', not [-3]}}
  %0 = dl.broadcast %x dims [-3] : tensor<4xf32> to tensor<8x4xf32>
  return
}

// -----

func.func @broadcast_to_another_extent(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op puts dimension 0 of operand x 'tensor<4xf32>' where the result 'tensor<8x4xf32>' has extent 8}}
  %0 = dl.broadcast %x dims [0] : tensor<4xf32> to tensor<8x4xf32>
  return
}

// -----

func.func @broadcast_changes_type(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dl.broadcast' op keeps the element type, but operand x is 'tensor<4xf32>' and the result 'tensor<8x4xf64>'}}
  %0 = dl.broadcast %x dims [1] : tensor<4xf32> to tensor<8x4xf64>
  return
}

// -----

func.func @pad_short(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.pad' expects 'low', 'high' and 'interior' with 2 entries for operand x 'tensor<8x4xf32>'}}
  %0 = dl.pad %x low [1] high [1, 1] : tensor<8x4xf32> -> tensor<10x6xf32>
  return
}

// -----

func.func @pad_short_interior(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.pad' expects 'low', 'high' and 'interior' with 2 entries for operand x 'tensor<8x4xf32>'}}
  %0 = dl.pad %x low [1, 1] high [1, 1] interior [0] : tensor<8x4xf32> -> tensor<10x6xf32>
  return
}

// -----

func.func @pad_negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.pad' expects no negative padding along dimension 1 of operand x 'tensor<8x4xf32>', not -1}}
  %0 = dl.pad %x low [0, 0] high [0, -1] : tensor<8x4xf32> -> tensor<8x3xf32>
  return
}

// -----

func.func @pad_to_another_shape(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.pad' op gives 'tensor<8x6xf32>', not 'tensor<8x5xf32>'}}
  %0 = dl.pad %x low [0, 1] high [0, 1] : tensor<8x4xf32> -> tensor<8x5xf32>
  return
}

// -----

func.func @slice_short(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.slice' expects offsets, sizes and strides with 2 entries for operand x 'tensor<8x4xf32>'}}
  %0 = dl.slice %x at [0, 0] size [4] : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_stride_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.slice' expects strides of at least 1, not 0}}
  %0 = dl.slice %x at [0, 0] size [4, 4] stride [0, 1] : tensor<8x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @slice_beyond_the_end(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.slice' takes 4 elements from 1 on, 1 apart, but dimension 1 of operand x 'tensor<8x4xf32>' has 4}}
  %0 = dl.slice %x at [0, 1] size [8, 4] : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @slice_strides_beyond_the_end(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.slice' takes 4 elements from 0 on, 3 apart, but dimension 0 of operand x 'tensor<8x4xf32>' has 8}}
  %0 = dl.slice %x at [0, 0] size [4, 4] stride [3, 1] : tensor<8x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @slice_before_the_start(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.slice' takes 2 elements from -1 on, 1 apart, but dimension 0 of operand x 'tensor<8x4xf32>' has 8}}
  %0 = dl.slice %x at [-1, 0] size [2, 4] : tensor<8x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @reverse_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reverse' op has dimension 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.reverse %x dims [2] : tensor<8x4xf32>
  return
}

// -----

func.func @reverse_negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reverse' op has dimension -3 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.reverse %x dims [-3] : tensor<8x4xf32>
  return
}

// -----

func.func @reverse_twice(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reverse' op expects each of 'dims' once, not [1, 1]}}
  %0 = dl.reverse %x dims [1, 1] : tensor<8x4xf32>
  return
}

// -----

func.func @one_hot_of_another_shape(%i: tensor<8xi32>) {
  // expected-error@+1 {{'dl.one_hot' op adds a last dimension, but operand index is 'tensor<8xi32>' and the result 'tensor<4x10xf32>'}}
  %0 = dl.one_hot %i : tensor<8xi32> to tensor<4x10xf32>
  return
}

// -----

func.func @one_hot_without_classes(%i: tensor<8xi32>) {
  // expected-error@+1 {{'dl.one_hot' op adds a last dimension, but operand index is 'tensor<8xi32>' and the result 'tensor<8xf32>'}}
  %0 = dl.one_hot %i : tensor<8xi32> to tensor<8xf32>
  return
}

// -----

func.func @one_hot_of_floats(%i: tensor<8xf32>) {
  // expected-error@+1 {{'dl.one_hot' op operand #0 must be tensor of}}
  %0 = dl.one_hot %i : tensor<8xf32> to tensor<8x10xf32>
  return
}

// -----

func.func @flatten_backwards(%x: tensor<8x4x4xf32>) {
  // expected-error@+1 {{'dl.flatten' op has axes 2 to 0 but operand x is 'tensor<8x4x4xf32>' of rank 3}}
  %0 = dl.flatten %x {start_axis = 2, end_axis = 0} : tensor<8x4x4xf32> to tensor<128xf32>
  return
}

// -----

func.func @flatten_out_of_range(%x: tensor<8x4x4xf32>) {
  // expected-error@+1 {{'dl.flatten' op has axes 1 to 3 but operand x is 'tensor<8x4x4xf32>' of rank 3}}
  %0 = dl.flatten %x {end_axis = 3} : tensor<8x4x4xf32> to tensor<8x16xf32>
  return
}

// -----

func.func @flatten_negative(%x: tensor<8x4x4xf32>) {
  // expected-error@+1 {{'dl.flatten' op has axes -4 to 2 but operand x is 'tensor<8x4x4xf32>' of rank 3}}
  %0 = dl.flatten %x {start_axis = -4} : tensor<8x4x4xf32> to tensor<8x16xf32>
  return
}

// -----

func.func @pad_with_half(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.pad' has the value 5.000000e-01, which is no 'i32' of operand x 'tensor<8xi32>'}}
  %0 = dl.pad %x low [1] high [0] {value = 0.5} : tensor<8xi32> -> tensor<9xi32>
  return
}

// -----

func.func @pad_too_much(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.pad' expects padding of at most 1099511627776 along dimension 0 of operand x 'tensor<8xi32>', not 1099511627777}}
  %0 = dl.pad %x low [1099511627777] high [0] : tensor<8xi32> -> tensor<9xi32>
  return
}

// -----

func.func @reflection_pad_short(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reflection_pad' expects 'low' and 'high' with 2 entries for operand x 'tensor<8x4xf32>'}}
  %0 = dl.reflection_pad %x low [1] high [0, 0] : tensor<8x4xf32> -> tensor<9x4xf32>
  return
}

// -----

func.func @reflection_pad_negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reflection_pad' expects no negative padding along dimension 1 of operand x 'tensor<8x4xf32>', not -1}}
  %0 = dl.reflection_pad %x low [0, -1] high [0, 0] : tensor<8x4xf32> -> tensor<8x3xf32>
  return
}

// -----

func.func @reflection_pad_too_much(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reflection_pad' expects padding of at most 3 along dimension 1 of operand x 'tensor<8x4xf32>', not 4}}
  %0 = dl.reflection_pad %x low [0, 0] high [0, 4] : tensor<8x4xf32> -> tensor<8x8xf32>
  return
}

// -----

func.func @circular_pad_too_much(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.circular_pad' expects padding of at most 4 along dimension 1 of operand x 'tensor<8x4xf32>', not 5}}
  %0 = dl.circular_pad %x low [0, 5] high [0, 0] : tensor<8x4xf32> -> tensor<8x9xf32>
  return
}

// -----

func.func @replication_of_nothing(%x: tensor<8x0xf32>) {
  // expected-error@+1 {{'dl.replication_pad' expects padding of at most 0 along dimension 1 of operand x 'tensor<8x0xf32>', not 1}}
  %0 = dl.replication_pad %x low [0, 1] high [0, 0] : tensor<8x0xf32> -> tensor<8x1xf32>
  return
}

// -----

func.func @iota_out_of_range() {
  // expected-error@+1 {{'dl.iota' op has axis 1 but the result is 'tensor<8xi32>' of rank 1}}
  %0 = dl.iota {axis = 1} : tensor<8xi32>
  return
}

// -----

func.func @iota_counts_too_far() {
  // expected-error@+1 {{'dl.iota' op counts to 128, which is more than 'i8' holds}}
  %0 = dl.iota {axis = 0} : tensor<129xi8>
  return
}
