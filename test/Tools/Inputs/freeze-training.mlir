// A model whose one step changes the state.
dl.model @counts {
  dl.buffer @n : tensor<f32> = zeros
  dl.step @count() -> () {
    %0 = dl.read @n : tensor<f32>
    %1 = dl.offset %0 by 1.0 : tensor<f32>
    dl.write %1, @n : tensor<f32>
    dl.return
  }
}
