// RUN: %dlc %s --emit=simplify | FileCheck %s
// RUN: %dlc %s --print-memory-plan | FileCheck %s --check-prefix=PLAN

// Behind all of `simplify`: the quotient of a weight norm in the order in which the product reads
// it, once for both steps; what follows from a hyper-parameter; a table. The step that trains computes
// with the weight as it is. The plan of memory shows what is derived.
// CHECK:         dl.derived @[[$V:.*]] : tensor<8x16xf32>
// CHECK-NEXT:    func.func @derive_0(
// CHECK:           dl.sqrt
// CHECK:           dl.div
// CHECK:           dl.transpose
// CHECK:           return
// CHECK-LABEL:   func.func @predict(
// CHECK-NEXT:      dl.matmul %arg0, %arg1
// CHECK-NEXT:      return
// CHECK:         dl.derived @[[T:.*]] : tensor<f32>
// CHECK-NEXT:    dl.derived @[[A:.*]] : tensor<16xf32>
// CHECK-NEXT:    func.func @derive_1(%{{.*}}: tensor<f32> {dl.state = @t}
// CHECK-NEXT:      dl.exp
// CHECK-NEXT:      dl.iota
// CHECK-NEXT:      dl.sin
// CHECK-NEXT:      return
// CHECK:         func.func @scaled({{.*}} {dl.state = @[[$V]]}, {{.*}} {dl.state = @[[T]]}, {{.*}} {dl.state = @[[A]]})
// CHECK-NOT:       dl.exp
// CHECK-NOT:       dl.sin
// CHECK:         func.func @train(
// CHECK:           dl.sqrt
// PLAN:          derived from the state: 3 values
// PLAN:          512  derived_v: f32[8x16]
// PLAN:          4  derived_t: f32[]
// PLAN:          64  derived_table: f32[16]
dl.model @weight_norm {
  dl.hparam @t = 2.0
  dl.hparam @lr = 0.1
  dl.param @v : tensor<16x8xf32> = kaiming_uniform
  dl.param @g : tensor<16x1xf32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.func @net(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
    %v = dl.read @v : tensor<16x8xf32>
    %g = dl.read @g : tensor<16x1xf32>
    %w = dl.weight_norm %v, %g : tensor<16x8xf32>, tensor<16x1xf32> -> tensor<16x8xf32>
    %y = dl.linear %x, %w : tensor<4x8xf32>, tensor<16x8xf32> -> tensor<4x16xf32>
    dl.return %y : tensor<4x16xf32>
  }
  dl.step @predict(%x: tensor<4x8xf32>) -> (y: tensor<4x16xf32>) {
    %y = dl.call @net(%x) : (tensor<4x8xf32>) -> tensor<4x16xf32>
    dl.return %y : tensor<4x16xf32>
  }
  dl.step @scaled(%x: tensor<4x8xf32>) -> (y: tensor<4x16xf32>) {
    %0 = dl.call @net(%x) : (tensor<4x8xf32>) -> tensor<4x16xf32>
    %t = dl.read_hparam @t : tensor<f32>
    %e = dl.exp %t : tensor<f32>
    %1 = dl.mul %0, %e : tensor<4x16xf32>, tensor<f32> -> tensor<4x16xf32>
    %i = dl.iota {axis = 0} : tensor<16xf32>
    %s = dl.sin %i : tensor<16xf32>
    %y = dl.add %1, %s : tensor<4x16xf32>, tensor<16xf32> -> tensor<4x16xf32>
    dl.return %y : tensor<4x16xf32>
  }
  dl.step @train(%x: tensor<4x8xf32>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%x) : (tensor<4x8xf32>) -> tensor<4x16xf32>
    %q = dl.square %y : tensor<4x16xf32>
    %loss = dl.mean %q {axes = [0, 1]} : tensor<4x16xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
