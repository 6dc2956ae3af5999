// Ops with another slope on each side of 0, of many elements of which one is so near to it that a
// difference of 1e-5 crosses it.
module {
  dl.model @m {
    dl.step @s(%x0: tensor<600xf64>, %p1: tensor<601xf64>)
        -> (elu: tensor<601xf64>, leaky: tensor<601xf64>, relu: tensor<601xf64>) {
      %near = dl.constant dense<3.0e-7> : tensor<1xf64>
      %t = dl.concat %x0, %near {axis = 0} : tensor<600xf64>, tensor<1xf64> -> tensor<601xf64>
      %elu = dl.elu %t {alpha = 0.95} : tensor<601xf64>
      %leaky = dl.leaky_relu %t {slope = 0.95} : tensor<601xf64>
      %relu = dl.relu %t : tensor<601xf64>
      %d0 = dl.gradient %elu wrt %t cotangent(%p1) : tensor<601xf64> -> tensor<601xf64>
      %d1 = dl.gradient %leaky wrt %t cotangent(%p1) : tensor<601xf64> -> tensor<601xf64>
      %d2 = dl.gradient %relu wrt %t cotangent(%p1) : tensor<601xf64> -> tensor<601xf64>
      dl.return %d0, %d1, %d2 : tensor<601xf64>, tensor<601xf64>, tensor<601xf64>
    }
  }
}
