// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))" | FileCheck %s

// Plain descent moves the rows that were read.
// CHECK-LABEL: dl.model @rows
dl.model @rows {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  // CHECK:      func.func @train(%[[I:[^:]*]]: tensor<2x4xi32> {{[^%]*}}%[[LR:[^:]*]]: tensor<f32> {{[^%]*}}%[[W:[^:]*]]: tensor<40x3xf32> {dl.state = @w}
  // CHECK:        %[[Y:.*]] = dl.embedding %[[W]] at %[[I]]
  // CHECK-NEXT:   %[[V:.*]] = dl.variable %[[Y]]
  // CHECK-NEXT:   %[[LOSS:.*]] = dl.reduce_sum %[[V]]
  // CHECK-NEXT:   %[[DV:.*]] = dl.gradient %[[LOSS]] wrt %[[V]]
  // CHECK-NEXT:   %[[CHECKED:.*]] = dl.check_index %[[I]] below 40 {op = "dl.embedding"}
  // CHECK-NEXT:   %[[WIDE:.*]] = dl.cast %[[CHECKED]] : tensor<2x4xi32> to tensor<2x4xi64>
  // CHECK-NEXT:   %[[FLAT:.*]] = dl.reshape %[[WIDE]]
  // CHECK-NEXT:   %[[PLACES:.*]], %[[INVERSE:.*]], %[[COUNT:.*]] = dl.unique %[[FLAT]] below 40 : tensor<8xi64> -> tensor<8xi64>, tensor<8xi64>, tensor<i64>
  // CHECK-NEXT:   %[[NUMBERS:.*]] = dl.reshape %[[INVERSE]]
  // CHECK-NEXT:   %[[G:.*]] = dl.index_add %[[DV]] at %[[NUMBERS]] {axis = 0 : i64} : tensor<2x4x3xf32>, tensor<2x4xi64> -> tensor<8x3xf32>
  // CHECK:        %[[P:.*]] = dl.index_select %[[W]] at %[[PLACES]] {axis = 0 : i64} : tensor<40x3xf32>, tensor<8xi64> -> tensor<8x3xf32>
  // CHECK:        %[[STEP:.*]] = dl.mul %[[G]], %{{.*}} : tensor<8x3xf32>
  // CHECK-NEXT:   %[[P1:.*]] = dl.sub %[[P]], %[[STEP]] : tensor<8x3xf32>
  // CHECK-NEXT:   %[[W1:.*]] = dl.index_copy %[[P1]] at %[[PLACES]] first %[[COUNT]] into %[[W]] : tensor<8x3xf32>, tensor<8xi64>, tensor<40x3xf32>, tensor<i64> -> tensor<40x3xf32>
  // CHECK:        return {{.*}}%[[W1]]
  dl.step @train(%i: tensor<2x4xi32>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<2x4xi32> -> tensor<2x4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1, 2]} : tensor<2x4x3xf32> -> tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// Two reads of one table: the rows of both, and sums in the order of reverse mode. The
// row of padding is none of those that were read.
// CHECK-LABEL: dl.model @two_lookups
dl.model @two_lookups {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adagrad
  // CHECK:      func.func @train(%[[I:[^:]*]]: tensor<4xi64> {{[^%]*}}%[[J:[^:]*]]: tensor<5xi64>
  // CHECK:        %[[DV:.*]]:2 = dl.gradient %{{.*}} wrt
  // CHECK-NEXT:   %[[A:.*]] = dl.check_index %[[I]] below 40
  // CHECK-NEXT:   %[[A1:.*]] = dl.cast %[[A]]
  // CHECK-NEXT:   %[[A2:.*]] = dl.reshape %[[A1]]
  // CHECK-NEXT:   %[[B:.*]] = dl.check_index %[[J]] below 40
  // CHECK-NEXT:   %[[B1:.*]] = dl.cast %[[B]]
  // CHECK-NEXT:   %[[SEVEN:.*]] = dl.constant dense<7> : tensor<5xi64>
  // CHECK-NEXT:   %[[IS:.*]] = dl.compare eq %[[J]], %[[SEVEN]]
  // CHECK-NEXT:   %[[NONE:.*]] = dl.constant dense<-1> : tensor<5xi64>
  // CHECK-NEXT:   %[[B2:.*]] = dl.select %[[IS]], %[[NONE]], %[[B1]]
  // CHECK-NEXT:   %[[B3:.*]] = dl.reshape %[[B2]]
  // CHECK-NEXT:   %[[ALL:.*]] = dl.concat %[[A2]], %[[B3]]
  // CHECK-NEXT:   %{{.*}}, %[[INVERSE:.*]], %{{.*}} = dl.unique %[[ALL]] below 40
  // CHECK-NEXT:   %[[LATER:.*]] = dl.slice %[[INVERSE]] at [4] size [5]
  // CHECK:        %[[ZERO:.*]] = dl.select %{{.*}}, %{{.*}}, %[[DV]]#1
  // CHECK-NEXT:   %[[SECOND:.*]] = dl.index_add %[[ZERO]] at
  // CHECK-NEXT:   %[[EARLIER:.*]] = dl.slice %[[INVERSE]] at [0] size [4]
  // CHECK:        %[[FIRST:.*]] = dl.index_add %[[DV]]#0 at
  // CHECK-NEXT:   dl.add %[[SECOND]], %[[FIRST]] : tensor<9x3xf32>
  dl.step @train(%i: tensor<4xi64>, %j: tensor<5xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %z = dl.embedding %w at %j {padding_index = 7} : tensor<40x3xf32>, tensor<5xi64> -> tensor<5x3xf32>
    %a = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    %b = dl.reduce_sum %z {axes = [0, 1]} : tensor<5x3xf32> -> tensor<f32>
    %loss = dl.mul %a, %b : tensor<f32>
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// A gradient for the user is that of the table; the update is one of rows all the same. So
// it is where another value of the step, which the loss does not depend on, needs the table.
// CHECK-LABEL: dl.model @other_readers
dl.model @other_readers {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  // CHECK: func.func @train
  // CHECK: dl.gradient %{{.*}} wrt %{{.*}} : tensor<f32> -> tensor<40x3xf32>
  // CHECK: dl.gradient %{{.*}} wrt %{{.*}} : tensor<f32> -> tensor<4x3xf32>
  // CHECK: dl.index_copy
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) -> (g: tensor<40x3xf32>, all: tensor<f32>) {
    %w = dl.read @w shared : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    %all = dl.reduce_sum %w {axes = [0, 1]} : tensor<40x3xf32> -> tensor<f32>
    %g = dl.gradient %loss wrt %w : tensor<f32> -> tensor<40x3xf32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %g, %all : tensor<40x3xf32>, tensor<f32>
  }
}

// -----

// Adam moves all rows unless it is asked for the rule for sparse gradients.
// CHECK-LABEL: dl.model @adam
dl.model @adam {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.param @s : tensor<4x3xf32> = zeros
  dl.optimizer @adam = #dl.adam
  // CHECK:     func.func @dense
  // CHECK:       dl.gradient %{{.*}} wrt %{{.*}} : tensor<f32> -> tensor<40x3xf32>
  // CHECK-NOT:   dl.index_copy
  // CHECK:       return
  dl.step @dense(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    dl.minimize %loss with @adam over ["w"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
  // As many rows at most as the table has.
  // CHECK:         func.func @sparse
  // CHECK:           dl.gradient %{{.*}} wrt %{{.*}} : tensor<f32> -> tensor<9x3xf32>
  // CHECK-COUNT-3:   dl.index_select %{{.*}} at %{{.*}} : tensor<4x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
  // CHECK-COUNT-3:   dl.index_copy
  dl.step @sparse(%i: tensor<9xi64>, %lr: tensor<f32>) {
    %w = dl.read @s : tensor<4x3xf32>
    %y = dl.embedding %w at %i {sparse} : tensor<4x3xf32>, tensor<9xi64> -> tensor<9x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<9x3xf32> -> tensor<f32>
    dl.minimize %loss with @adam over ["s"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// What needs all rows has all rows: another use of the table, more entries than half of the
// rows, a rule that moves rows without gradient, clauses that do, a loop.
// CHECK-LABEL: dl.model @all_rows
// CHECK-NOT:   dl.index_copy
dl.model @all_rows {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.optimizer @decay = #dl.sgd<weight_decay = 0.1>
  dl.optimizer @heavy = #dl.sgd<momentum = 0.9>
  dl.optimizer @eps = #dl.adagrad<eps = 0.0>
  dl.optimizer @slow = #dl.lookahead<#dl.sgd>
  dl.func @loss(%i: tensor<4xi64>) -> tensor<f32> {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @tied(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %z = dl.matmul %y, %w {transpose_b} : tensor<4x3xf32>, tensor<40x3xf32> -> tensor<4x40xf32>
    %loss = dl.reduce_sum %z {axes = [0, 1]} : tensor<4x40xf32> -> tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @many(%i: tensor<21xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %y = dl.embedding %w at %i : tensor<40x3xf32>, tensor<21xi64> -> tensor<21x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<21x3xf32> -> tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @rules(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %a = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %a with @decay over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    %b = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %b with @heavy over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    %c = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %c with @eps over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    %d = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %d with @slow over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @clauses(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %a = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %a with @sgd over ["*"] lr(%lr) accumulate(2) : tensor<f32>, tensor<f32>
    %b = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %b with @sgd over ["*"] lr(%lr) clip_norm(1.0) : tensor<f32>, tensor<f32>
    %c = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %c with @sgd over ["*"] lr(%lr) noise(0.1) : tensor<f32>, tensor<f32>
    %d = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %d with @sgd over ["*"] lr(%lr) clip_weights(1.0) : tensor<f32>, tensor<f32>
    %e = dl.call @loss(%i) mode(train) : (tensor<4xi64>) -> tensor<f32>
    dl.minimize %e with @sgd over ["*"] lr(%lr) groups [#dl.group<["w"], weight_decay = 0.1>] : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @loop(%i: tensor<5x2xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %zero = dl.constant dense<0.0> : tensor<f32>
    %loss = dl.scan 5 carry(%s = %zero) over(%at = %i) with(%t = %w)
        : (tensor<f32>, tensor<5x2xi64>, tensor<40x3xf32>) -> tensor<f32> {
      %y = dl.embedding %t at %at : tensor<40x3xf32>, tensor<2xi64> -> tensor<2x3xf32>
      %sum = dl.reduce_sum %y {axes = [0, 1]} : tensor<2x3xf32> -> tensor<f32>
      %next = dl.add %s, %sum : tensor<f32>
      dl.yield %next : tensor<f32>
    }
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}
