// RUN: dlc-opt %s -split-input-file -verify-diagnostics

//===----------------------------------------------------------------------===//
// Members
//===----------------------------------------------------------------------===//

dl.model @op_outside {
  // expected-error@+1 {{'dl.constant' op does not belong directly into a model}}
  %0 = dl.constant dense<0.0> : tensor<f32>
}

// -----

// expected-error@+1 {{'dl.param' op expects parent op 'dl.model'}}
dl.param @w : tensor<4xf32> = zeros

// -----

dl.model @same_name_twice {
  // expected-note@+1 {{see existing symbol definition here}}
  dl.param @w : tensor<4xf32> = zeros
  // expected-error@+1 {{redefinition of symbol named 'w'}}
  dl.buffer @w : tensor<4xf32> = zeros
}

// -----

dl.model @misspelt_initialiser {
  // expected-error@+1 {{'zeross' is not an initialiser; did you mean 'zeros'?}}
  dl.param @w : tensor<4xf32> = zeross
}

// -----

dl.model @unknown_initialiser {
  // expected-error@+1 {{'gauss' is not an initialiser}}
  dl.param @w : tensor<4xf32> = gauss
}

// -----

// An optimizer is an attribute too, but none that fills memory.
dl.model @optimizer_as_initialiser {
  // expected-error@+1 {{'adam' is not an initialiser}}
  dl.param @w : tensor<4xf32> = adam
}

// -----

dl.model @initialiser_without_end {
  // expected-error@+1 {{expected ','}}
  dl.param @w : tensor<4xf32> = uniform<0.1>
}

// -----

dl.model @dynamic_parameter {
  // expected-error@+1 {{'dl.param' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of}}
  dl.param @w : tensor<?xf32> = zeros
}

// -----

dl.model @parameter_type {
  // expected-error@+1 {{'dl.buffer' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of}}
  dl.buffer @w : tensor<4xbf16> = zeros
}

// -----

dl.model @initialiser_as_optimizer {
  // expected-error@+1 {{#dl.zeros is no rule of an optimizer; there is}}
  dl.optimizer @o = #dl.zeros
}

// -----

dl.model @unknown_optimizer {
  // expected-error@+1 {{there is no attribute '#dl.adamm'; did you mean 'adam'?}}
  dl.optimizer @o = #dl.adamm
}

// -----

dl.model @unknown_field_of_optimizer {
  // expected-error@+1 {{there is no parameter 'beta3'; did you mean 'beta1'?}}
  dl.optimizer @o = #dl.adam<beta3 = 0.9>
}

// -----

dl.model @hparam_is_no_number {
  // expected-error@+1 {{expected floating point literal}}
  dl.hparam @lr = high
}

//===----------------------------------------------------------------------===//
// Functions and steps
//===----------------------------------------------------------------------===//

// -----

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
  // expected-error@+1 {{'dl.step' op takes and gives tensors of static shape of f32, f64, i1, i8, ui8, i32 or i64, not too large, not 'tensor<?xf32>'}}
  dl.step @s(%x: tensor<?xf32>) {
    dl.return
  }
}

// -----

dl.model @scalar_input {
  // expected-error@+1 {{'dl.func' op takes and gives tensors of static shape of f32, f64, i1, i8, ui8, i32 or i64, not too large, not 'f32'}}
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

dl.model @unknown_entry {
  dl.param @fc.weight : tensor<4xf32> = zeros
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @fc.wieght, which is no parameter or buffer of the model; did you mean 'fc.weight'?}}
    %w = dl.read @fc.wieght : tensor<4xf32>
    dl.return
  }
}

// -----

dl.model @no_entry_at_all {
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @w, which is no parameter or buffer of the model}}
    %w = dl.read @w : tensor<4xf32>
    dl.return
  }
}

// -----

dl.model @hparam_is_no_entry {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @lr, which is no parameter or buffer of the model}}
    %w = dl.read @lr : tensor<f32>
    dl.return
  }
}

// -----

dl.model @entry_of_another_type {
  dl.param @w : tensor<4xf32> = zeros
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op has type 'tensor<8xf32>' but @w is 'tensor<4xf32>'}}
    %w = dl.read @w : tensor<8xf32>
    dl.return
  }
}

// -----

dl.model @write_another_type {
  dl.buffer @b : tensor<4xf32> = zeros
  dl.step @s(%x: tensor<4xf64>) {
    // expected-error@+1 {{'dl.write' op has type 'tensor<4xf64>' but @b is 'tensor<4xf32>'}}
    dl.write %x, @b : tensor<4xf64>
    dl.return
  }
}

// -----

dl.model @write_unknown {
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.step @s(%x: tensor<4xf32>) {
    // expected-error@+1 {{'dl.write' op names @maen, which is no parameter or buffer of the model; did you mean 'mean'?}}
    dl.write %x, @maen : tensor<4xf32>
    dl.return
  }
}

// -----

// A counter is one i64.
dl.model @write_more_than_a_counter {
  dl.counter @c
  dl.step @s(%x: tensor<800xf32>) {
    // expected-error@+1 {{'dl.write' op has type 'tensor<800xf32>' but @c is 'tensor<i64>'}}
    dl.write %x, @c : tensor<800xf32>
    dl.return
  }
}

// -----

dl.model @unknown_hparam {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read_hparam' op names @rl, which is no hyper-parameter of the model; did you mean 'lr'?}}
    %lr = dl.read_hparam @rl : tensor<f32>
    dl.return
  }
}

// -----

dl.model @hparam_of_another_type {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read_hparam' op has type 'tensor<f64>' but @lr is 'tensor<f32>'}}
    %lr = dl.read_hparam @lr : tensor<f64>
    dl.return
  }
}

// -----

dl.model @hparam_as_integer {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{must be 0D tensor of 32-bit float or 64-bit float values, but got 'tensor<i64>'}}
    %lr = dl.read_hparam @lr : tensor<i64>
    dl.return
  }
}

// -----

dl.model @unknown_function {
  dl.func @net(%x: tensor<4xf32>) {
    dl.return
  }
  dl.step @s(%x: tensor<4xf32>) {
    // expected-error@+1 {{'dl.call' op calls @nett, which is no dl.func of the model; did you mean 'net'?}}
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
    // expected-error@+1 {{'dl.call' op calls @t, which is no dl.func of the model}}
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

dl.model @parameter_beyond_any_memory {
  // expected-error@+1 {{not too large}}
  dl.param @w : tensor<1000000x1000000x1000000x100xf32> = zeros
}

// -----

dl.model @recompute_always {
  // expected-error@+1 {{'dl.step' op attribute 'recompute' failed to satisfy constraint: "auto"}}
  dl.step @s() -> () attributes {recompute = "always"} {
    dl.return
  }
}
