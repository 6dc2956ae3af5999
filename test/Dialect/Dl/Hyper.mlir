// The ends of ranges are in them, and a dl.hparam has the range of all who name it.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -dl-resolve | FileCheck %s --check-prefix=RESOLVED
// RUN: dlc-opt %s -dl-resolve | dlc-opt | FileCheck %s --check-prefix=RESOLVED

// CHECK-LABEL:    dl.model @ranges
// RESOLVED-LABEL: dl.model @ranges
dl.model @ranges {
  // CHECK-NEXT:    dl.hparam @beta = 0.000000e+00{{$}}
  // RESOLVED-NEXT: dl.hparam @beta = 0.000000e+00 range(below_one)
  // RESOLVED-NEXT: dl.hparam @slow = 1.000000e+00 range(up_to_one)
  // RESOLVED-NEXT: dl.hparam @decay = 0.000000e+00 range(not_negative)
  // RESOLVED-NEXT: dl.hparam @both = 0.000000e+00 range(up_to_one)
  // RESOLVED-NEXT: dl.hparam @lr = -1.000000e+00{{$}}
  // CHECK:         dl.hparam @given = 1.000000e+00 range(up_to_one)
  // RESOLVED-NEXT: dl.hparam @given = 1.000000e+00 range(up_to_one)
  dl.hparam @beta = 0.0
  dl.hparam @slow = 1.0
  dl.hparam @decay = 0.0
  dl.hparam @both = 0.0
  dl.hparam @lr = -1.0
  dl.hparam @given = 1.0 range(up_to_one)
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @ahead = #dl.lookahead<#dl.adam<beta1 = @beta, weight_decay = @both>, alpha = @slow>
  dl.optimizer @least = #dl.ranger<alpha = 0.0>
  dl.optimizer @greatest = #dl.lookahead<#dl.sgd, alpha = 1.0>
  dl.step @train(%x: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %p = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %p : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @ahead over ["*"] lr(%lr) groups [#dl.group<["w"], lr = @both, weight_decay = 0.0>]
        clip_value(0.0) clip_norm(@decay) noise(0.0, 0.0) clip_weights(@both) average(1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @other(%x: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %p = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %p : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @least over ["*"] lr(%lr) average(@both) : tensor<f32>, tensor<f32>
    dl.return
  }
}
