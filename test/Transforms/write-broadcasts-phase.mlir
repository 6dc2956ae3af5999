// Broadcasts are written out by the end of phase `resolve`, and what comes in
// after it must have done so.
// RUN: dlc-opt %s --dl-resolve | FileCheck %s
// RUN: not dlc-opt %s --dl-grad 2>&1 | FileCheck %s --check-prefix=LEFT

dl.model @m {
  // CHECK:      %[[WIDE:.*]] = dl.broadcast %{{.*}} dims [1] : tensor<4xf32> to tensor<8x4xf32>
  // CHECK-NEXT: dl.add %{{.*}}, %[[WIDE]] : tensor<8x4xf32>
  // LEFT: 'dl.add' op is left after phase 'grad'
  func.func @f(%a: tensor<8x4xf32>, %b: tensor<4xf32>) -> tensor<8x4xf32> attributes {dl.step} {
    %y = dl.add %a, %b : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
    return %y : tensor<8x4xf32>
  }
}
