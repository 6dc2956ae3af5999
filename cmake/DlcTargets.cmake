# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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
    # A process has the options of its program.
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/SanitizerOptions.cpp)
    endif()
  endif()
  # The first finding of any sanitizer is a finding of the fuzzer.
  if(DLC_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
  endif()
endfunction()

# LLVM and MLIR come as shared libraries and as archives, and two copies of their registries
# in one process end it: so all of a program's libraries get them from one place. Programs
# say which by DLC_LLVM: unit tests link the shared ones, which is quick; a tool of the
# command line has what it needs in itself ("archives"), which starts and compiles sooner
# (docs/decisions.md has the numbers) and runs where there is no LLVM; a program that
# links only libraries with NO_MLIR links no compiler ("base", dlc_without_compiler).
find_library(DLC_ZSTD NAMES zstd libzstd.so.1 REQUIRED)

# The archives by their paths: the package's targets name the shared libraries as what
# they need. The linker takes of them what the program uses.
function(dlc_archives result)
  set(files "")
  foreach(target IN LISTS ARGN)
    # Parts of LLVM that are packaged apart (BOLT, Polly) are named, but may not be there.
    if(TARGET ${target})
      get_target_property(type ${target} TYPE)
      get_target_property(file ${target} LOCATION)
      if(type STREQUAL "STATIC_LIBRARY" AND EXISTS ${file})
        list(APPEND files ${file})
      endif()
    endif()
  endforeach()
  set(${result} ${files} ZLIB::ZLIB ${DLC_ZSTD} Threads::Threads PARENT_SCOPE)
endfunction()
dlc_archives(DLC_LLVM_ARCHIVES ${MLIR_EXPORTED_TARGETS} ${LLVM_AVAILABLE_LIBS})
dlc_archives(DLC_LLVM_BASE LLVMOption LLVMSupport LLVMDemangle)

# What libraries on MLIR and those without it link.
set(DLC_LLVM $<TARGET_PROPERTY:DLC_LLVM>)
add_library(LLVMAndMLIR INTERFACE IMPORTED GLOBAL)
target_link_libraries(LLVMAndMLIR INTERFACE
  "$<IF:$<STREQUAL:${DLC_LLVM},archives>,${DLC_LLVM_ARCHIVES},MLIR;LLVM>")
add_library(LLVMBase INTERFACE IMPORTED GLOBAL)
target_link_libraries(LLVMBase INTERFACE
  "$<IF:$<STREQUAL:${DLC_LLVM},archives>,${DLC_LLVM_ARCHIVES},$<IF:$<STREQUAL:${DLC_LLVM},base>,${DLC_LLVM_BASE},LLVM>>")

# Says that a program links only libraries with NO_MLIR.
function(dlc_without_compiler target)
  set_target_properties(${target} PROPERTIES DLC_LLVM base)
endfunction()

# A library on LLVM and MLIR or, where NO_MLIR is said, on a part of LLVM alone. LLVM is built
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
    target_link_libraries(${name} PUBLIC LLVMAndMLIR)
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
  set_target_properties(${name} PROPERTIES DLC_LLVM archives)
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  dlc_compile_options(${name})
endfunction()
