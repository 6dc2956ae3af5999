// Names of parameters may be any text: it is shown as it is, and what Graphviz or
// XML would read as theirs is escaped.

// RUN: %dlc %s --emit=simplify --print-graph=%t.dot
// RUN: FileCheck %s < %t.dot

// CHECK: label="a.b\"c<&>|\\N"; {{.*}}style="rounded"
// CHECK: label=<w&lt;&amp;&quot;{|}\\N\\x01&gt;.weight  3x3xf32<br
// CHECK: <i>w&lt;&amp;&quot;{|}\\N\\x01&gt;</i>

dl.model @names {
  dl.param @"a.b\22c<&>|\5CN.w<&\22{|}\5CN\01>.weight" : tensor<3x3xf32> = ones
  dl.param @"a.b\22c<&>|\5CN.w<&\22{|}\5CN\01>" : tensor<3x3xf32> = ones
  dl.step @run(%x: tensor<3x3xf32>) -> (y: tensor<3x3xf32>) {
    %w = dl.read @"a.b\22c<&>|\5CN.w<&\22{|}\5CN\01>" : tensor<3x3xf32>
    %v = dl.read @"a.b\22c<&>|\5CN.w<&\22{|}\5CN\01>.weight" : tensor<3x3xf32>
    %0 = dl.matmul %x, %w : tensor<3x3xf32>, tensor<3x3xf32> -> tensor<3x3xf32>
    %1 = dl.matmul %0, %v : tensor<3x3xf32>, tensor<3x3xf32> -> tensor<3x3xf32>
    dl.return %1 : tensor<3x3xf32>
  }
}
