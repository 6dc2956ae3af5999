// A language model of characters, an LSTM on time-major sequences: dlc-run examples/lstm.mlir train --data text:data/tinyshakespeare.txt.gz,unit=raw --throughput characters=text --out runs/lstm
//
// Any text in ASCII will do. A batch is 64 x 32 bytes of it, a column a sequence; `next`
// has the character that follows each of `text`.
//
// Names and gates are those of torch.nn.Embedding, LSTM and Linear. The perplexity is
// exp(loss). `next` takes one character and the state, for sampling.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @lstm {
  dl.hparam @lr = 5.0e-3
  dl.optimizer @adam = #dl.adam

  dl.param @embedding.weight : tensor<128x64xf32> = normal<0.0, 1.0>
  dl.param @lstm.weight_ih_l0 : tensor<512x64xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @lstm.weight_hh_l0 : tensor<512x128xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @lstm.bias_ih_l0 : tensor<512xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @lstm.bias_hh_l0 : tensor<512xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @fc.weight : tensor<128x128xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @fc.bias : tensor<128xf32> = uniform<-0.08838834764831843, 0.08838834764831843>

  dl.func @net(%text: tensor<64x32xui8>, %h: tensor<1x32x128xf32>, %c: tensor<1x32x128xf32>) -> (tensor<2048x128xf32>, tensor<1x32x128xf32>, tensor<1x32x128xf32>) {
    %w = dl.read @embedding.weight : tensor<128x64xf32>
    %x = dl.embedding %w at %text : tensor<128x64xf32>, tensor<64x32xui8> -> tensor<64x32x64xf32>
    %w_ih = dl.read @lstm.weight_ih_l0 : tensor<512x64xf32>
    %w_hh = dl.read @lstm.weight_hh_l0 : tensor<512x128xf32>
    %b_ih = dl.read @lstm.bias_ih_l0 : tensor<512xf32>
    %b_hh = dl.read @lstm.bias_hh_l0 : tensor<512xf32>
    %y, %hn, %cn = dl.lstm %x weights(%w_ih, %w_hh, %b_ih, %b_hh) initial(%h, %c)
        : (tensor<64x32x64xf32>, tensor<512x64xf32>, tensor<512x128xf32>, tensor<512xf32>, tensor<512xf32>, tensor<1x32x128xf32>, tensor<1x32x128xf32>)
          -> (tensor<64x32x128xf32>, tensor<1x32x128xf32>, tensor<1x32x128xf32>)
    %rows = dl.reshape %y : tensor<64x32x128xf32> to tensor<2048x128xf32>
    %w_fc = dl.read @fc.weight : tensor<128x128xf32>
    %b_fc = dl.read @fc.bias : tensor<128xf32>
    %logits = dl.linear %rows, %w_fc bias %b_fc : tensor<2048x128xf32>, tensor<128x128xf32>, tensor<128xf32> -> tensor<2048x128xf32>
    dl.return %logits, %hn, %cn : tensor<2048x128xf32>, tensor<1x32x128xf32>, tensor<1x32x128xf32>
  }

  // The loss, the number of correctly predicted characters, and the number of characters.
  dl.func @score(%text: tensor<64x32xui8>, %next: tensor<64x32xui8>) -> (tensor<f32>, tensor<i32>, tensor<i32>) {
    %zeros = dl.constant dense<0.0> : tensor<1x32x128xf32>
    %logits, %hn, %cn = dl.call @net(%text, %zeros, %zeros) : (tensor<64x32xui8>, tensor<1x32x128xf32>, tensor<1x32x128xf32>) -> (tensor<2048x128xf32>, tensor<1x32x128xf32>, tensor<1x32x128xf32>)
    %label = dl.reshape %next : tensor<64x32xui8> to tensor<2048xui8>
    %loss = dl.cross_entropy %logits, %label : tensor<2048x128xf32>, tensor<2048xui8> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<2048x128xf32> -> tensor<2048xi32>
    %l = dl.cast %label : tensor<2048xui8> to tensor<2048xi32>
    %correct = dl.count_equal %p, %l : tensor<2048xi32> -> tensor<i32>
    %count = dl.constant dense<2048> : tensor<i32>
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  dl.step @train(%text: tensor<64x32xui8>, %next: tensor<64x32xui8>) -> (loss: tensor<f32>, correct: tensor<i32>, count: tensor<i32>) {
    %loss, %correct, %count = dl.call @score(%text, %next) mode(train) : (tensor<64x32xui8>, tensor<64x32xui8>) -> (tensor<f32>, tensor<i32>, tensor<i32>)
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  dl.step @evaluate(%text: tensor<64x32xui8>, %next: tensor<64x32xui8>) -> (loss: tensor<f32>, correct: tensor<i32>, count: tensor<i32>) {
    %loss, %correct, %count = dl.call @score(%text, %next) mode(eval) : (tensor<64x32xui8>, tensor<64x32xui8>) -> (tensor<f32>, tensor<i32>, tensor<i32>)
    dl.return %loss, %correct, %count : tensor<f32>, tensor<i32>, tensor<i32>
  }

  dl.func @one(%text: tensor<1x1xui8>, %h: tensor<1x1x128xf32>, %c: tensor<1x1x128xf32>) -> (tensor<1x128xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>) {
    %w = dl.read @embedding.weight : tensor<128x64xf32>
    %x = dl.embedding %w at %text : tensor<128x64xf32>, tensor<1x1xui8> -> tensor<1x1x64xf32>
    %w_ih = dl.read @lstm.weight_ih_l0 : tensor<512x64xf32>
    %w_hh = dl.read @lstm.weight_hh_l0 : tensor<512x128xf32>
    %b_ih = dl.read @lstm.bias_ih_l0 : tensor<512xf32>
    %b_hh = dl.read @lstm.bias_hh_l0 : tensor<512xf32>
    %y, %hn, %cn = dl.lstm %x weights(%w_ih, %w_hh, %b_ih, %b_hh) initial(%h, %c)
        : (tensor<1x1x64xf32>, tensor<512x64xf32>, tensor<512x128xf32>, tensor<512xf32>, tensor<512xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>)
          -> (tensor<1x1x128xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>)
    %rows = dl.reshape %y : tensor<1x1x128xf32> to tensor<1x128xf32>
    %w_fc = dl.read @fc.weight : tensor<128x128xf32>
    %b_fc = dl.read @fc.bias : tensor<128xf32>
    %logits = dl.linear %rows, %w_fc bias %b_fc : tensor<1x128xf32>, tensor<128x128xf32>, tensor<128xf32> -> tensor<1x128xf32>
    dl.return %logits, %hn, %cn : tensor<1x128xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>
  }

  dl.step @next(%text: tensor<1x1xui8>, %h: tensor<1x1x128xf32>, %c: tensor<1x1x128xf32>) -> (logits: tensor<1x128xf32>, hn: tensor<1x1x128xf32>, cn: tensor<1x1x128xf32>) {
    %logits, %hn, %cn = dl.call @one(%text, %h, %c) mode(eval) : (tensor<1x1xui8>, tensor<1x1x128xf32>, tensor<1x1x128xf32>) -> (tensor<1x128xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>)
    dl.return %logits, %hn, %cn : tensor<1x128xf32>, tensor<1x1x128xf32>, tensor<1x1x128xf32>
  }
}
