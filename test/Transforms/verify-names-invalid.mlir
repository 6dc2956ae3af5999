// RUN: dlc-opt %s -dl-verify-names -split-input-file -verify-diagnostics

// As a user writes it.
// expected-error@+1 {{'dl.model' op has the name 'double', which cannot be a name in C: it is a keyword of C or C++}}
dl.model @double {
}

// -----

// expected-error@+1 {{'dl.model' op has the name 'exp', which is a name of the C library}}
dl.model @exp {
}

// -----

// expected-error@+1 {{'dl.model' op has the name 'my_t', which ends with '_t', which is reserved for types of the system}}
dl.model @my_t {
}

// -----

// expected-error@+1 {{'dl.model' op has the name 'Dlc', which is the name of the runtime, whose functions begin with 'dlc_'}}
dl.model @Dlc {
}

// -----

// expected-error@+1 {{'dl.model' op has in C the function 'pthread_create', which is a name of the C library}}
dl.model @pthread {
}

// -----

dl.model @m {
  // expected-error@+1 {{'dl.step' op may not be called @last_error: the C interface has a function of that name}}
  dl.step @last_error() -> () {
    dl.return
  }
}

// -----

dl.model @m {
  // expected-error@+1 {{'dl.step' op has an input or output 'model', which in C is the name of the handle}}
  dl.step @s(%model: tensor<4xf32>) -> () {
    dl.return
  }
}

// -----

dl.model @m {
  // expected-error@+1 {{'dl.step' op has the input or output 'co_await', which cannot be a name in C: it is a keyword of C or C++}}
  dl.step @s(%x: tensor<4xf32>) -> (co_await: tensor<4xf32>) {
    dl.return %x : tensor<4xf32>
  }
}

// -----

dl.model @m {
  // expected-error@+1 {{'dl.param' op has the name '__metadata__', which means something else in safetensors files}}
  dl.param @__metadata__ : tensor<4xf32> = zeros
}

// -----

// What `resolve` to `fuse` left.
dl.model @m {
  // expected-error@+1 {{'func.func' op has the name 'xor_eq', which cannot be a name in C: it is a keyword of C or C++}}
  func.func @xor_eq() attributes {dl.step} {
    return
  }
}

// -----

dl.model @m {
  // expected-error@+1 {{'func.func' op has the input or output 'typeof_unqual', which cannot be a name in C: it is a keyword of C or C++}}
  func.func @s(%x: tensor<4xf32> {dl.name = "typeof_unqual"}) attributes {dl.step} {
    return
  }
}

// -----

dl.model @m {
  // expected-error@+1 {{'func.func' op has the name 'asm', which cannot be a name in C: it is a keyword of C or C++}}
  func.func @asm.1() attributes {dl.step, dl.batch = #dl.batch<step = "asm", rows = 1>} {
    return
  }
}

// -----

// What `linalg` and later phases left.
// expected-error@+1 {{'builtin.module' op has the name 'int', which cannot be a name in C: it is a keyword of C or C++}}
module attributes {dl.manifest = #dl.manifest<name = "int">} {}

// -----

// expected-error@+1 {{'builtin.module' op has the name '_Generic', which cannot be a name in C: it is a keyword of C or C++}}
module attributes {dl.manifest = #dl.manifest<name = "m", steps = [#dl.step_entry<name = "_Generic">]>} {}

// -----

// expected-error@+1 {{'builtin.module' op has the input or output 'NULL', which cannot be a name in C: its headers define a macro of that name}}
module attributes {dl.manifest = #dl.manifest<name = "m",
  steps = [#dl.step_entry<name = "s", outputs = [#dl.tensor_entry<name = "NULL", type = tensor<4xf32>>]>]>} {}

// -----

// expected-error@+1 {{'builtin.module' op has the name '__metadata__', which means something else in safetensors files}}
module attributes {dl.manifest = #dl.manifest<name = "m",
  states = [#dl.state_entry<kind = param, name = "__metadata__", type = tensor<4xf32>>]>} {}
