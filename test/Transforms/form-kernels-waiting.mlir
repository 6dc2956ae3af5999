// RUN: dlc-opt %s -dl-form-kernels | FileCheck %s -enable-var-scope
// RUN: dlc-opt %s -dl-form-kernels=max-ops=8 | FileCheck %s --check-prefix=FEW

// Ops that wait for the kernel of their first user do not go where another user goes that needs
// other rows of them, or is a loop.
// CHECK-LABEL: dl.model @product
// CHECK:         func.func @f(
// CHECK-NEXT:      %[[E:.*]]:2 = call @{{.*}}(%arg0, %arg1)
// CHECK-NEXT:      %[[P:.*]] = call @{{.*}}(%[[E]]#0)
// CHECK-NEXT:      return %[[P]], %[[E]]#1
dl.model @product {
  func.func @f(%x: tensor<128x128xf32> {dl.name = "x"}, %y: tensor<128x128xf32> {dl.name = "y"}) -> (tensor<128x128xf32> {dl.name = "m"}, tensor<128x128xf32> {dl.name = "s"}) attributes {dl.step} {
    %0 = dl.exp %x : tensor<128x128xf32>
    %1 = dl.tanh %0 : tensor<128x128xf32>
    %2 = dl.matmul %0, %0 : tensor<128x128xf32>, tensor<128x128xf32> -> tensor<128x128xf32>
    %3 = dl.add %1, %y : tensor<128x128xf32>
    return %2, %3 : tensor<128x128xf32>, tensor<128x128xf32>
  }
}

// CHECK-LABEL: dl.model @loop
// CHECK:         %[[E:.*]]:2 = call @{{.*}}(%arg0, %arg1)
// CHECK:         dl.scan 128 {{.*}}(%{{.*}} = %[[E]]#0)
dl.model @loop {
  func.func @f(%x: tensor<128x128xf32> {dl.name = "x"}, %y: tensor<128x128xf32> {dl.name = "y"}, %i: tensor<128xf32> {dl.name = "i"}) -> (tensor<128xf32> {dl.name = "m"}, tensor<128x128xf32> {dl.name = "s"}) attributes {dl.step} {
    %0 = dl.exp %x : tensor<128x128xf32>
    %1 = dl.tanh %0 : tensor<128x128xf32>
    %2 = dl.scan 128 carry(%c = %i) over(%r = %0) : (tensor<128xf32>, tensor<128x128xf32>) -> (tensor<128xf32>) {
      %4 = dl.add %c, %r : tensor<128xf32>
      dl.yield %4 : tensor<128xf32>
    }
    %3 = dl.add %1, %y : tensor<128x128xf32>
    return %2, %3 : tensor<128xf32>, tensor<128x128xf32>
  }
}

// What reads the old state does not wait for an op behind the kernel that makes the new one: that
// would need a place of its own until then.
// CHECK-LABEL: dl.model @state
// CHECK:         func.func @f(
// CHECK-NEXT:      call @{{.*}}(%arg2, %arg1)
// CHECK-NEXT:      call @{{.*}}(%arg0)
dl.model @state {
  func.func @f(%x: tensor<64x128xf32> {dl.name = "x"}, %y: tensor<64x128xf32> {dl.name = "y"}, %s: tensor<64x128xf32> {dl.state = @s}, %t: tensor<64x128xf32> {dl.state = @t}) -> (tensor<64x128xf32> {dl.state = @s}, tensor<64x128xf32> {dl.state = @t}) attributes {dl.step} {
    %0 = dl.exp %s : tensor<64x128xf32>
    %1 = dl.tanh %0 : tensor<64x128xf32>
    %2 = dl.tanh %x : tensor<64x128xf32>
    %3 = dl.sub %1, %y : tensor<64x128xf32>
    return %2, %3 : tensor<64x128xf32>, tensor<64x128xf32>
  }
}

// A value made again stands in front of all its readers, whatever the order of their kernels.
// CHECK-LABEL: dl.model @order
// CHECK:         func.func @f(
// CHECK:           call @[[BOTH:[a-z_0-9]*]](%arg0, %{{[0-9]*}}, %{{[0-9]*}})
// CHECK:         func.func private @[[BOTH]](
// CHECK:           dl.sub
// CHECK:           dl.reduce_sum
dl.model @order {
  func.func @f(%x: tensor<8x256x64xf32> {dl.name = "x"}) -> (tensor<8x64xf32> {dl.name = "r"}, tensor<8x256x64xf32> {dl.name = "u"}) attributes {dl.step} {
    %p = dl.reduce_sum %x {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %m = dl.reduce_sum %p {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %b = dl.broadcast %m dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %v = dl.sub %x, %b : tensor<8x256x64xf32>
    %s = dl.square %v : tensor<8x256x64xf32>
    %q = dl.reduce_sum %s {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %c = dl.reduce_sum %q {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %d = dl.broadcast %c dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %w = dl.mul %v, %d : tensor<8x256x64xf32>
    %a = dl.sub %v, %d : tensor<8x256x64xf32>
    %r = dl.reduce_sum %a {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %u = dl.add %w, %a : tensor<8x256x64xf32>
    return %r, %u : tensor<8x64xf32>, tensor<8x256x64xf32>
  }
}

// Ops that wait count: a chain of them does not become a kernel without bound, and a chain in
// which each is read twice takes no longer than others.
// FEW-LABEL: dl.model @chain
// FEW:         func.func @f(
// FEW-COUNT-3:   call @
dl.model @chain {
  func.func @f(%x: tensor<128x128xf32> {dl.name = "x"}) -> (tensor<128x128xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.tanh %x : tensor<128x128xf32>
    %1 = dl.mul %0, %x : tensor<128x128xf32>
    %2 = dl.tanh %1 : tensor<128x128xf32>
    %3 = dl.mul %2, %1 : tensor<128x128xf32>
    %4 = dl.tanh %3 : tensor<128x128xf32>
    %5 = dl.mul %4, %3 : tensor<128x128xf32>
    %6 = dl.tanh %5 : tensor<128x128xf32>
    %7 = dl.mul %6, %5 : tensor<128x128xf32>
    %8 = dl.tanh %7 : tensor<128x128xf32>
    %9 = dl.mul %8, %7 : tensor<128x128xf32>
    %10 = dl.tanh %9 : tensor<128x128xf32>
    %11 = dl.mul %10, %9 : tensor<128x128xf32>
    %12 = dl.tanh %11 : tensor<128x128xf32>
    %13 = dl.mul %12, %11 : tensor<128x128xf32>
    %14 = dl.tanh %13 : tensor<128x128xf32>
    %15 = dl.mul %14, %13 : tensor<128x128xf32>
    %16 = dl.tanh %15 : tensor<128x128xf32>
    %17 = dl.mul %16, %15 : tensor<128x128xf32>
    %18 = dl.tanh %17 : tensor<128x128xf32>
    %19 = dl.mul %18, %17 : tensor<128x128xf32>
    %20 = dl.tanh %19 : tensor<128x128xf32>
    %21 = dl.mul %20, %19 : tensor<128x128xf32>
    return %21 : tensor<128x128xf32>
  }
}
