// Registers and vectors follow LLVM's subtarget, caches the name of the processor.
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=znver4" | FileCheck %s --check-prefix=ZNVER4
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=x86-64-v3" | FileCheck %s --check-prefix=AVX2
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=x86-64" | FileCheck %s --check-prefix=SSE
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=skylake-avx512" | FileCheck %s --check-prefix=SKYLAKE
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=skylake-avx512 features=-avx512f" | FileCheck %s --check-prefix=AVX2
// RUN: dlc-opt %s -dl-attach-target="triple=aarch64 cpu=neoverse-n1" | FileCheck %s --check-prefix=NEON
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=znver4 plain" | FileCheck %s --check-prefix=PLAIN

// ZNVER4: module attributes {dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<
// ZNVER4-SAME: "cpu" = "znver4", "max_vector_op_width" = 512 : i64, "vector_registers" = 32 : i64,
// ZNVER4-SAME: "cache_line_size_in_bytes" = 64 : i64, "L1_cache_size_in_bytes" = 32768 : i64, "L1_cache_ways" = 8 : i64,
// ZNVER4-SAME: "L2_cache_size_in_bytes" = 1048576 : i64, "L2_cache_ways" = 8 : i64,
// ZNVER4-SAME: "math_op_cost" = 1.600000e+01 : f64,
// AVX2: "max_vector_op_width" = 256 : i64, "vector_registers" = 16 : i64,
// SSE: "cpu" = "x86-64", "max_vector_op_width" = 128 : i64, "vector_registers" = 16 : i64,
// SKYLAKE: "max_vector_op_width" = 512 : i64, "vector_registers" = 32 : i64,
// SKYLAKE-SAME: "L2_cache_size_in_bytes" = 1048576 : i64, "L2_cache_ways" = 16 : i64,
// NEON: "cpu" = "neoverse-n1", "max_vector_op_width" = 128 : i64, "vector_registers" = 32 : i64,
// NEON-SAME: "L1_cache_size_in_bytes" = 65536 : i64, "L1_cache_ways" = 4 : i64,
// PLAIN: "max_vector_op_width" = 0 : i64

// What it prints it reads: attached once, the description stays.
// RUN: dlc-opt %s -dl-attach-target="triple=x86_64 cpu=x86-64-v3" -o %t.mlir
// RUN: dlc-opt %t.mlir -dl-attach-target="triple=x86_64 cpu=znver4" | diff %t.mlir -

// Without a name, that of passes that find no description.
// RUN: dlc-opt %s -dl-attach-target | FileCheck %s --check-prefix=DEFAULT
// DEFAULT: "cpu" = "generic", "max_vector_op_width" = 512 : i64, "vector_registers" = 32 : i64,

module {
}
