// Normalisations, variances and deviations of values that are equal but for rounding.
module {
  dl.model @m {
    dl.step @s(%x0: tensor<7x1x1xf32>, %x1: tensor<7x6x13xf32>)
        -> (layer: tensor<7x6x13xf32>, group: tensor<7x6x13xf32>, instance: tensor<7x6x13xf32>,
            batch: tensor<7x6x13xf32>, deviation: tensor<7xf32>, gradient: tensor<7x6x13xf32>) {
      %t = dl.tanh %x0 : tensor<7x1x1xf32>
      %zero = dl.scale %x1 by 0.0 : tensor<7x6x13xf32>
      %e = dl.add %t, %zero : tensor<7x1x1xf32>, tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %layer = dl.layer_norm %e {axis = 1, eps = 1.0e-12} : tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %group = dl.group_norm %e {groups = 2, eps = 1.0e-12} : tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %instance = dl.instance_norm %e {eps = 1.0e-12} : tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %r = dl.slice %e at [0, 0, 0] size [1, 6, 13] : tensor<7x6x13xf32> -> tensor<1x6x13xf32>
      %b = dl.add %r, %zero : tensor<1x6x13xf32>, tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %batch = dl.batch_norm %b mode(train) {eps = 1.0e-12} : tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      %variance = dl.var %e {axes = [1, 2]} : tensor<7x6x13xf32> -> tensor<7xf32>
      %deviation = dl.sqrt %variance : tensor<7xf32>
      %gradient = dl.gradient %layer wrt %e cotangent(%x1) : tensor<7x6x13xf32> -> tensor<7x6x13xf32>
      dl.return %layer, %group, %instance, %batch, %deviation, %gradient : tensor<7x6x13xf32>, tensor<7x6x13xf32>, tensor<7x6x13xf32>, tensor<7x6x13xf32>, tensor<7xf32>, tensor<7x6x13xf32>
    }
  }
}
