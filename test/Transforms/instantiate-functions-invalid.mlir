// RUN: dlc-opt -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(dl.model(dl-instantiate-functions))' %s

// What is wrong for the types of one call is said with that call.
dl.model @wrong {
  dl.func @f(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
    // expected-error @+1 {{'dl.matmul' contracts 3 elements of operand a ('tensor<2x3xf32>') with 4 of operand b ('tensor<4x5xf32>')}}
    %0 = dl.matmul %x, %y : tensor<?x?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
    dl.return %0 : tensor<?x?xf32>
  }
  dl.step @s(%x: tensor<2x3xf32>, %y: tensor<4x5xf32>) -> (z: tensor<2x5xf32>) {
    // expected-note @+1 {{in @f, called here with ('tensor<2x3xf32>', 'tensor<4x5xf32>')}}
    %0 = dl.call @f(%x, %y) : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
    dl.return %0 : tensor<2x5xf32>
  }
}

// -----

// Each call around it.
dl.model @through {
  dl.func @inner(%x: tensor<?xf32>) -> tensor<3xf32> {
    dl.buffer @count : tensor<f32> = zeros
    // expected-error @+1 {{'dl.relu' op gives 'tensor<4xf32>' here, not 'tensor<3xf32>' as it is written}}
    %0 = "dl.relu"(%x) : (tensor<?xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
  dl.func @outer(%x: tensor<?xf32>) -> tensor<3xf32> {
    // expected-note @+1 {{in @inner, called here as @a.b with ('tensor<4xf32>')}}
    %0 = dl.call @inner(%x) as @b : (tensor<?xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (z: tensor<3xf32>) {
    // expected-note @+1 {{in @outer, called here as @a with ('tensor<4xf32>')}}
    %0 = dl.call @outer(%x) as @a : (tensor<4xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
}

// -----

dl.model @returned {
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.return %x : tensor<?xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (z: tensor<3xf32>) {
    // expected-error @+1 {{'dl.call' op gives ('tensor<4xf32>'), not ('tensor<3xf32>')}}
    %0 = dl.call @f(%x) : (tensor<4xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
}

// -----

dl.model @source {
  dl.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-error @+1 {{'dl.uniform' op has an open extent that follows from no operand: 'tensor<?x4xf32>'; write its number, or make it of a value that has it}}
    %0 = dl.uniform : tensor<?x4xf32>
    %1 = dl.add %x, %0 : tensor<?x4xf32>
    dl.return %1 : tensor<?x4xf32>
  }
  dl.step @s(%x: tensor<3x4xf32>) -> (z: tensor<3x4xf32>) {
    // expected-note @+1 {{in @f, called here}}
    %0 = dl.call @f(%x) : (tensor<3x4xf32>) -> tensor<3x4xf32>
    dl.return %0 : tensor<3x4xf32>
  }
}

// -----

dl.model @reshapes {
  dl.func @f(%x: tensor<?x?xf32>) -> tensor<?x?x2xf32> {
    // expected-error @+1 {{'dl.reshape' op has a result whose extents do not follow from its operands; write their numbers}}
    %0 = dl.reshape %x : tensor<?x?xf32> to tensor<2x?x?xf32>
    %1 = dl.transpose %0 perm [1, 2, 0] : tensor<2x?x?xf32> -> tensor<?x?x2xf32>
    dl.return %1 : tensor<?x?x2xf32>
  }
  dl.step @s(%x: tensor<3x4xf32>) -> (z: tensor<3x2x2xf32>) {
    // expected-note @+1 {{in @f, called here}}
    %0 = dl.call @f(%x) : (tensor<3x4xf32>) -> tensor<3x2x2xf32>
    dl.return %0 : tensor<3x2x2xf32>
  }
}

// -----

// Two types of one entry, and a name that is taken.
dl.model @twice {
  dl.func @f<n>(%x: tensor<?xf32>) -> tensor<?xf32> {
    // expected-error @+1 {{'dl.param' op would be @a.b of type tensor<4xf32>, which another call of the instance made tensor<3xf32>}}
    dl.param @b : tensor<?xf32> sizes(n) = zeros
    %b = dl.read @b : tensor<?xf32>
    %0 = dl.add %x, %b : tensor<?xf32>
    dl.return %0 : tensor<?xf32>
  }
  dl.step @s(%x: tensor<3xf32>, %y: tensor<4xf32>) -> (z: tensor<3xf32>, v: tensor<4xf32>) {
    // expected-note @+1 {{it is from here}}
    %0 = dl.call @f<3>(%x) as @a : (tensor<3xf32>) -> tensor<3xf32>
    // expected-note @+1 {{in @f, called here as @a}}
    %1 = dl.call @f<4>(%y) as @a : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0, %1 : tensor<3xf32>, tensor<4xf32>
  }
}

// -----

dl.model @taken {
  // expected-note @+1 {{it is from here}}
  dl.buffer @a.b : tensor<3xf32> = zeros
  dl.func @f(%x: tensor<3xf32>) -> tensor<3xf32> {
    // expected-error @+1 {{'dl.param' op would be @a.b, which the model has already}}
    dl.param @b : tensor<3xf32> = zeros
    dl.return %x : tensor<3xf32>
  }
  dl.step @s(%x: tensor<3xf32>) -> (z: tensor<3xf32>) {
    // expected-note @+1 {{in @f, called here as @a}}
    %0 = dl.call @f(%x) as @a : (tensor<3xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
}

// -----

dl.model @recursive {
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.buffer @count : tensor<f32> = zeros
    // expected-note @+1 {{in @g, called here as @a.b}}
    %0 = dl.call @g(%x) as @b : (tensor<?xf32>) -> tensor<?xf32>
    dl.return %0 : tensor<?xf32>
  }
  dl.func @g(%x: tensor<?xf32>) -> tensor<?xf32> {
    // expected-error @+1 {{'dl.call' op is recursive: @f calls itself}}
    %0 = dl.call @f(%x) as @c : (tensor<?xf32>) -> tensor<?xf32>
    dl.return %0 : tensor<?xf32>
  }
  dl.step @s(%x: tensor<3xf32>) -> (z: tensor<3xf32>) {
    // expected-note @+1 {{in @f, called here as @a}}
    %0 = dl.call @f(%x) as @a : (tensor<3xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
}

// -----

dl.model @nothing {
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.return %x : tensor<?xf32>
  }
  dl.step @s(%x: tensor<3xf32>) -> (z: tensor<3xf32>) {
    // expected-error @+1 {{'dl.call' op names the instance @a, but @f has no parameters of its own}}
    %0 = dl.call @f(%x) as @a : (tensor<3xf32>) -> tensor<3xf32>
    dl.return %0 : tensor<3xf32>
  }
}

// -----

dl.model @uncalled {
  // expected-warning @+1 {{@f is called nowhere: what it says is not checked}}
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.return %x : tensor<?xf32>
  }
  dl.step @s(%x: tensor<3xf32>) -> (z: tensor<3xf32>) {
    dl.return %x : tensor<3xf32>
  }
}

// -----

// What an op says of an entry that it names, too.
dl.model @entry {
  dl.func @f<c>(%x: tensor<?xf32>) -> tensor<?xf32> {
    dl.buffer @last : tensor<?xf32> sizes(c) = ones
    // expected-error @+1 {{'dl.write' op has type 'tensor<5xf32>' but @a.last is 'tensor<7xf32>'}}
    dl.write %x, @last : tensor<?xf32>
    dl.return %x : tensor<?xf32>
  }
  dl.step @s(%x: tensor<5xf32>) -> (y: tensor<5xf32>) {
    // expected-note @+1 {{in @f, called here as @a with ('tensor<5xf32>')}}
    %y = dl.call @f<7>(%x) as @a : (tensor<5xf32>) -> tensor<5xf32>
    dl.return %y : tensor<5xf32>
  }
}

// -----

// A step may name the entries of instances, and nothing else.
dl.model @misspelt {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.param @weight : tensor<4xf32> = ones
    %w = dl.read @weight : tensor<4xf32>
    %y = dl.mul %x, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %h = dl.call @f(%x) as @fc : (tensor<4xf32>) -> tensor<4xf32>
    // expected-error @+1 {{names @fc.wieght, which is not a parameter or buffer of the model; did you mean 'fc.weight'?}}
    %w = dl.read @fc.wieght : tensor<4xf32>
    %y = dl.mul %h, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}

// -----

dl.model @type {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.param @weight : tensor<4xf32> = ones
    %w = dl.read @weight : tensor<4xf32>
    %y = dl.mul %x, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.func @g(%x: tensor<4xf32>) -> tensor<5xf32> {
    // expected-error @+1 {{has type 'tensor<5xf32>' but @fc.weight is 'tensor<4xf32>'}}
    %w = dl.read @fc.weight : tensor<5xf32>
    dl.return %w : tensor<5xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>, z: tensor<5xf32>) {
    %y = dl.call @f(%x) as @fc : (tensor<4xf32>) -> tensor<4xf32>
    %z = dl.call @g(%x) : (tensor<4xf32>) -> tensor<5xf32>
    dl.return %y, %z : tensor<4xf32>, tensor<5xf32>
  }
}
