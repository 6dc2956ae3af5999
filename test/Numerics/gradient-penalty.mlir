// RUN: dlc-run %s --step penalty | FileCheck %s
// RUN: dlc-run %s --step penalty -O0 | FileCheck %s
// RUN: dlc-run %s --step penalty --interpret | FileCheck %s

// The gradient penalty of Gulrajani et al., NIPS 2017, of a critic D(x) = w x with w = (3, 4):
// the norm of dD/dx is 5 everywhere, so the penalty is 10 (5 - 1)^2 = 160 and its
// gradient with respect to w is 80 w / 5 = (48, 64), to the last bit but one.
dl.model @critic {
  // CHECK-DAG: penalty = 160{{$}}
  // CHECK-DAG: near = 2{{$}}
  dl.step @penalty() -> (penalty: tensor<f64>, near: tensor<i32>) {
    %x = dl.constant dense<[[1.0, -2.0], [0.5, 7.0], [0.0, 0.0], [-3.0, 0.25]]> : tensor<4x2xf64>
    %w = dl.constant dense<[[3.0, 4.0]]> : tensor<1x2xf64>
    %d = dl.linear %x, %w : tensor<4x2xf64>, tensor<1x2xf64> -> tensor<4x1xf64>
    %one = dl.constant dense<1.0> : tensor<4x1xf64>
    %dx = dl.gradient %d wrt %x cotangent(%one) : tensor<4x1xf64> -> tensor<4x2xf64>
    %norm = dl.norm %dx {axes = [1]} : tensor<4x2xf64> -> tensor<4xf64>
    %excess = dl.offset %norm by -1.0 : tensor<4xf64>
    %square = dl.square %excess : tensor<4xf64>
    %mean = dl.mean %square : tensor<4xf64> -> tensor<f64>
    %penalty = dl.scale %mean by 10.0 : tensor<f64>
    %dw = dl.gradient %penalty wrt %w : tensor<f64> -> tensor<1x2xf64>
    %want = dl.constant dense<[[48.0, 64.0]]> : tensor<1x2xf64>
    %error = dl.sub %dw, %want : tensor<1x2xf64>
    %size = dl.abs %error : tensor<1x2xf64>
    %bound = dl.constant dense<1.5e-14> : tensor<1x2xf64>
    %within = dl.compare le %size, %bound : tensor<1x2xf64> -> tensor<1x2xi1>
    %count = dl.cast %within : tensor<1x2xi1> to tensor<1x2xi32>
    %near = dl.reduce_sum %count {axes = [0, 1]} : tensor<1x2xi32> -> tensor<i32>
    dl.return %penalty, %near : tensor<f64>, tensor<i32>
  }
}
