// RUN: dlc-opt %s -dl-attach-target -split-input-file -verify-diagnostics

// expected-error @+1 {{describes a target that cannot be one: there is no device "CPU"}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"GPU" = #dlti.target_device_spec<"cpu" = "x">>} {
}

// -----

// expected-error @+1 {{no key of targets 'L1_cache_size'; did you mean 'L1_cache_ways'?}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"L1_cache_size" = 4096 : i64>>} {
}

// -----

// expected-error @+1 {{"vector_registers" is not an integer}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"vector_registers" = 4.0 : f64>>} {
}

// -----

// expected-error @+1 {{"math_op_cost" is not a floating-point number}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"math_op_cost" = 4 : i64>>} {
}

// -----

// expected-error @+1 {{"cpu" is not a string}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"cpu" = 4 : i64>>} {
}

// -----

// expected-error @+1 {{"max_vector_op_width" is not a power of two}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"max_vector_op_width" = 384 : i64>>} {
}

// -----

// expected-error @+1 {{"L2_cache_ways" is not from 1 to 64}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"L2_cache_ways" = 0 : i64>>} {
}

// -----

// expected-error @+1 {{"lane_cost" is not from 0}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"lane_cost" = 0x7FF8000000000000 : f64>>} {
}

// -----

// expected-error @+1 {{"L1_cache_size_in_bytes" is out of range}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"L1_cache_size_in_bytes" = 100000000000000000000 : i128>>} {
}
