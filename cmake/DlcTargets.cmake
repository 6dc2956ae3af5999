# Functions that say what every target of the project has in common.

# Warnings and sanitizers of our own code; the code of others is included as
# system headers and stays silent.
function(dlc_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wno-unused-parameter
    $<$<BOOL:${DLC_WERROR}>:-Werror>)
  if(DLC_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${DLC_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${DLC_SANITIZE})
  endif()
  # The first finding of any sanitizer is a finding of the fuzzer.
  if(DLC_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
  endif()
endfunction()

# LLVM's Support and Option, which libraries without a compiler use. They are a part of
# the shared libLLVM, and two copies of their registries in one process end it: so a
# program gets them from there, unless dlc_without_compiler says that it links nothing
# else of LLVM. Then they come as static libraries, with the two that they need of what
# the package's own targets name.
find_library(DLC_ZSTD NAMES zstd libzstd.so.1 REQUIRED)
add_library(LLVMBase INTERFACE IMPORTED GLOBAL)
set(DLC_LLVM_BASE
  $<TARGET_FILE:LLVMOption> $<TARGET_FILE:LLVMSupport> $<TARGET_FILE:LLVMDemangle>
  ZLIB::ZLIB ${DLC_ZSTD})
target_link_libraries(LLVMBase INTERFACE
  "$<IF:$<BOOL:$<TARGET_PROPERTY:DLC_WITHOUT_COMPILER>>,${DLC_LLVM_BASE},LLVM>")

# Says that a program links only libraries with NO_MLIR.
function(dlc_without_compiler target)
  set_target_properties(${target} PROPERTIES DLC_WITHOUT_COMPILER ON)
endfunction()

# A library on LLVM and MLIR or, where NO_MLIR is said, on LLVMBase alone. LLVM is built
# with RTTI and without exceptions.
#   dlc_add_library(Name [NO_MLIR] source... [DEPENDS target...] [LINK target...])
function(dlc_add_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_NO_MLIR)
    target_link_libraries(${name} PUBLIC LLVMBase)
  else()
    target_link_libraries(${name} PUBLIC MLIR LLVM)
  endif()
  dlc_compile_options(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# LLVM's package names the tablegen of MLIR's records, not the one of options.
find_program(LLVM_TABLEGEN_EXE llvm-tblgen HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)

# The table of a tool's options (dlc/Support/OptionKinds.td) as an .inc beside it.
#   dlc_add_options(Target Options.td)
function(dlc_add_options target file)
  set(LLVM_TARGET_DEFINITIONS ${file})
  get_filename_component(name ${file} NAME_WE)
  tablegen(LLVM ${name}.inc -gen-opt-parser-defs)
  add_public_tablegen_target(${target})
endfunction()

# Lets a library on the dialect use its precompiled header.
function(dlc_use_dl_headers name)
  target_precompile_headers(${name} REUSE_FROM DlDialect)
endfunction()

# A command-line tool: a main of a few lines over libraries.
function(dlc_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  if(DLC_SANITIZE)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/SanitizerOptions.cpp)
  endif()
  dlc_compile_options(${name})
endfunction()
