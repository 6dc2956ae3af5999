// A gradient in the body of a loop, of a value that is carried, of an input and of what does not change.
module {
  dl.model @m {
    dl.step @s(%x0: tensor<3x4xf32>, %x1: tensor<5x3x4xf32>, %x2: tensor<4x4xf32>)
        -> (last: tensor<3x4xf32>, all: tensor<5x4x4xf32>) {
      %last, %all = dl.scan 5 carry(%s = %x0) over(%x = %x1) with(%w = %x2) : (tensor<3x4xf32>, tensor<5x3x4xf32>, tensor<4x4xf32>) -> (tensor<3x4xf32>, tensor<5x4x4xf32>) {
        %0 = dl.matmul %s, %w : tensor<3x4xf32>, tensor<4x4xf32> -> tensor<3x4xf32>
        %1 = dl.add %0, %x : tensor<3x4xf32>
        %2 = dl.sin %1 : tensor<3x4xf32>
        %ds, %dx, %dw = dl.gradient %2 wrt %s, %x, %w cotangent(%x) : tensor<3x4xf32> -> tensor<3x4xf32>, tensor<3x4xf32>, tensor<4x4xf32>
        %3 = dl.sub %ds, %dx : tensor<3x4xf32>
        %4 = dl.tanh %3 : tensor<3x4xf32>
        dl.yield %4, %dw : tensor<3x4xf32>, tensor<4x4xf32>
      }
      dl.return %last, %all : tensor<3x4xf32>, tensor<5x4x4xf32>
    }
  }
}
