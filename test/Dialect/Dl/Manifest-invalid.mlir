// RUN: dlc-opt %s -split-input-file -verify-diagnostics

// expected-error@+1 {{has "w" of 'tensor<4xi16>', expected a tensor type of dl}}
#entry = #dl.state_entry<kind = param, name = "w", type = tensor<4xi16>>

// -----

// expected-error@+1 {{has an empty name}}
#entry = #dl.tensor_entry<name = "", type = tensor<4xf32>>

// -----

// expected-error@+1 {{has 'init' = 7, expected a dlc_init_kind, from 0 to 6}}
#entry = #dl.state_entry<kind = param, name = "w", type = tensor<4xf32>, init = 7>

// -----

// expected-error@+1 {{has "w" of 'tensor<4xf32>' stored as 'tensor<5xf32>', which has another size}}
#entry = #dl.state_entry<kind = param, name = "w", type = tensor<4xf32>, storage = <[5], [0]>>

// -----

// expected-error@+1 {{has 'offset' = -2, expected a number from 0 to 70368744177664}}
#entry = #dl.tensor_entry<name = "d", type = tensor<4xf32>, offset = -2>

// -----

// expected-error@+1 {{has "x" among 'inputs', expected a #dl.tensor_entry}}
#entry = #dl.step_entry<name = "s", inputs = ["x"]>

// -----

// expected-error@+1 {{has 1 : i64 among 'reads', expected a name as a string}}
#entry = #dl.derivation<name = "f", reads = [1]>

// -----

// expected-error@+1 {{has a batch of 0 rows, expected 1 to 1048576}}
#entry = #dl.batch<step = "s", rows = 0>

// -----

// expected-error@+1 {{has 'state_bytes' alone, expected both or none}}
#entry = #dl.manifest<name = "m", state_bytes = 8>

// -----

// expected-error@+1 {{has a name, which a fault has not}}
#entry = #dl.arg<fault "x">

// -----

// expected-error@+1 {{has no name}}
#entry = #dl.arg<input>

// -----

// expected-error@+1 {{has the attribute "dl.manifest" = {name = "m"}, expected a #dl.manifest}}
module attributes {dl.manifest = {name = "m"}} {}

// -----

// expected-error@+1 {{has 'bits' = 31, expected the width of a float type, or 0}}
#entry = #dl.site<step = "s", kernel = "k", bits = 31>

// -----

// expected-error@+1 {{has 'flops' = -2.0}}
#entry = #dl.site<step = "s", kernel = "k", flops = -2.0>

// -----

// expected-error@+1 {{has 'trips' = -2, expected a number that is not negative, or -1}}
#entry = #dl.site<step = "s", kernel = "k", trips = -2>

// -----

// expected-error@+1 {{has 1 ops, 0 places and 1 parts, expected as many of each}}
#entry = #dl.site<step = "s", kernel = "k", ops = ["tanh"], parts = ["forward"]>

// -----

// expected-error@+1 {{has a batch of -1 rows, expected 0 to 1048576}}
#entry = #dl.site<step = "s", batch = -1>

// -----

// expected-error@+1 {{has "s" among 'sites', expected a #dl.site}}
#entry = #dl.manifest<name = "m", sites = ["s"]>

// -----

// expected-error@+1 {{has "x" among 'states', expected a #dl.state_entry}}
#entry = #dl.manifest<name = "m", states = ["x"]>

// -----

// expected-error@+1 {{struct is missing required parameter: type}}
#entry = #dl.state_entry<kind = param, name = "w">

// -----

// expected-error@+2 {{expected one of [state, input, output, fault] for what an argument of a lowered step is, got: inputs}}
// expected-error@+1 {{failed to parse Dl_ArgAttr parameter 'kind'}}
#entry = #dl.arg<inputs "x">
