// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dl.model @depthwise {
  dl.hparam @lr = 1.0e-3
  dl.optimizer @opt = #dl.adam
  dl.param @conv1.weight : tensor<32x3x3x3xf32> = uniform<-0.19245008972987526, 0.19245008972987526>
  dl.param @bn1.weight : tensor<32xf32> = ones
  dl.param @bn1.bias : tensor<32xf32> = zeros
  dl.buffer @bn1.running_mean : tensor<32xf32> = zeros
  dl.buffer @bn1.running_var : tensor<32xf32> = ones
  dl.param @blocks.0.dw.weight : tensor<32x1x3x3xf32> = uniform<-0.3333333333333333, 0.3333333333333333>
  dl.param @blocks.0.bn1.weight : tensor<32xf32> = ones
  dl.param @blocks.0.bn1.bias : tensor<32xf32> = zeros
  dl.buffer @blocks.0.bn1.running_mean : tensor<32xf32> = zeros
  dl.buffer @blocks.0.bn1.running_var : tensor<32xf32> = ones
  dl.param @blocks.0.pw.weight : tensor<64x32x1x1xf32> = uniform<-0.17677669529663687, 0.17677669529663687>
  dl.param @blocks.0.bn2.weight : tensor<64xf32> = ones
  dl.param @blocks.0.bn2.bias : tensor<64xf32> = zeros
  dl.buffer @blocks.0.bn2.running_mean : tensor<64xf32> = zeros
  dl.buffer @blocks.0.bn2.running_var : tensor<64xf32> = ones
  dl.param @blocks.1.dw.weight : tensor<64x1x3x3xf32> = uniform<-0.3333333333333333, 0.3333333333333333>
  dl.param @blocks.1.bn1.weight : tensor<64xf32> = ones
  dl.param @blocks.1.bn1.bias : tensor<64xf32> = zeros
  dl.buffer @blocks.1.bn1.running_mean : tensor<64xf32> = zeros
  dl.buffer @blocks.1.bn1.running_var : tensor<64xf32> = ones
  dl.param @blocks.1.pw.weight : tensor<128x64x1x1xf32> = uniform<-0.125, 0.125>
  dl.param @blocks.1.bn2.weight : tensor<128xf32> = ones
  dl.param @blocks.1.bn2.bias : tensor<128xf32> = zeros
  dl.buffer @blocks.1.bn2.running_mean : tensor<128xf32> = zeros
  dl.buffer @blocks.1.bn2.running_var : tensor<128xf32> = ones
  dl.param @blocks.2.dw.weight : tensor<128x1x3x3xf32> = uniform<-0.3333333333333333, 0.3333333333333333>
  dl.param @blocks.2.bn1.weight : tensor<128xf32> = ones
  dl.param @blocks.2.bn1.bias : tensor<128xf32> = zeros
  dl.buffer @blocks.2.bn1.running_mean : tensor<128xf32> = zeros
  dl.buffer @blocks.2.bn1.running_var : tensor<128xf32> = ones
  dl.param @blocks.2.pw.weight : tensor<128x128x1x1xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @blocks.2.bn2.weight : tensor<128xf32> = ones
  dl.param @blocks.2.bn2.bias : tensor<128xf32> = zeros
  dl.buffer @blocks.2.bn2.running_mean : tensor<128xf32> = zeros
  dl.buffer @blocks.2.bn2.running_var : tensor<128xf32> = ones
  dl.param @blocks.3.dw.weight : tensor<128x1x3x3xf32> = uniform<-0.3333333333333333, 0.3333333333333333>
  dl.param @blocks.3.bn1.weight : tensor<128xf32> = ones
  dl.param @blocks.3.bn1.bias : tensor<128xf32> = zeros
  dl.buffer @blocks.3.bn1.running_mean : tensor<128xf32> = zeros
  dl.buffer @blocks.3.bn1.running_var : tensor<128xf32> = ones
  dl.param @blocks.3.pw.weight : tensor<256x128x1x1xf32> = uniform<-0.08838834764831843, 0.08838834764831843>
  dl.param @blocks.3.bn2.weight : tensor<256xf32> = ones
  dl.param @blocks.3.bn2.bias : tensor<256xf32> = zeros
  dl.buffer @blocks.3.bn2.running_mean : tensor<256xf32> = zeros
  dl.buffer @blocks.3.bn2.running_var : tensor<256xf32> = ones
  dl.param @fc.weight : tensor<10x256xf32> = uniform<-0.0625, 0.0625>
  dl.param @fc.bias : tensor<10xf32> = uniform<-0.0625, 0.0625>

  dl.func @net(%x: tensor<64x3x32x32xf32>) -> tensor<64x10xf32> {
    %0 = dl.read @conv1.weight : tensor<32x3x3x3xf32>
    %1 = dl.conv2d %x, %0 {padding = [1, 1]} : tensor<64x3x32x32xf32>, tensor<32x3x3x3xf32> -> tensor<64x32x32x32xf32>
    %2 = dl.read @bn1.weight : tensor<32xf32>
    %3 = dl.read @bn1.bias : tensor<32xf32>
    %4 = dl.batch_norm %1, %2, %3 stats(@bn1.running_mean, @bn1.running_var) : tensor<64x32x32x32xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x32x32xf32>
    %5 = dl.relu %4 : tensor<64x32x32x32xf32>
    %6 = dl.read @blocks.0.dw.weight : tensor<32x1x3x3xf32>
    %7 = dl.conv2d %5, %6 {groups = 32, padding = [1, 1]} : tensor<64x32x32x32xf32>, tensor<32x1x3x3xf32> -> tensor<64x32x32x32xf32>
    %8 = dl.read @blocks.0.bn1.weight : tensor<32xf32>
    %9 = dl.read @blocks.0.bn1.bias : tensor<32xf32>
    %10 = dl.batch_norm %7, %8, %9 stats(@blocks.0.bn1.running_mean, @blocks.0.bn1.running_var) : tensor<64x32x32x32xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x32x32xf32>
    %11 = dl.relu %10 : tensor<64x32x32x32xf32>
    %12 = dl.read @blocks.0.pw.weight : tensor<64x32x1x1xf32>
    %13 = dl.conv2d %11, %12 : tensor<64x32x32x32xf32>, tensor<64x32x1x1xf32> -> tensor<64x64x32x32xf32>
    %14 = dl.read @blocks.0.bn2.weight : tensor<64xf32>
    %15 = dl.read @blocks.0.bn2.bias : tensor<64xf32>
    %16 = dl.batch_norm %13, %14, %15 stats(@blocks.0.bn2.running_mean, @blocks.0.bn2.running_var) : tensor<64x64x32x32xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x32x32xf32>
    %17 = dl.relu %16 : tensor<64x64x32x32xf32>
    %18 = dl.read @blocks.1.dw.weight : tensor<64x1x3x3xf32>
    %19 = dl.conv2d %17, %18 {groups = 64, padding = [1, 1], stride = [2, 2]} : tensor<64x64x32x32xf32>, tensor<64x1x3x3xf32> -> tensor<64x64x16x16xf32>
    %20 = dl.read @blocks.1.bn1.weight : tensor<64xf32>
    %21 = dl.read @blocks.1.bn1.bias : tensor<64xf32>
    %22 = dl.batch_norm %19, %20, %21 stats(@blocks.1.bn1.running_mean, @blocks.1.bn1.running_var) : tensor<64x64x16x16xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x16x16xf32>
    %23 = dl.relu %22 : tensor<64x64x16x16xf32>
    %24 = dl.read @blocks.1.pw.weight : tensor<128x64x1x1xf32>
    %25 = dl.conv2d %23, %24 : tensor<64x64x16x16xf32>, tensor<128x64x1x1xf32> -> tensor<64x128x16x16xf32>
    %26 = dl.read @blocks.1.bn2.weight : tensor<128xf32>
    %27 = dl.read @blocks.1.bn2.bias : tensor<128xf32>
    %28 = dl.batch_norm %25, %26, %27 stats(@blocks.1.bn2.running_mean, @blocks.1.bn2.running_var) : tensor<64x128x16x16xf32>, tensor<128xf32>, tensor<128xf32> -> tensor<64x128x16x16xf32>
    %29 = dl.relu %28 : tensor<64x128x16x16xf32>
    %30 = dl.read @blocks.2.dw.weight : tensor<128x1x3x3xf32>
    %31 = dl.conv2d %29, %30 {groups = 128, padding = [1, 1]} : tensor<64x128x16x16xf32>, tensor<128x1x3x3xf32> -> tensor<64x128x16x16xf32>
    %32 = dl.read @blocks.2.bn1.weight : tensor<128xf32>
    %33 = dl.read @blocks.2.bn1.bias : tensor<128xf32>
    %34 = dl.batch_norm %31, %32, %33 stats(@blocks.2.bn1.running_mean, @blocks.2.bn1.running_var) : tensor<64x128x16x16xf32>, tensor<128xf32>, tensor<128xf32> -> tensor<64x128x16x16xf32>
    %35 = dl.relu %34 : tensor<64x128x16x16xf32>
    %36 = dl.read @blocks.2.pw.weight : tensor<128x128x1x1xf32>
    %37 = dl.conv2d %35, %36 : tensor<64x128x16x16xf32>, tensor<128x128x1x1xf32> -> tensor<64x128x16x16xf32>
    %38 = dl.read @blocks.2.bn2.weight : tensor<128xf32>
    %39 = dl.read @blocks.2.bn2.bias : tensor<128xf32>
    %40 = dl.batch_norm %37, %38, %39 stats(@blocks.2.bn2.running_mean, @blocks.2.bn2.running_var) : tensor<64x128x16x16xf32>, tensor<128xf32>, tensor<128xf32> -> tensor<64x128x16x16xf32>
    %41 = dl.relu %40 : tensor<64x128x16x16xf32>
    %42 = dl.read @blocks.3.dw.weight : tensor<128x1x3x3xf32>
    %43 = dl.conv2d %41, %42 {groups = 128, padding = [1, 1], stride = [2, 2]} : tensor<64x128x16x16xf32>, tensor<128x1x3x3xf32> -> tensor<64x128x8x8xf32>
    %44 = dl.read @blocks.3.bn1.weight : tensor<128xf32>
    %45 = dl.read @blocks.3.bn1.bias : tensor<128xf32>
    %46 = dl.batch_norm %43, %44, %45 stats(@blocks.3.bn1.running_mean, @blocks.3.bn1.running_var) : tensor<64x128x8x8xf32>, tensor<128xf32>, tensor<128xf32> -> tensor<64x128x8x8xf32>
    %47 = dl.relu %46 : tensor<64x128x8x8xf32>
    %48 = dl.read @blocks.3.pw.weight : tensor<256x128x1x1xf32>
    %49 = dl.conv2d %47, %48 : tensor<64x128x8x8xf32>, tensor<256x128x1x1xf32> -> tensor<64x256x8x8xf32>
    %50 = dl.read @blocks.3.bn2.weight : tensor<256xf32>
    %51 = dl.read @blocks.3.bn2.bias : tensor<256xf32>
    %52 = dl.batch_norm %49, %50, %51 stats(@blocks.3.bn2.running_mean, @blocks.3.bn2.running_var) : tensor<64x256x8x8xf32>, tensor<256xf32>, tensor<256xf32> -> tensor<64x256x8x8xf32>
    %53 = dl.relu %52 : tensor<64x256x8x8xf32>
    %54 = dl.mean %53 {axes = [2, 3]} : tensor<64x256x8x8xf32> -> tensor<64x256xf32>
    %55 = dl.read @fc.weight : tensor<10x256xf32>
    %56 = dl.read @fc.bias : tensor<10xf32>
    %57 = dl.linear %54, %55 bias %56 : tensor<64x256xf32>, tensor<10x256xf32>, tensor<10xf32> -> tensor<64x10xf32>
    dl.return %57 : tensor<64x10xf32>
  }

  dl.step @train(%x: tensor<64x3x32x32xf32>, %label: tensor<64xi64>) -> (loss: tensor<f32>) {
    %0 = dl.call @net(%x) mode(train) : (tensor<64x3x32x32xf32>) -> tensor<64x10xf32>
    %1 = dl.cross_entropy %0, %label : tensor<64x10xf32>, tensor<64xi64> -> tensor<f32>
    %2 = dl.read_hparam @lr : tensor<f32>
    dl.minimize %1 with @opt over ["*"] lr(%2) : tensor<f32>, tensor<f32>
    dl.return %1 : tensor<f32>
  }
}
