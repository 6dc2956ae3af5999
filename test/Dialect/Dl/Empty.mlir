// What has no elements is a constant, in and around loops too.
// RUN: dlc-opt --canonicalize %s | FileCheck %s
// RUN: dlc-opt --canonicalize %s | %dlc - -o %t.so
// RUN: %dlc %s -O0 -o %t.so

// CHECK-LABEL: dl.step @carried
// CHECK-SAME: (%[[X:.*]]: tensor<0x2xf32>, %[[Y:.*]]: tensor<3xf32>)
// CHECK-DAG: %[[NONE:.*]] = dl.constant dense<> : tensor<0x2xf32>
// CHECK-DAG: %[[STACK:.*]] = dl.constant dense<> : tensor<5x0x2xf32>
// CHECK: %[[S:.*]] = dl.scan 5 carry(%[[H:.*]] = %[[Y]]) : (tensor<3xf32>) -> tensor<3xf32> {
// CHECK-NEXT: dl.tanh %[[H]]
// CHECK: dl.return %[[NONE]], %[[S]], %[[STACK]]
dl.model @m {
  dl.step @carried(%x: tensor<0x2xf32>, %y: tensor<3xf32>) -> (a: tensor<0x2xf32>, b: tensor<3xf32>, c: tensor<5x0x2xf32>) {
    %a, %b, %c = dl.scan 5 carry(%g = %x, %h = %y) : (tensor<0x2xf32>, tensor<3xf32>) -> (tensor<0x2xf32>, tensor<3xf32>, tensor<5x0x2xf32>) {
      %0 = dl.exp %g : tensor<0x2xf32>
      %1 = dl.tanh %h : tensor<3xf32>
      dl.yield %0, %1, %g : tensor<0x2xf32>, tensor<3xf32>, tensor<0x2xf32>
    }
    dl.return %a, %b, %c : tensor<0x2xf32>, tensor<3xf32>, tensor<5x0x2xf32>
  }

  // One of several results.
  // CHECK-LABEL: dl.step @split
  // CHECK-SAME: (%[[Z:.*]]: tensor<4xf32>)
  // CHECK: %[[NO:.*]] = dl.constant dense<> : tensor<0xf32>
  // CHECK: %[[P:.*]]:2 = dl.split %[[Z]]
  // CHECK: dl.return %[[P]]#0, %[[NO]]
  dl.step @split(%z: tensor<4xf32>) -> (a: tensor<4xf32>, b: tensor<0xf32>) {
    %a, %b = dl.split %z sizes [4, 0] {axis = 0} : tensor<4xf32> -> tensor<4xf32>, tensor<0xf32>
    dl.return %a, %b : tensor<4xf32>, tensor<0xf32>
  }
}
