// RUN: dlc %s -o %t.so
// RUN: dlc-run %t.so --step added --threads 1 --output digest=%t.1.npy | FileCheck %s
// RUN: dlc-run %t.so --step added --threads 2 --output digest=%t.2.npy | FileCheck %s
// RUN: dlc-run %t.so --step added --threads 3 --output digest=%t.3.npy | FileCheck %s
// RUN: cmp %t.1.npy %t.2.npy
// RUN: cmp %t.1.npy %t.3.npy
// RUN: dlc-run %s --step seen -O0 | FileCheck %s
// RUN: dlc-run %s --step seen --interpret | FileCheck %s

// A mask with a number for each score, where scores are made in blocks: three of 100 queries, for the gradient two
// of 150, with 256, 256 and 18 keys. Results and gradients are those of two products and a softmax.
dl.model @masks {
  // CHECK-COUNT-5: {{^[a-z]}} = 1
  // CHECK-NOT: = 0
  dl.step @added() -> (y: tensor<i32>, l: tensor<i32>, q: tensor<i32>, k: tensor<i32>, v: tensor<i32>, m: tensor<i32>, digest: tensor<2x300x3xf64>) {
    %bound = dl.constant dense<2.0e-14> : tensor<f64>
    %q = dl.uniform {high = 1.0, low = -1.0} : tensor<2x300x3xf64>
    %k = dl.uniform {high = 1.0, low = -1.0} : tensor<2x530x3xf64>
    %v = dl.uniform {high = 1.0, low = -1.0} : tensor<2x530x2xf64>
    %c = dl.uniform {high = 1.0, low = -1.0} : tensor<2x300x2xf64>
    %m = dl.uniform {high = 1.0, low = -1.0} : tensor<2x300x530xf64>
    %f, %lse = dl.flash_attention %q, %k, %v mask %m {scale = 1.0} : tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>, tensor<2x300x530xf64> -> tensor<2x300x2xf64>, tensor<2x300xf64>
    %fdq, %fdk, %fdv, %fdm = dl.gradient %f wrt %q, %k, %v, %m cotangent(%c) : tensor<2x300x2xf64> -> tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>, tensor<2x300x530xf64>
    %0 = dl.matmul %q, %k {transpose_b} : tensor<2x300x3xf64>, tensor<2x530x3xf64> -> tensor<2x300x530xf64>
    %1 = dl.add %0, %m : tensor<2x300x530xf64>
    %2 = dl.softmax %1 {axis = 2} : tensor<2x300x530xf64>
    %p = dl.matmul %2, %v : tensor<2x300x530xf64>, tensor<2x530x2xf64> -> tensor<2x300x2xf64>
    %pdq, %pdk, %pdv, %pdm = dl.gradient %p wrt %q, %k, %v, %m cotangent(%c) : tensor<2x300x2xf64> -> tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>, tensor<2x300x530xf64>
    %3 = dl.logsumexp %1 {axes = [2]} : tensor<2x300x530xf64> -> tensor<2x300xf64>
    %y_d = dl.sub %f, %p : tensor<2x300x2xf64>
    %y_a = dl.abs %y_d : tensor<2x300x2xf64>
    %y_e = dl.reduce_max %y_a {axes = [0, 1, 2]} : tensor<2x300x2xf64> -> tensor<f64>
    %y_w = dl.compare le %y_e, %bound : tensor<f64> -> tensor<i1>
    %y = dl.cast %y_w : tensor<i1> to tensor<i32>
    %l_d = dl.sub %lse, %3 : tensor<2x300xf64>
    %l_a = dl.abs %l_d : tensor<2x300xf64>
    %l_e = dl.reduce_max %l_a {axes = [0, 1]} : tensor<2x300xf64> -> tensor<f64>
    %l_w = dl.compare le %l_e, %bound : tensor<f64> -> tensor<i1>
    %l = dl.cast %l_w : tensor<i1> to tensor<i32>
    %qs_d = dl.sub %fdq, %pdq : tensor<2x300x3xf64>
    %qs_a = dl.abs %qs_d : tensor<2x300x3xf64>
    %qs_e = dl.reduce_max %qs_a {axes = [0, 1, 2]} : tensor<2x300x3xf64> -> tensor<f64>
    %qs_w = dl.compare le %qs_e, %bound : tensor<f64> -> tensor<i1>
    %qs = dl.cast %qs_w : tensor<i1> to tensor<i32>
    %ks_d = dl.sub %fdk, %pdk : tensor<2x530x3xf64>
    %ks_a = dl.abs %ks_d : tensor<2x530x3xf64>
    %ks_e = dl.reduce_max %ks_a {axes = [0, 1, 2]} : tensor<2x530x3xf64> -> tensor<f64>
    %ks_w = dl.compare le %ks_e, %bound : tensor<f64> -> tensor<i1>
    %ks = dl.cast %ks_w : tensor<i1> to tensor<i32>
    %vs_d = dl.sub %fdv, %pdv : tensor<2x530x2xf64>
    %vs_a = dl.abs %vs_d : tensor<2x530x2xf64>
    %vs_e = dl.reduce_max %vs_a {axes = [0, 1, 2]} : tensor<2x530x2xf64> -> tensor<f64>
    %vs_w = dl.compare le %vs_e, %bound : tensor<f64> -> tensor<i1>
    %vs = dl.cast %vs_w : tensor<i1> to tensor<i32>
    %ms_d = dl.sub %fdm, %pdm : tensor<2x300x530xf64>
    %ms_a = dl.abs %ms_d : tensor<2x300x530xf64>
    %ms_e = dl.reduce_max %ms_a {axes = [0, 1, 2]} : tensor<2x300x530xf64> -> tensor<f64>
    %ms_w = dl.compare le %ms_e, %bound : tensor<f64> -> tensor<i1>
    %ms = dl.cast %ms_w : tensor<i1> to tensor<i32>
    dl.return %y, %l, %qs, %ks, %vs, %ms, %fdq : tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<2x300x3xf64>
  }
  dl.step @seen() -> (y: tensor<i32>, l: tensor<i32>, q: tensor<i32>, k: tensor<i32>, v: tensor<i32>, digest: tensor<2x300x3xf64>) {
    %bound = dl.constant dense<2.0e-14> : tensor<f64>
    %q = dl.uniform {high = 1.0, low = -1.0} : tensor<2x300x3xf64>
    %k = dl.uniform {high = 1.0, low = -1.0} : tensor<2x530x3xf64>
    %v = dl.uniform {high = 1.0, low = -1.0} : tensor<2x530x2xf64>
    %c = dl.uniform {high = 1.0, low = -1.0} : tensor<2x300x2xf64>
    %m = dl.bernoulli {p = 0.5} : tensor<2x300x530xi1>
    %f, %lse = dl.flash_attention %q, %k, %v mask %m {scale = 1.0} : tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>, tensor<2x300x530xi1> -> tensor<2x300x2xf64>, tensor<2x300xf64>
    %fdq, %fdk, %fdv = dl.gradient %f wrt %q, %k, %v cotangent(%c) : tensor<2x300x2xf64> -> tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>
    %0 = dl.matmul %q, %k {transpose_b} : tensor<2x300x3xf64>, tensor<2x530x3xf64> -> tensor<2x300x530xf64>
    %none = dl.constant dense<0xFFF0000000000000> : tensor<2x300x530xf64>
    %1 = dl.select %m, %0, %none : tensor<2x300x530xi1>, tensor<2x300x530xf64>
    %2 = dl.softmax %1 {axis = 2} : tensor<2x300x530xf64>
    %p = dl.matmul %2, %v : tensor<2x300x530xf64>, tensor<2x530x2xf64> -> tensor<2x300x2xf64>
    %pdq, %pdk, %pdv = dl.gradient %p wrt %q, %k, %v cotangent(%c) : tensor<2x300x2xf64> -> tensor<2x300x3xf64>, tensor<2x530x3xf64>, tensor<2x530x2xf64>
    %3 = dl.logsumexp %1 {axes = [2]} : tensor<2x300x530xf64> -> tensor<2x300xf64>
    %y_d = dl.sub %f, %p : tensor<2x300x2xf64>
    %y_a = dl.abs %y_d : tensor<2x300x2xf64>
    %y_e = dl.reduce_max %y_a {axes = [0, 1, 2]} : tensor<2x300x2xf64> -> tensor<f64>
    %y_w = dl.compare le %y_e, %bound : tensor<f64> -> tensor<i1>
    %y = dl.cast %y_w : tensor<i1> to tensor<i32>
    %l_d = dl.sub %lse, %3 : tensor<2x300xf64>
    %l_a = dl.abs %l_d : tensor<2x300xf64>
    %l_e = dl.reduce_max %l_a {axes = [0, 1]} : tensor<2x300xf64> -> tensor<f64>
    %l_w = dl.compare le %l_e, %bound : tensor<f64> -> tensor<i1>
    %l = dl.cast %l_w : tensor<i1> to tensor<i32>
    %qs_d = dl.sub %fdq, %pdq : tensor<2x300x3xf64>
    %qs_a = dl.abs %qs_d : tensor<2x300x3xf64>
    %qs_e = dl.reduce_max %qs_a {axes = [0, 1, 2]} : tensor<2x300x3xf64> -> tensor<f64>
    %qs_w = dl.compare le %qs_e, %bound : tensor<f64> -> tensor<i1>
    %qs = dl.cast %qs_w : tensor<i1> to tensor<i32>
    %ks_d = dl.sub %fdk, %pdk : tensor<2x530x3xf64>
    %ks_a = dl.abs %ks_d : tensor<2x530x3xf64>
    %ks_e = dl.reduce_max %ks_a {axes = [0, 1, 2]} : tensor<2x530x3xf64> -> tensor<f64>
    %ks_w = dl.compare le %ks_e, %bound : tensor<f64> -> tensor<i1>
    %ks = dl.cast %ks_w : tensor<i1> to tensor<i32>
    %vs_d = dl.sub %fdv, %pdv : tensor<2x530x2xf64>
    %vs_a = dl.abs %vs_d : tensor<2x530x2xf64>
    %vs_e = dl.reduce_max %vs_a {axes = [0, 1, 2]} : tensor<2x530x2xf64> -> tensor<f64>
    %vs_w = dl.compare le %vs_e, %bound : tensor<f64> -> tensor<i1>
    %vs = dl.cast %vs_w : tensor<i1> to tensor<i32>
    dl.return %y, %l, %qs, %ks, %vs, %fdq : tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<2x300x3xf64>
  }
}
