// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(func.func(dl-fast-math)))" --split-input-file | FileCheck %s

// The forms of each rewrite that `fastmath` allows, and what only looks like them. All rows of the
// table in dl.model's description are compared with NumPy by test/Numerics/algebra.py.

// Without the attribute nothing changes.
dl.model @m {
  // CHECK-LABEL: func.func @not_allowed
  // CHECK:         dl.div
  // CHECK-NEXT:    dl.sub
  // CHECK-NEXT:    dl.offset
  // CHECK-NEXT:    dl.scale
  // CHECK-NEXT:    dl.exp
  // CHECK-NEXT:    dl.log
  func.func @not_allowed(%x: tensor<8xf32>) -> tensor<8xf32> {
    %three = dl.constant dense<3.0> : tensor<8xf32>
    %0 = dl.div %x, %three : tensor<8xf32>
    %1 = dl.sub %0, %0 : tensor<8xf32>
    %2 = dl.offset %1 by 0.0 : tensor<8xf32>
    %3 = dl.scale %2 by 0.0 : tensor<8xf32>
    %4 = dl.exp %3 : tensor<8xf32>
    %5 = dl.log %4 : tensor<8xf32>
    return %5 : tensor<8xf32>
  }
}

// -----

dl.model @m attributes {fastmath} {
  // CHECK-LABEL: func.func @quotients
  // CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[S:.*]]: tensor<8xf32>
  // CHECK-DAG:     %[[A:.*]] = dl.scale %[[X]] by 3.33{{.*}}e-01 : tensor<8x4xf32>
  // CHECK-DAG:     %[[R:.*]] = dl.reciprocal %[[S]] : tensor<8xf32>
  // CHECK:         %[[B:.*]] = dl.broadcast %[[R]] dims [0] : tensor<8xf32> to tensor<8x4xf32>
  // CHECK:         %[[C:.*]] = dl.mul %[[A]], %[[B]]
  // CHECK:         %[[Q:.*]] = dl.rsqrt %[[X]]
  // CHECK:         %[[D:.*]] = dl.mul %[[C]], %[[Q]]
  // CHECK-NEXT:    return %[[D]]
  func.func @quotients(%x: tensor<8x4xf32>, %s: tensor<8xf32>) -> tensor<8x4xf32> {
    %three = dl.constant dense<3.0> : tensor<8x4xf32>
    %0 = dl.div %x, %three : tensor<8x4xf32>
    %1 = dl.broadcast %s dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %2 = dl.div %0, %1 : tensor<8x4xf32>
    %3 = dl.sqrt %x : tensor<8x4xf32>
    %4 = dl.div %2, %3 : tensor<8x4xf32>
    return %4 : tensor<8x4xf32>
  }

  // A quotient of whole tensors, by 0, by an integer, by what has no normal reciprocal.
  // CHECK-LABEL: func.func @other_quotients
  // CHECK-COUNT-4: dl.div
  func.func @other_quotients(%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<8xi32>) -> (tensor<8xf32>, tensor<8xi32>) {
    %0 = dl.div %x, %y : tensor<8xf32>
    %zero = dl.constant dense<0.0> : tensor<8xf32>
    %1 = dl.div %0, %zero : tensor<8xf32>
    %huge = dl.constant dense<3.0e38> : tensor<8xf32>
    %2 = dl.div %1, %huge : tensor<8xf32>
    %three = dl.constant dense<3> : tensor<8xi32>
    %3 = dl.div %i, %three : tensor<8xi32>
    return %2, %3 : tensor<8xf32>, tensor<8xi32>
  }

  // 1 / x of whatever makes the 1: x of two of them.
  // CHECK-LABEL: func.func @reciprocals
  // CHECK-SAME:    %[[X:.*]]: tensor<8xf32>, %[[Y:.*]]: tensor<2x4xf32>, %[[Z:.*]]: tensor<8xf32>
  // CHECK-NEXT:    return %[[X]], %[[Y]], %[[Z]]
  func.func @reciprocals(%x: tensor<8xf32>, %y: tensor<2x4xf32>, %z: tensor<8xf32>) -> (tensor<8xf32>, tensor<2x4xf32>, tensor<8xf32>) {
    %one = dl.constant dense<1.0> : tensor<8xf32>
    %0 = dl.div %one, %x : tensor<8xf32>
    %1 = dl.div %one, %0 : tensor<8xf32>
    %row = dl.constant dense<1.0> : tensor<4xf32>
    %rows = dl.broadcast %row dims [1] : tensor<4xf32> to tensor<2x4xf32>
    %view = dl.reshape %one : tensor<8xf32> to tensor<2x4xf32>
    %2 = dl.div %rows, %y : tensor<2x4xf32>
    %3 = dl.div %view, %2 : tensor<2x4xf32>
    %integer = dl.constant dense<1> : tensor<8xi32>
    %cast = dl.cast %integer : tensor<8xi32> to tensor<8xf32>
    %4 = dl.div %cast, %z : tensor<8xf32>
    %5 = dl.reciprocal %4 : tensor<8xf32>
    return %1, %3, %5 : tensor<8xf32>, tensor<2x4xf32>, tensor<8xf32>
  }

  // The reciprocal of what is repeated is one of fewer elements.
  // CHECK-LABEL: func.func @repeated_reciprocal
  // CHECK-NEXT:    %[[R:.*]] = dl.reciprocal %{{.*}} : tensor<8xf32>
  // CHECK-NEXT:    %[[Y:.*]] = dl.broadcast %[[R]]
  // CHECK-NEXT:    return %[[Y]]
  func.func @repeated_reciprocal(%s: tensor<8xf32>) -> tensor<8x4xf32> {
    %one = dl.constant dense<1.0> : tensor<8x4xf32>
    %0 = dl.broadcast %s dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %1 = dl.div %one, %0 : tensor<8x4xf32>
    return %1 : tensor<8x4xf32>
  }

  // 1 of a cast that rounds (1.5 to an integer) and a numerator that is another number.
  // CHECK-LABEL: func.func @no_reciprocals
  // CHECK-COUNT-2: dl.div
  // CHECK-NOT:     dl.reciprocal
  // CHECK:         return
  func.func @no_reciprocals(%x: tensor<8xf32>) -> tensor<8xf32> {
    %more = dl.constant dense<1.5> : tensor<8xf32>
    %integer = dl.cast %more : tensor<8xf32> to tensor<8xi32>
    %one = dl.cast %integer : tensor<8xi32> to tensor<8xf32>
    %0 = dl.div %one, %x : tensor<8xf32>
    %1 = dl.div %more, %0 : tensor<8xf32>
    return %1 : tensor<8xf32>
  }

  // CHECK-LABEL: func.func @constants
  // CHECK-SAME:    %[[X:.*]]: tensor<8xf32>
  // CHECK-NEXT:    %[[Y:.*]] = dl.scale %[[X]] by -6.0
  // CHECK-NEXT:    %[[Z:.*]] = dl.offset %[[Y]] by -1.5
  // CHECK-NEXT:    return %[[Z]]
  func.func @constants(%x: tensor<8xf32>) -> tensor<8xf32> {
    %two = dl.constant dense<2.0> : tensor<8xf32>
    %zero = dl.constant dense<0.0> : tensor<8xf32>
    %0 = dl.mul %x, %two : tensor<8xf32>
    %1 = dl.neg %0 : tensor<8xf32>
    %2 = dl.scale %1 by 3.0 : tensor<8xf32>
    %3 = dl.add %2, %zero : tensor<8xf32>
    %4 = dl.offset %3 by 0.5 : tensor<8xf32>
    %5 = dl.sub %4, %two : tensor<8xf32>
    return %5 : tensor<8xf32>
  }

  // Products of constants that leave the range of f32 would make another number of any x.
  // CHECK-LABEL: func.func @out_of_range
  // CHECK:         dl.scale {{.*}} by 1.0{{0*}}e+30
  // CHECK-NEXT:    dl.scale {{.*}} by 1.0{{0*}}e+30
  // CHECK-NEXT:    dl.scale {{.*}} by 1.0{{0*}}e-30
  // CHECK-NEXT:    dl.scale {{.*}} by 1.0{{0*}}e-30
  func.func @out_of_range(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
    %0 = dl.scale %x by 1.0e30 : tensor<8xf32>
    %1 = dl.scale %0 by 1.0e30 : tensor<8xf32>
    %2 = dl.scale %y by 1.0e-30 : tensor<8xf32>
    %3 = dl.scale %2 by 1.0e-30 : tensor<8xf32>
    return %1, %3 : tensor<8xf32>, tensor<8xf32>
  }

  // CHECK-LABEL: func.func @factors
  // CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[S:.*]]: tensor<8xf32>, %[[T:.*]]: tensor<8xf32>
  // CHECK:         %[[P:.*]] = dl.mul %[[S]], %[[T]] : tensor<8xf32>
  // CHECK:         %[[B:.*]] = dl.broadcast %[[P]] dims [0]
  // CHECK:         %[[Y:.*]] = dl.mul %[[X]], %[[B]] : tensor<8x4xf32>
  // CHECK:         %[[Q:.*]] = dl.add %[[S]], %[[T]] : tensor<8xf32>
  // CHECK:         %[[C:.*]] = dl.broadcast %[[Q]] dims [0]
  // CHECK:         %[[Z:.*]] = dl.mul %[[X]], %[[C]] : tensor<8x4xf32>
  // CHECK-NEXT:    return %[[Y]], %[[Z]]
  func.func @factors(%x: tensor<8x4xf32>, %s: tensor<8xf32>, %t: tensor<8xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
    %0 = dl.broadcast %s dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %1 = dl.broadcast %t dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %2 = dl.mul %x, %0 : tensor<8x4xf32>
    %3 = dl.mul %2, %1 : tensor<8x4xf32>
    %4 = dl.mul %x, %0 : tensor<8x4xf32>
    %5 = dl.mul %x, %1 : tensor<8x4xf32>
    %6 = dl.add %4, %5 : tensor<8x4xf32>
    return %3, %6 : tensor<8x4xf32>, tensor<8x4xf32>
  }

  // Factors along different dimensions, and a product that is needed itself.
  // CHECK-LABEL: func.func @other_factors
  // CHECK-COUNT-4: dl.mul {{.*}} : tensor<4x4xf32>
  func.func @other_factors(%x: tensor<4x4xf32>, %s: tensor<4xf32>, %t: tensor<4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
    %0 = dl.broadcast %s dims [0] : tensor<4xf32> to tensor<4x4xf32>
    %1 = dl.broadcast %t dims [1] : tensor<4xf32> to tensor<4x4xf32>
    %2 = dl.mul %x, %0 : tensor<4x4xf32>
    %3 = dl.mul %2, %1 : tensor<4x4xf32>
    %4 = dl.broadcast %t dims [0] : tensor<4xf32> to tensor<4x4xf32>
    %5 = dl.mul %x, %4 : tensor<4x4xf32>
    %6 = dl.mul %5, %0 : tensor<4x4xf32>
    return %3, %5, %6 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
  }

  // CHECK-LABEL: func.func @nothing_left
  // CHECK-SAME:    %[[X:.*]]: tensor<8xf32>
  // CHECK-NEXT:    %[[ZERO:.*]] = dl.constant dense<0.0{{.*}}> : tensor<8xf32>
  // CHECK-NEXT:    return %[[ZERO]], %[[ZERO]], %[[X]], %[[X]]
  func.func @nothing_left(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
    %0 = dl.sub %x, %x : tensor<8xf32>
    %1 = dl.scale %x by 0.0 : tensor<8xf32>
    %2 = dl.sqrt %x : tensor<8xf32>
    %3 = dl.square %2 : tensor<8xf32>
    %4 = dl.exp %x : tensor<8xf32>
    %5 = dl.log %4 : tensor<8xf32>
    return %0, %1, %3, %5 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }

  // CHECK-LABEL: func.func @exponentials
  // CHECK-SAME:    %[[A:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>
  // CHECK-NEXT:    %[[S:.*]] = dl.add %[[A]], %[[B]]
  // CHECK-NEXT:    %[[E:.*]] = dl.exp %[[S]]
  // CHECK-NEXT:    return %[[E]]
  func.func @exponentials(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> {
    %0 = dl.exp %a : tensor<8xf32>
    %1 = dl.exp %b : tensor<8xf32>
    %2 = dl.mul %0, %1 : tensor<8xf32>
    return %2 : tensor<8xf32>
  }

  // One of the exponentials stays: there would be two of them still.
  // CHECK-LABEL: func.func @exponential_of_others
  // CHECK-COUNT-2: dl.exp
  // CHECK:         dl.mul
  func.func @exponential_of_others(%a: tensor<8xf32>, %b: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
    %0 = dl.exp %a : tensor<8xf32>
    %1 = dl.exp %b : tensor<8xf32>
    %2 = dl.mul %0, %1 : tensor<8xf32>
    return %2, %0 : tensor<8xf32>, tensor<8xf32>
  }

  // CHECK-LABEL: func.func @sums
  // CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[S:.*]]: tensor<8xf32>
  // CHECK:         %[[R:.*]] = dl.reduce_sum %[[X]] {axes = [1]}
  // CHECK:         %[[Y:.*]] = dl.mul {{.*}} : tensor<8xf32>
  // CHECK-NEXT:    return %[[Y]]
  func.func @sums(%x: tensor<8x4xf32>, %s: tensor<8xf32>) -> tensor<8xf32> {
    %0 = dl.broadcast %s dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %1 = dl.mul %x, %0 : tensor<8x4xf32>
    %2 = dl.reduce_sum %1 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    return %2 : tensor<8xf32>
  }

  // The factor varies along what is summed.
  // CHECK-LABEL: func.func @weighted_sum
  // CHECK:         dl.mul {{.*}} : tensor<8x4xf32>
  // CHECK-NEXT:    dl.reduce_sum
  func.func @weighted_sum(%x: tensor<8x4xf32>, %s: tensor<4xf32>) -> tensor<8xf32> {
    %0 = dl.broadcast %s dims [1] : tensor<4xf32> to tensor<8x4xf32>
    %1 = dl.mul %x, %0 : tensor<8x4xf32>
    %2 = dl.reduce_sum %1 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    return %2 : tensor<8xf32>
  }
}

// -----

dl.model @m attributes {fastmath} {
  dl.param @w : tensor<4x3xf32> = ones
  // CHECK-LABEL: func.func @weights
  // CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32> {{.*}}, %[[W:.*]]: tensor<4x3xf32>
  // CHECK-NEXT:    %[[S:.*]] = dl.scale %[[W]] by 3.0
  // CHECK-NEXT:    %[[Y:.*]] = dl.matmul %[[X]], %[[S]]
  // CHECK-NEXT:    return %[[Y]]
  func.func @weights(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<8x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %1 = dl.scale %0 by 0.3 : tensor<8x3xf32>
    return %1 : tensor<8x3xf32>
  }

  // The step changes w, so w * c would be computed at each call.
  // CHECK-LABEL: func.func @trained
  // CHECK:         dl.matmul
  // CHECK-NEXT:    dl.scale
  func.func @trained(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<8x3xf32> {dl.name = "y"}, tensor<4x3xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %1 = dl.scale %0 by 0.3 : tensor<8x3xf32>
    %2 = dl.neg %w : tensor<4x3xf32>
    return %1, %2 : tensor<8x3xf32>, tensor<4x3xf32>
  }

  // A copy of w would be larger than what is scaled.
  // CHECK-LABEL: func.func @few_rows
  // CHECK:         dl.matmul
  // CHECK-NEXT:    dl.scale
  func.func @few_rows(%x: tensor<3x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<3x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<3x4xf32>, tensor<4x3xf32> -> tensor<3x3xf32>
    %1 = dl.scale %0 by 0.3 : tensor<3x3xf32>
    return %1 : tensor<3x3xf32>
  }
}
