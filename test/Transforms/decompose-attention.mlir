// RUN: %dlc %s --emit=simplify | FileCheck %s
// RUN: %dlc %s -o %t.so --print-memory-plan | FileCheck %s --check-prefix=MEMORY

// Attention with many scores: two loops over blocks of queries for the first 256 keys, and one for the rest;
// the first 256 queries see none of those, and the others see all of the first.
dl.model @attention {
  // CHECK-LABEL: func.func @predict
  // CHECK:         dl.scan 2 over({{.*}}) with({{.*}}) : (tensor<2x8x128x64xf32>, tensor<2x128xi32>, tensor<8x256x64xf32>, tensor<8x64x256xf32>)
  // CHECK:           dl.compare ge {{.*}} : tensor<8x128x256xi32>
  // CHECK:         dl.scan 2 over({{.*}}) with({{.*}}) : (tensor<2x8x128x64xf32>, tensor<8x256x64xf32>, tensor<8x64x256xf32>)
  // CHECK-NOT:       dl.compare ge
  // CHECK:         dl.scan 2 over({{.*}}) with({{.*}}) : (tensor<2x8x128x64xf32>, tensor<2x8x128x64xf32>, tensor<2x8x128xf32>, tensor<2x8x128xf32>, tensor<2x128xi32>, tensor<8x256x64xf32>, tensor<8x64x256xf32>)
  // CHECK:           dl.compare ge {{.*}} : tensor<8x128x256xi32>
  // CHECK-NOT:     dl.scan
  // CHECK:         return
  // MEMORY-LABEL: step @predict
  // MEMORY-NOT: 512x512
  dl.step @predict(%q: tensor<2x4x512x64xf32>, %k: tensor<2x4x512x64xf32>, %v: tensor<2x4x512x64xf32>) -> (y: tensor<2x4x512x64xf32>) {
    %y = dl.scaled_dot_product_attention %q, %k, %v {is_causal} : tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32> -> tensor<2x4x512x64xf32>
    dl.return %y : tensor<2x4x512x64xf32>
  }

  // The gradient makes the scores again.
  // MEMORY-LABEL: step @gradient
  // MEMORY-NOT: 512x512
  dl.step @gradient(%q: tensor<2x4x512x64xf32>, %k: tensor<2x4x512x64xf32>, %v: tensor<2x4x512x64xf32>, %dy: tensor<2x4x512x64xf32>) -> (dq: tensor<2x4x512x64xf32>, dk: tensor<2x4x512x64xf32>, dv: tensor<2x4x512x64xf32>) {
    %y = dl.scaled_dot_product_attention %q, %k, %v {is_causal} : tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32> -> tensor<2x4x512x64xf32>
    %dq, %dk, %dv = dl.gradient %y wrt %q, %k, %v cotangent(%dy) : tensor<2x4x512x64xf32> -> tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>
    dl.return %dq, %dk, %dv : tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>, tensor<2x4x512x64xf32>
  }
}
