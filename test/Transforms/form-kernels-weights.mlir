// RUN: dlc-opt %s -dl-form-kernels | FileCheck %s

// The default target has a second-level cache of 1 MiB.
dl.model @weights {
  // Weights of 1 MB each do not stay in cache together: reading the second ones for each block of
  // the 64 rows costs more than 64 KB of operand do on their way through memory.
  // CHECK-LABEL: func.func @part
  // CHECK:         call @[[$FIRST:kernel_[0-9]+]](%arg0, %arg1)
  // CHECK-NEXT:    call @[[$SECOND:kernel_[0-9]+]]({{.*}}, %arg2)
  // CHECK-NEXT:    return
  func.func @part(%x: tensor<64x500xf32> {dl.name = "x"}, %u: tensor<500x510xf32> {dl.name = "u"}, %v: tensor<510x510xf32> {dl.name = "v"}) -> (tensor<64x510xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %u : tensor<64x500xf32>, tensor<500x510xf32> -> tensor<64x510xf32>
    %1 = dl.tanh %0 : tensor<64x510xf32>
    %2 = dl.matmul %1, %v : tensor<64x510xf32>, tensor<510x510xf32> -> tensor<64x510xf32>
    %3 = dl.tanh %2 : tensor<64x510xf32>
    return %3 : tensor<64x510xf32>
  }

  // Smaller ones do, and through a view an operand is as large as what it is a view of.
  // CHECK-LABEL: func.func @stay
  // CHECK:         call @[[$BOTH:kernel_[0-9]+]](%arg0, %arg1, %arg2)
  // CHECK-NEXT:    return
  func.func @stay(%x: tensor<64x250xf32> {dl.name = "x"}, %u: tensor<250x260xf32> {dl.name = "u"}, %v: tensor<260x10x12xf32> {dl.name = "v"}) -> (tensor<64x120xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %u : tensor<64x250xf32>, tensor<250x260xf32> -> tensor<64x260xf32>
    %r = dl.reshape %v : tensor<260x10x12xf32> to tensor<260x120xf32>
    %1 = dl.matmul %0, %r : tensor<64x260xf32>, tensor<260x120xf32> -> tensor<64x120xf32>
    return %1 : tensor<64x120xf32>
  }

  // Rows of more than the cache leave it in any case; a bias is of no weight.
  // CHECK-LABEL: func.func @images
  // CHECK:         call @[[$WIDE:kernel_[0-9]+]](%arg0, %arg1, %arg3)
  // CHECK-NEXT:    call @[[$NEXT:kernel_[0-9]+]]({{.*}}, %arg2)
  // CHECK-NEXT:    return
  func.func @images(%x: tensor<4x112x112x3xf32> {dl.name = "x"}, %f: tensor<1x1x3x32xf32> {dl.name = "f"}, %g: tensor<1x1x32x8xf32> {dl.name = "g"}, %b: tensor<32xf32> {dl.name = "b"}) -> (tensor<4x112x112x8xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %f {layout = #dl<layout channels_last>} : tensor<4x112x112x3xf32>, tensor<1x1x3x32xf32> -> tensor<4x112x112x32xf32>
    %1 = dl.broadcast %b dims [3] : tensor<32xf32> to tensor<4x112x112x32xf32>
    %2 = dl.add %0, %1 : tensor<4x112x112x32xf32>
    %3 = dl.conv2d %2, %g {layout = #dl<layout channels_last>} : tensor<4x112x112x32xf32>, tensor<1x1x32x8xf32> -> tensor<4x112x112x8xf32>
    return %3 : tensor<4x112x112x8xf32>
  }

  // Eight rows and 4 MB of weights: no loop over rows, which would read the weights once for each block.
  // CHECK-LABEL: func.func @few
  // CHECK:         call @[[$FEW:kernel_[0-9]+]](%arg0, %arg1)
  func.func @few(%x: tensor<8x1000xf32> {dl.name = "x"}, %w: tensor<1000x1000xf32> {dl.name = "w"}) -> (tensor<8x1000xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<8x1000xf32>, tensor<1000x1000xf32> -> tensor<8x1000xf32>
    %1 = dl.tanh %0 : tensor<8x1000xf32>
    return %1 : tensor<8x1000xf32>
  }

  // Eight long ones do not stay in cache as a whole; the part of them that a block of the sums reads does.
  // CHECK-LABEL: func.func @long
  // CHECK:         call @[[$LONG:kernel_[0-9]+]](%arg0, %arg1)
  func.func @long(%x: tensor<8x40000xf32> {dl.name = "x"}, %w: tensor<40000x1000xf32> {dl.name = "w"}) -> (tensor<8x1000xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<8x40000xf32>, tensor<40000x1000xf32> -> tensor<8x1000xf32>
    %1 = dl.relu %0 : tensor<8x1000xf32>
    return %1 : tensor<8x1000xf32>
  }

  // A row of many products has both operands for itself.
  // CHECK-LABEL: func.func @many
  // CHECK:         call @[[$MANY:kernel_[0-9]+]](%arg0, %arg1)
  func.func @many(%x: tensor<64x1x64xf32> {dl.name = "x"}, %w: tensor<64x64x100xf32> {dl.name = "w"}) -> (tensor<64x1x100xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<64x1x64xf32>, tensor<64x64x100xf32> -> tensor<64x1x100xf32>
    %1 = dl.tanh %0 : tensor<64x1x100xf32>
    return %1 : tensor<64x1x100xf32>
  }

  // The gradient of a weight sums over so many rows that the cotangent does not stay in cache, and the
  // other operand does; the other way round it has rows.
  // CHECK-LABEL: func.func @gradients
  // CHECK:         call @[[$WITHOUT:kernel_[0-9]+]](%arg0, %arg1)
  // CHECK:         call @[[$WITH:kernel_[0-9]+]](%arg1, %arg0)
  func.func @gradients(%x: tensor<2000x100xf32> {dl.name = "x"}, %dy: tensor<2000x400xf32> {dl.name = "dy"}) -> (tensor<100x400xf32> {dl.name = "dw"}, tensor<400x100xf32> {dl.name = "dv"}) attributes {dl.step} {
    %0 = dl.matmul %x, %dy {transpose_a} : tensor<2000x100xf32>, tensor<2000x400xf32> -> tensor<100x400xf32>
    %1 = dl.matmul %dy, %x {transpose_a} : tensor<2000x400xf32>, tensor<2000x100xf32> -> tensor<400x100xf32>
    return %0, %1 : tensor<100x400xf32>, tensor<400x100xf32>
  }

  // Sums that do not stay in cache do not have to where the smaller operand does.
  // CHECK-LABEL: func.func @sums
  // CHECK:         call @[[$SUMS:kernel_[0-9]+]](%arg0, %arg1)
  func.func @sums(%x: tensor<250x510xf32> {dl.name = "x"}, %dy: tensor<250x1000xf32> {dl.name = "dy"}) -> (tensor<510x1000xf32> {dl.name = "dw"}) attributes {dl.step} {
    %0 = dl.matmul %x, %dy {transpose_a} : tensor<250x510xf32>, tensor<250x1000xf32> -> tensor<510x1000xf32>
    return %0 : tensor<510x1000xf32>
  }

  // Each block of rows copies the weights, unless they lie in blocks of columns.
  // CHECK-LABEL: func.func @copies
  // CHECK:         call @[[$COPIED:kernel_[0-9]+]](%arg0, %arg1)
  // CHECK:         call @[[$BLOCKED:kernel_[0-9]+]](%arg0, %arg2)
  func.func @copies(%x: tensor<256x1000xf32> {dl.name = "x"}, %w: tensor<1000x1024xf32> {dl.name = "w"}, %b: tensor<32x1000x32xf32> {dl.name = "b"}) -> (tensor<256x1024xf32> {dl.name = "y"}, tensor<256x1024xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<256x1000xf32>, tensor<1000x1024xf32> -> tensor<256x1024xf32>
    %1 = dl.unblock %b : tensor<32x1000x32xf32> -> tensor<1000x1024xf32>
    %2 = dl.matmul %x, %1 : tensor<256x1000xf32>, tensor<1000x1024xf32> -> tensor<256x1024xf32>
    return %0, %2 : tensor<256x1024xf32>, tensor<256x1024xf32>
  }

  // A border joins a convolution without rows, if nothing else reads what it is around.
  // CHECK-LABEL: func.func @borders
  // CHECK:         call @[[$PADDED:kernel_[0-9]+]](%arg0, %arg1)
  // CHECK-NEXT:    %[[OPEN:.*]] = call @[[$PLAIN:kernel_[0-9]+]](%arg0, %arg2)
  // CHECK-NEXT:    call @[[$BORDER:kernel_[0-9]+]](%[[OPEN]])
  // CHECK-NEXT:    return
  func.func @borders(%x: tensor<1x9x9x4xf32> {dl.name = "x"}, %f: tensor<1x1x4x8xf32> {dl.name = "f"}, %g: tensor<1x1x4x8xf32> {dl.name = "g"}) -> (tensor<1x11x11x8xf32> {dl.name = "p"}, tensor<1x11x11x8xf32> {dl.name = "q"}, tensor<1x9x9x8xf32> {dl.name = "r"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %f {layout = #dl<layout channels_last>} : tensor<1x9x9x4xf32>, tensor<1x1x4x8xf32> -> tensor<1x9x9x8xf32>
    %1 = dl.relu %0 : tensor<1x9x9x8xf32>
    %p = dl.pad %1 low [0, 1, 1, 0] high [0, 1, 1, 0] : tensor<1x9x9x8xf32> -> tensor<1x11x11x8xf32>
    %2 = dl.conv2d %x, %g {layout = #dl<layout channels_last>} : tensor<1x9x9x4xf32>, tensor<1x1x4x8xf32> -> tensor<1x9x9x8xf32>
    %r = dl.tanh %2 : tensor<1x9x9x8xf32>
    %q = dl.pad %r low [0, 1, 1, 0] high [0, 1, 1, 0] : tensor<1x9x9x8xf32> -> tensor<1x11x11x8xf32>
    return %p, %q, %r : tensor<1x11x11x8xf32>, tensor<1x11x11x8xf32>, tensor<1x9x9x8xf32>
  }
  // CHECK:       func.func private @[[$FIRST]]({{.*}} attributes {dl.kernel, dl.sliced = 64 : i64}
  // CHECK:       func.func private @[[$SECOND]]({{.*}} attributes {dl.kernel, dl.sliced = 64 : i64}
  // CHECK:       func.func private @[[$BOTH]]({{.*}} attributes {dl.kernel, dl.sliced = 64 : i64}
  // CHECK:       func.func private @[[$WIDE]]({{.*}} attributes {dl.kernel, dl.sliced = 4 : i64}
  // CHECK:         dl.add
  // CHECK:       func.func private @[[$NEXT]]({{.*}} attributes {dl.kernel, dl.sliced = 4 : i64}
  // CHECK:       func.func private @[[$FEW]]({{.*}} attributes {dl.kernel} {
  // CHECK:         dl.tanh
  // CHECK:       func.func private @[[$LONG]]({{.*}} attributes {dl.kernel} {
  // CHECK:         dl.relu
  // CHECK:       func.func private @[[$MANY]]({{.*}} attributes {dl.kernel, dl.sliced = 64 : i64}
  // CHECK:       func.func private @[[$WITHOUT]]({{.*}} attributes {dl.kernel} {
  // CHECK:       func.func private @[[$WITH]]({{.*}} attributes {dl.kernel, dl.sliced = 400 : i64}
  // CHECK:       func.func private @[[$SUMS]]({{.*}} attributes {dl.kernel} {
  // CHECK:       func.func private @[[$COPIED]]({{.*}} attributes {dl.kernel} {
  // CHECK:       func.func private @[[$BLOCKED]]({{.*}} attributes {dl.kernel, dl.sliced = 256 : i64}
  // CHECK:       func.func private @[[$PADDED]](
  // CHECK-NEXT:    dl.conv2d
  // CHECK-NEXT:    dl.relu
  // CHECK-NEXT:    dl.pad
  // CHECK:       func.func private @[[$PLAIN]](
  // CHECK-NEXT:    dl.conv2d
  // CHECK-NEXT:    dl.tanh
  // CHECK-NEXT:    return
  // CHECK:       func.func private @[[$BORDER]](
  // CHECK-NEXT:    dl.pad
}
