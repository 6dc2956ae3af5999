# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What all lit tests share: which files are tests, and which tools they call.

import os
import shutil

import lit.formats
from lit.llvm import llvm_config

config.name = "dlc"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["CMakeLists.txt", "Inputs", "golden", "lib", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.dlc_obj_root, "test")

# The tools of the project, FileCheck, not and the readers of object files.
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", config.dlc_tools_dir, append_path=True)
llvm_config.with_environment(
    "FILECHECK_OPTS", "-enable-var-scope --dump-input=fail"
)
# Each test compiles what it runs.
llvm_config.with_environment("DLC_CACHE_DIR", "")
llvm_config.add_tool_substitutions(
    ["dlc-opt", "FileCheck", "not", "mlir-runner"],
    [config.dlc_tools_dir, config.llvm_tools_dir],
)


def add_program(name, path):
    # `\b` does not end `%dlc` before `-`, so what may not follow is said here.
    config.substitutions.append((f"%{name}(?![-\\w])", path))


for tool in ("dlc-fuzz", "dlc-run", "dlc-opt", "dlc-models", "dlc-toy", "example-nn", "dlc"):
    add_program(tool, os.path.join(config.dlc_tools_dir, tool))
add_program("compile_and_train", os.path.join(config.dlc_tools_dir, "DlcCompileAndTrain"))
config.substitutions.append(
    ("%libdlc", os.path.join(config.dlc_obj_root, "lib", "libdlc.so"))
)
add_program("python", config.python_executable)
config.substitutions.append(("%unit_tests", config.dlc_tools_dir))
# What CMake says that targets link.
config.substitutions.append(
    ("%link_graph", os.path.join(config.dlc_obj_root, "link-graph.txt"))
)

# Programs reserve terabytes of addresses, so that these cannot be limited.
if config.dlc_sanitize:
    config.available_features.add("sanitizers")

# Lays out graphs.
if shutil.which("dot"):
    config.available_features.add("graphviz")

# Can run what is compiled for x86-64-v3.
try:
    with open("/proc/cpuinfo", encoding="utf-8") as cpus:
        if {"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"} <= set(cpus.read().split()):
            config.available_features.add("x86-64-v3")
except OSError:
    pass

# lit runs as many tests at a time as there are cores: each has one.
config.environment["DLC_TEST_JOBS"] = "1"

config.substitutions.append(
    (
        "%runner_libs",
        ",".join(
            os.path.join(config.llvm_lib_dir, f"lib{name}.so")
            for name in ("mlir_runner_utils", "mlir_c_runner_utils")
        ),
    )
)
config.substitutions.append(
    (
        "%lower_to_llvm",
        "expand-strided-metadata,lower-affine,convert-scf-to-cf,"
        "convert-vector-to-llvm,convert-math-to-llvm,finalize-memref-to-llvm,"
        "convert-arith-to-llvm,convert-ub-to-llvm,convert-index-to-llvm,"
        "convert-func-to-llvm,convert-cf-to-llvm,reconcile-unrealized-casts",
    )
)
