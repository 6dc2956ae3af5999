// RUN: dlc-opt -split-input-file -pass-pipeline='builtin.module(dl.model(dl-instantiate-functions))' %s | FileCheck %s

// An instance has its own parameters, and each type of a call its own version.
// CHECK-LABEL: dl.model @blocks
// CHECK-NEXT:    dl.param @head.weight : tensor<10x4xf32> = kaiming_uniform
// CHECK-NEXT:    dl.param @tail.weight : tensor<3x10xf32> = kaiming_uniform
// CHECK-NOT:     dl.param
// CHECK:         dl.func @fc.head(%x: tensor<8x4xf32>) -> tensor<8x10xf32> {
// CHECK-NEXT:      dl.read @head.weight : tensor<10x4xf32>
// CHECK-NEXT:      dl.linear %x, %{{.*}} : tensor<8x4xf32>, tensor<10x4xf32> -> tensor<8x10xf32>
// CHECK:         dl.func @fc.tail(%x: tensor<8x10xf32>) -> tensor<8x3xf32> {
// CHECK:         dl.func @[[one:fc.head_[0-9]+]](%x: tensor<1x4xf32>) -> tensor<1x10xf32> {
// CHECK-NEXT:      dl.read @head.weight
// CHECK:         dl.step @train
// CHECK-NEXT:      dl.call @fc.head(%x) : (tensor<8x4xf32>) -> tensor<8x10xf32>
// CHECK-NEXT:      dl.call @fc.tail
// CHECK:         dl.step @predict
// CHECK-NEXT:      dl.call @[[one]](%x) mode(eval) : (tensor<1x4xf32>) -> tensor<1x10xf32>
dl.model @blocks {
  dl.func @fc<in, out>(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    dl.param @weight : tensor<?x?xf32> sizes(out, in) = kaiming_uniform
    %w = dl.read @weight : tensor<?x?xf32>
    %y = dl.linear %x, %w : tensor<?x?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
    dl.return %y : tensor<?x?xf32>
  }
  dl.step @train(%x: tensor<8x4xf32>) -> (y: tensor<8x3xf32>) {
    %0 = dl.call @fc<4, 10>(%x) as @head : (tensor<8x4xf32>) -> tensor<8x10xf32>
    %1 = dl.call @fc<10, 3>(%0) as @tail : (tensor<8x10xf32>) -> tensor<8x3xf32>
    dl.return %1 : tensor<8x3xf32>
  }
  dl.step @predict(%x: tensor<1x4xf32>) -> (y: tensor<1x10xf32>) {
    %0 = dl.call @fc<4, 10>(%x) as @head mode(eval) : (tensor<1x4xf32>) -> tensor<1x10xf32>
    dl.return %0 : tensor<1x10xf32>
  }
}

// -----

// Names nest; without 'as' they are those of the caller; a function without
// parameters passes the instance on; a name of the model is no one's own.
// CHECK-LABEL: dl.model @nested
// CHECK-NEXT:    dl.param @shared : tensor<4xf32> = ones
// CHECK-NEXT:    dl.param @a.bias : tensor<4xf32> = zeros
// CHECK-NEXT:    dl.param @a.inner.bias : tensor<4xf32> = zeros
// CHECK-NEXT:    dl.param @bias : tensor<4xf32> = zeros
// CHECK-NOT:     dl.param
// CHECK-DAG:     dl.func @block.a(
// CHECK-DAG:     dl.func @add.a(
// CHECK-DAG:     dl.func @add.a.inner(
// CHECK:         dl.step @f
// CHECK-NEXT:      dl.call @block.a(%x)
// CHECK-NEXT:      dl.call @add(
dl.model @nested {
  dl.param @shared : tensor<4xf32> = ones
  dl.func @add(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.param @bias : tensor<4xf32> = zeros
    %b = dl.read @bias : tensor<4xf32>
    %s = dl.read @shared : tensor<4xf32>
    %0 = dl.add %x, %b : tensor<4xf32>
    %1 = dl.mul %0, %s : tensor<4xf32>
    dl.return %1 : tensor<4xf32>
  }
  dl.func @block(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.call @add(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = dl.call @add(%0) as @inner : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %1 : tensor<4xf32>
  }
  dl.step @f(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @block(%x) as @a : (tensor<4xf32>) -> tensor<4xf32>
    %1 = dl.call @add(%0) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %1 : tensor<4xf32>
  }
}

// -----

// What does not follow from operands: one extent of a reshape, and those before
// it that are kept; sizes of a slice that are all that is left; loops.
// CHECK-LABEL: dl.func @f(%x: tensor<6x5x4xf32>) -> (tensor<6x20xf32>, tensor<6x3x4xf32>, tensor<30x4xf32>, tensor<6x5x4xf32>) {
// CHECK:         dl.reshape %x : tensor<6x5x4xf32> to tensor<6x20xf32>
// CHECK:         dl.slice %x at [0, 1, 0] size [6, 3, 4] : tensor<6x5x4xf32> -> tensor<6x3x4xf32>
// CHECK-NOT:     dl.slice
// CHECK:         dl.flatten %x {{.*}} to tensor<30x4xf32>
// CHECK:         dl.constant dense<0.000000e+00> : tensor<5x4xf32>
// CHECK:         dl.scan 6 carry(%[[h:.*]] = %{{.*}}) over(%[[s:.*]] = %x) : (tensor<5x4xf32>, tensor<6x5x4xf32>) -> (tensor<5x4xf32>, tensor<6x5x4xf32>) {
// CHECK-NEXT:      dl.add %[[h]], %[[s]] : tensor<5x4xf32>
dl.model @rest {
  dl.func @f(%x: tensor<?x?x4xf32>) -> (tensor<?x?xf32>, tensor<?x?x4xf32>, tensor<?x4xf32>, tensor<?x?x4xf32>) {
    %0 = dl.reshape %x : tensor<?x?x4xf32> to tensor<?x?xf32>
    %1 = dl.slice %x at [0, 1, 0] size [-1, 3, 4] : tensor<?x?x4xf32> -> tensor<?x?x4xf32>
    %2 = dl.flatten %x {start_axis = 0, end_axis = 1} : tensor<?x?x4xf32> to tensor<?x4xf32>
    %h0 = dl.constant dense<0.0> : tensor<5x4xf32>
    %3, %4 = dl.scan 6 carry(%h = %h0) over(%s = %x) : (tensor<5x4xf32>, tensor<?x?x4xf32>) -> (tensor<5x4xf32>, tensor<?x?x4xf32>) {
      %5 = dl.add %h, %s : tensor<5x4xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
      dl.yield %5, %5 : tensor<?x4xf32>, tensor<?x4xf32>
    }
    dl.return %0, %1, %2, %4 : tensor<?x?xf32>, tensor<?x?x4xf32>, tensor<?x4xf32>, tensor<?x?x4xf32>
  }
  dl.step @s(%x: tensor<6x5x4xf32>) -> (a: tensor<6x20xf32>, b: tensor<6x3x4xf32>, c: tensor<30x4xf32>, d: tensor<6x5x4xf32>) {
    %0:4 = dl.call @f(%x) : (tensor<6x5x4xf32>) -> (tensor<6x20xf32>, tensor<6x3x4xf32>, tensor<30x4xf32>, tensor<6x5x4xf32>)
    dl.return %0#0, %0#1, %0#2, %0#3 : tensor<6x20xf32>, tensor<6x3x4xf32>, tensor<30x4xf32>, tensor<6x5x4xf32>
  }
}

// -----

// What an instance declares is an entry like any other: other steps and
// functions name it, wherever they stand; gradients may be taken in functions.
// CHECK-LABEL: dl.model @outside
// CHECK:         dl.param @i.w : tensor<4xf32> = ones
// CHECK:         dl.step @copy
// CHECK-NEXT:      dl.read @i.w : tensor<4xf32>
// CHECK-NEXT:      dl.write %{{.*}}, @target : tensor<4xf32>
// CHECK:         dl.func @f.i
// CHECK:           dl.gradient %{{.*}} wrt %x : tensor<f32> -> tensor<4xf32>
// CHECK:           dl.clip_by_global_norm %{{.*}} to %{{.*}} : tensor<4xf32> to tensor<f32> -> tensor<f32>
dl.model @outside {
  dl.param @target : tensor<4xf32> = zeros
  dl.step @copy() -> (w: tensor<4xf32>) {
    %w = dl.read @i.w : tensor<4xf32>
    dl.write %w, @target : tensor<4xf32>
    dl.return %w : tensor<4xf32>
  }
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.param @w : tensor<4xf32> = ones
    %w = dl.read @w : tensor<4xf32>
    %0 = dl.mul %x, %w : tensor<?xf32>, tensor<4xf32> -> tensor<?xf32>
    %1 = dl.reduce_sum %0 {axes = [0]} : tensor<?xf32> -> tensor<f32>
    %g = dl.gradient %1 wrt %x : tensor<f32> -> tensor<?xf32>
    %most = dl.constant dense<1.0> : tensor<f32>
    %norm, %c = dl.clip_by_global_norm %g to %most : tensor<?xf32> to tensor<f32> -> tensor<f32>
    dl.return %c : tensor<?xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @f(%x) mode(eval) as @i : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}
