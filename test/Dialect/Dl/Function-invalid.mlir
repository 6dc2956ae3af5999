// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @two_outputs_of_one_name {
  // expected-error@+1 {{'dl.step' op has two inputs or outputs named "y"}}
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>, y: tensor<4xf32>) {
    dl.return %x, %x : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

dl.model @input_and_output_of_one_name {
  // expected-error@+1 {{'dl.step' op has two inputs or outputs named "x"}}
  dl.step @s(%x: tensor<4xf32>) -> (x: tensor<4xf32>) {
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @outputs_without_names {
  // expected-error@+1 {{expected '('}}
  dl.step @s(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @too_few_returned {
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    // expected-error@+1 {{'dl.return' op gives () but the results of @s are ('tensor<4xf32>')}}
    dl.return
  }
}

// -----

dl.model @another_type_returned {
  dl.func @f(%x: tensor<4xf32>) -> tensor<8xf32> {
    // expected-error@+1 {{'dl.return' op gives ('tensor<4xf32>') but the results of @f are ('tensor<8xf32>')}}
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @no_return {
  // expected-error@+1 {{'dl.func' op expects its body to end with dl.return}}
  dl.func @f(%x: tensor<4xf32>) {
    %0 = dl.neg %x : tensor<4xf32>
  }
}

// -----

dl.model @empty_body {
  // expected-error@+1 {{'dl.func' op expects a non-empty block}}
  dl.func @f(%x: tensor<4xf32>) {
  }
}

// -----

dl.model @dynamic_input {
  // expected-error@+1 {{'dl.step' op takes and gives tensors of static shape of f32, f64, i1, i8, ui8, i32 or i64, of at most 2^40 elements, not 'tensor<?xf32>'}}
  dl.step @s(%x: tensor<?xf32>) {
    dl.return
  }
}

// -----

dl.model @scalar_input {
  // expected-error@+1 {{'dl.func' op takes and gives tensors of static shape of f32, f64, i1, i8, ui8, i32 or i64, of at most 2^40 elements, not 'f32'}}
  dl.func @f(%x: f32) {
    dl.return
  }
}

// -----

// Of the element types of the builtin dialect the language has seven.
dl.model @input_of_no_known_type {
  // expected-error@+1 {{'dl.step' op}}
  dl.step @s(%x: tensor<4xi16>) {
    dl.return
  }
}

// -----

dl.model @more_names_than_results {
  // expected-error@+1 {{'dl.step' op}}
  "dl.step"() <{sym_name = "s", function_type = () -> (), arg_names = [], result_names = ["y"]}> ({
    "dl.return"() : () -> ()
  }) : () -> ()
}

// -----

dl.model @fewer_names_than_arguments {
  // expected-error@+1 {{'dl.step' op has 1 inputs and 0 outputs, but names for 0 and 0}}
  "dl.step"() <{sym_name = "s", function_type = (tensor<4xf32>) -> (), arg_names = [], result_names = []}> ({
  ^bb0(%x: tensor<4xf32>):
    "dl.return"() : () -> ()
  }) : () -> ()
}

// -----

dl.model @function_with_too_many_names {
  // expected-error@+1 {{'dl.func' op has 1 arguments, but names for 2}}
  "dl.func"() <{sym_name = "f", function_type = (tensor<4xf32>) -> (), arg_names = ["x", "y"]}> ({
  ^bb0(%x: tensor<4xf32>):
    "dl.return"() : () -> ()
  }) : () -> ()
}

// -----

dl.model @body_of_another_type {
  // expected-error@+1 {{'dl.step' op has a body whose arguments differ from its type}}
  "dl.step"() <{sym_name = "s", function_type = (tensor<8xf32>) -> (), arg_names = ["x"], result_names = []}> ({
  ^bb0(%x: tensor<4xf32>):
    "dl.return"() : () -> ()
  }) : () -> ()
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

// -----

dl.model @unknown_function {
  dl.func @net(%x: tensor<4xf32>) {
    dl.return
  }
  dl.step @s(%x: tensor<4xf32>) {
    // expected-error@+1 {{'dl.call' op calls @nett, which is not a dl.func of the model; did you mean 'net'?}}
    dl.call @nett(%x) : (tensor<4xf32>) -> ()
    dl.return
  }
}

// -----

dl.model @step_is_no_function {
  dl.step @t(%x: tensor<4xf32>) {
    dl.return
  }
  dl.step @s(%x: tensor<4xf32>) {
    // expected-error@+1 {{'dl.call' op calls @t, which is not a dl.func of the model}}
    dl.call @t(%x) : (tensor<4xf32>) -> ()
    dl.return
  }
}

// -----

dl.model @call_of_another_type {
  dl.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
    dl.return %x : tensor<4xf32>
  }
  dl.step @s(%x: tensor<8xf32>) {
    // expected-error@+1 {{'dl.call' op has type ('tensor<8xf32>') -> ('tensor<4xf32>') but @net is '(tensor<4xf32>) -> tensor<4xf32>'}}
    %0 = dl.call @net(%x) : (tensor<8xf32>) -> tensor<4xf32>
    dl.return
  }
}

// -----

dl.model @unknown_mode {
  dl.func @net() {
    dl.return
  }
  dl.step @s() {
    // expected-error@+1 {{'test' is no mode (train or eval)}}
    dl.call @net() mode(test) : () -> ()
    dl.return
  }
}

// -----

dl.model @recompute_always {
  // expected-error@+1 {{'dl.step' op attribute 'recompute' failed to satisfy constraint: "auto"}}
  dl.step @s() -> () attributes {recompute = "always"} {
    dl.return
  }
}
