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

# A library on LLVM and, unless NO_MLIR is said, on MLIR. LLVM is built with RTTI and
# without exceptions. A program of libraries with NO_MLIR alone loads no compiler.
#   dlc_add_library(Name [NO_MLIR] source... [DEPENDS target...] [LINK target...])
function(dlc_add_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(NOT ARG_NO_MLIR)
    target_link_libraries(${name} PUBLIC MLIR)
  endif()
  target_link_libraries(${name} PUBLIC LLVM)
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
