// RUN: dlc-opt -split-input-file -verify-diagnostics %s

// Open extents are for functions.
dl.model @m {
  // expected-error @+1 {{'dl.step' op takes and gives tensors of static shape}}
  dl.step @s(%x: tensor<?xf32>) -> (y: tensor<?xf32>) {
    dl.return %x : tensor<?xf32>
  }
}

// -----

dl.model @m {
  // expected-error @+1 {{'dl.param' op attribute 'type' failed to satisfy constraint}}
  dl.param @w : tensor<?xf32> = zeros
}

// -----

dl.model @m {
  dl.func @f<n>(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{'dl.param' op has 2 open extents and names 1 sizes for them; expected one each, as in 'tensor<?x4xf32> sizes(n)'}}
    dl.param @w : tensor<?x?xf32> sizes(n) = zeros
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f<width>(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{'dl.param' op has the size 'widht', which @f does not have; did you mean 'width'?; a function names its sizes behind its own name: '@f<widht>'}}
    dl.param @w : tensor<?xf32> sizes(widht) = zeros
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.param @w : tensor<4xf32> = zeros
    // expected-error @+1 {{'dl.buffer' op has the name of another entry of @f}}
    dl.buffer @w : tensor<4xf32> = zeros
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.param @w : tensor<4xf32> = zeros
    // expected-error @+1 {{'dl.read' op has type 'tensor<5xf32>' but @w is 'tensor<4xf32>'}}
    %w = dl.read @w : tensor<5xf32>
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  // expected-error @+1 {{'dl.func' op has two sizes named "n"}}
  dl.func @f<n, n>(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f<a, b>(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    // expected-error @+1 {{'dl.call' op gives 1 sizes, but @f has 2: <a, b>}}
    %y = dl.call @f<1>(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f<a>(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    // expected-error @+1 {{'dl.call' op gives the size 'a', which is neither a number nor a size of the function that it stands in}}
    %y = dl.call @f<a>(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}

// -----

dl.model @m {
  dl.func @f<a>(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    // expected-error @+1 {{'dl.call' op gives a size of -3 : i64, expected 0 to}}
    %y = dl.call @f<-3>(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}

// -----

// Counts of operands and attributes are verified with open extents too.
dl.model @m {
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    // expected-error @+1 {{'dl.add' op expected 2 operands, but found 1}}
    %y = "dl.add"(%x) : (tensor<?xf32>) -> tensor<?xf32>
    dl.return %y : tensor<?xf32>
  }
}

// -----

dl.model @m {
  dl.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    // expected-error @+1 {{'dl.relu' op}}
    %y = dl.relu %x {slope = 1.0} : tensor<?xf32>
    dl.return %y : tensor<?xf32>
  }
}

// -----

dl.model @m {
  dl.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    dl.return %x : tensor<?x4xf32>
  }
  dl.step @s(%x: tensor<2x5xf32>) -> (y: tensor<2x5xf32>) {
    // expected-error @+1 {{'dl.call' op has type ('tensor<2x5xf32>') -> ('tensor<2x5xf32>') but @f is '(tensor<?x4xf32>) -> tensor<?x4xf32>'}}
    %y = dl.call @f(%x) : (tensor<2x5xf32>) -> tensor<2x5xf32>
    dl.return %y : tensor<2x5xf32>
  }
}
