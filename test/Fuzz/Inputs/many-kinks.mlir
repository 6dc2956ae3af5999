module {
  dl.model @m {
    dl.param @x1 : tensor<3xf32> = zeros
    dl.step @s(%g13: tensor<2x1x6x13xf32>) -> (y0: tensor<2x1x13x13xf32>) {
      %19 = dl.constant dense<0.738466799> : tensor<2x1x13x13xf32>
      %y, %index = dl.max_pool2d_with_index %19 {kernel = [3, 1], stride = [2, 1]} : tensor<2x1x13x13xf32> -> tensor<2x1x6x13xf32>, tensor<2x1x6x13xi32>
      %20 = dl.gradient %y wrt %19 cotangent(%g13) : tensor<2x1x6x13xf32>  -> tensor<2x1x13x13xf32>
      dl.return %20 : tensor<2x1x13x13xf32>
    }
  }
}
