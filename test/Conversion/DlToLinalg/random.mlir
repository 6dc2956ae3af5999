// RUN: dlc-opt %s -dl-fuse -dl-linalg | FileCheck %s --check-prefix=FUSED
// RUN: dlc-opt %s -dl-fuse -dl-linalg -dl-vector | FileCheck %s --check-prefix=VECTOR

// The generator becomes a part of the loop that uses what it draws. Two words of
// one op share its rounds.
// FUSED:          func.func private @kernel_0
// FUSED:          linalg.generic
// FUSED-NOT:      linalg.generic
// FUSED-COUNT-18: arith.mului_extended
// FUSED-NOT:      arith.mului_extended
// FUSED:          linalg.yield

// It runs on whole vectors.
// VECTOR:     func.func private @kernel_0
// VECTOR:     arith.mului_extended %{{.*}}, %{{.*}} : vector<16xi32>
// VECTOR-NOT: vector.from_elements
dl.model @noise {
  dl.counter @seed
  dl.counter @step_count
  func.func @draw(%x: tensor<64x64xf32> {dl.name = "x"}, %seed: tensor<i64> {dl.state = @seed}, %step: tensor<i64> {dl.state = @step_count}) -> (tensor<64x64xf32> {dl.name = "y"}) attributes {dl.step} {
    %a = dl.random_bits %seed, %step number 0 word 0 : tensor<64x64xi32>
    %b = dl.random_bits %seed, %step number 0 word 1 : tensor<64x64xi32>
    %u = dl.cast %a : tensor<64x64xi32> to tensor<64x64xf32>
    %v = dl.cast %b : tensor<64x64xi32> to tensor<64x64xf32>
    %0 = dl.mul %u, %v : tensor<64x64xf32>
    %1 = dl.mul %0, %x : tensor<64x64xf32>
    return %1 : tensor<64x64xf32>
  }
}
