// A parameter without elements is one of the state, wherever its 0 stands.
// RUN: %python -c "import numpy; numpy.save('%t.npy', numpy.ones((8, 0), 'float32'))"
// RUN: %dlc-run %s --step f --input x=%t.npy --output y=%t.y.npy
// RUN: %python -c "import numpy; print(numpy.load('%t.y.npy'))" | FileCheck %s
// RUN: %dlc-run -O0 %s --step f --input x=%t.npy --output y=%t.y.npy
// RUN: %python -c "import numpy; print(numpy.load('%t.y.npy'))" | FileCheck %s
// CHECK: {{\[}}[2. 2. 2.]
dl.model @m {
  dl.param @w : tensor<3x0xf32> = zeros
  dl.param @b : tensor<3xf32> = constant<2.0>
  dl.step @f(%x: tensor<8x0xf32>) -> (y: tensor<8x3xf32>) {
    %w = dl.read @w : tensor<3x0xf32>
    %b = dl.read @b : tensor<3xf32>
    %y = dl.linear %x, %w bias %b : tensor<8x0xf32>, tensor<3x0xf32>, tensor<3xf32> -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
}
