// A graph convolutional network that classifies the papers of Cora, one graph being all the data: dlc-run examples/gcn.mlir train --data cora:data/cora.npz --epochs 200 --out runs/gcn
//
// Kipf and Welling, "Semi-supervised classification with graph convolutional networks",
// ICLR 2017. A label of -100 marks a node that does not count; an epoch is one step on
// the whole graph. docs/data.md lists the arrays of the file.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @gcn {
  dl.hparam @lr = 1.0e-2
  dl.optimizer @adam = #dl.adam

  dl.param @conv1.weight : tensor<16x1433xf32> = xavier_uniform
  dl.param @conv1.bias : tensor<16xf32> = zeros
  dl.param @conv2.weight : tensor<7x16xf32> = xavier_uniform
  dl.param @conv2.bias : tensor<7xf32> = zeros

  dl.func @net(%x: tensor<2708x1433xf32>, %indptr: tensor<2709xi32>, %indices: tensor<10556xi32>) -> tensor<2708x7xf32> {
    %w1 = dl.read @conv1.weight : tensor<16x1433xf32>
    %b1 = dl.read @conv1.bias : tensor<16xf32>
    %w2 = dl.read @conv2.weight : tensor<7x16xf32>
    %b2 = dl.read @conv2.bias : tensor<7xf32>
    %0 = dl.dropout %x {p = 0.5} : tensor<2708x1433xf32>
    %1 = dl.gcn_conv %0, %w1, %b1 over %indptr, %indices : tensor<2708x1433xf32>, tensor<16x1433xf32>, tensor<2709xi32>, tensor<10556xi32>, tensor<16xf32> -> tensor<2708x16xf32>
    %2 = dl.relu %1 : tensor<2708x16xf32>
    %3 = dl.dropout %2 {p = 0.5} : tensor<2708x16xf32>
    %4 = dl.gcn_conv %3, %w2, %b2 over %indptr, %indices : tensor<2708x16xf32>, tensor<7x16xf32>, tensor<2709xi32>, tensor<10556xi32>, tensor<7xf32> -> tensor<2708x7xf32>
    dl.return %4 : tensor<2708x7xf32>
  }

  // The loss, the number of correctly classified nodes, and the number of nodes with a label.
  dl.func @score(%x: tensor<2708x1433xf32>, %indptr: tensor<2709xi32>, %indices: tensor<10556xi32>, %label: tensor<2708xi32>) -> (tensor<f32>, tensor<i32>, tensor<i32>) {
    %logits = dl.call @net(%x, %indptr, %indices) : (tensor<2708x1433xf32>, tensor<2709xi32>, tensor<10556xi32>) -> tensor<2708x7xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<2708x7xf32>, tensor<2708xi32> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<2708x7xf32> -> tensor<2708xi32>
    %correct = dl.count_equal %p, %label : tensor<2708xi32> -> tensor<i32>
    %zeros = dl.constant dense<0> : tensor<2708xi32>
    %has = dl.compare ge %label, %zeros : tensor<2708xi32> -> tensor<2708xi1>
    %one = dl.cast %has : tensor<2708xi1> to tensor<2708xi32>
    %count = dl.reduce_sum %one {axes = [0]} : tensor<2708xi32> -> tensor<i32>
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  // Decay of the first layer's weights alone, as in the paper.
  dl.step @train(%x: tensor<2708x1433xf32>, %indptr: tensor<2709xi32>, %indices: tensor<10556xi32>, %label: tensor<2708xi32>) -> (loss: tensor<f32>, correct: tensor<i32>, count: tensor<i32>) {
    %loss, %correct, %count = dl.call @score(%x, %indptr, %indices, %label) mode(train) : (tensor<2708x1433xf32>, tensor<2709xi32>, tensor<10556xi32>, tensor<2708xi32>) -> (tensor<f32>, tensor<i32>, tensor<i32>)
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) groups [#dl.group<["conv1.*"], weight_decay = 5.0e-4>] : tensor<f32>, tensor<f32>
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  dl.step @evaluate(%x: tensor<2708x1433xf32>, %indptr: tensor<2709xi32>, %indices: tensor<10556xi32>, %label: tensor<2708xi32>) -> (loss: tensor<f32>, correct: tensor<i32>, count: tensor<i32>) {
    %loss, %correct, %count = dl.call @score(%x, %indptr, %indices, %label) mode(eval) : (tensor<2708x1433xf32>, tensor<2709xi32>, tensor<10556xi32>, tensor<2708xi32>) -> (tensor<f32>, tensor<i32>, tensor<i32>)
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  dl.step @predict(%x: tensor<2708x1433xf32>, %indptr: tensor<2709xi32>, %indices: tensor<10556xi32>) -> (logits: tensor<2708x7xf32>) {
    %logits = dl.call @net(%x, %indptr, %indices) mode(eval) : (tensor<2708x1433xf32>, tensor<2709xi32>, tensor<10556xi32>) -> tensor<2708x7xf32>
    dl.return %logits : tensor<2708x7xf32>
  }
}
