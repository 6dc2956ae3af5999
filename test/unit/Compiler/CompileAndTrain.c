//===- CompileAndTrain.c - A C program with a compiler in it --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   DlcCompileAndTrain memory MODEL.mlir [RE]  compiles in process, trains;
//                                              with the remarks of these passes
//   DlcCompileAndTrain library MODEL.so        opens what dlc wrote, trains
//   DlcCompileAndTrain write MODEL.mlir FILE.. compiles and writes files
//   DlcCompileAndTrain errors                  what is refused, and how
//   DlcCompileAndTrain threads MODEL.mlir..    compiles all of them at once
//
// Training prints the bits of every output and of the state.
//
//===----------------------------------------------------------------------===//
#define _POSIX_C_SOURCE 200809L

#include "dlc/Compiler.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 4, MOST = 32 };

static const size_t widths[] = {4, 8, 2, 1, 1, 1, 4, 8}; /* by dlc_type */

static size_t elements_of(const dlc_tensor *tensor) {
  size_t count = 1;
  for (int i = 0; i < tensor->rank; ++i)
    count *= (size_t)tensor->shape[i];
  return count;
}

static size_t bytes_of(const dlc_tensor *tensor) {
  return elements_of(tensor) * widths[tensor->type];
}

/* FNV-1a, so that a line holds all bits. */
static uint64_t digest(uint64_t hash, const void *data, size_t bytes) {
  const unsigned char *at = data;
  for (size_t i = 0; i < bytes; ++i)
    hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
  return hash;
}

static void fill(const dlc_tensor *tensor, void *data, uint32_t *seed) {
  for (size_t i = 0; i < elements_of(tensor); ++i) {
    *seed = *seed * 1664525u + 1013904223u;
    switch (tensor->type) {
    case DLC_F32:
      ((float *)data)[i] = (float)(*seed >> 8) / (float)(1 << 24) - 0.5f;
      break;
    case DLC_U8:
      ((uint8_t *)data)[i] = (uint8_t)(*seed >> 24) % 4;
      break;
    default:
      memset((char *)data + i * widths[tensor->type], 0, widths[tensor->type]);
    }
  }
}

/* Trains with every step of the model; a digest of all that comes out. */
static uint64_t train(const dlc_library *library, int print) {
  const dlc_api *api = library->api;
  const dlc_model *model = library->model;
  uint64_t all = UINT64_C(0xcbf29ce484222325);
  dlc_handle *handle;
  if (api->create(model, 2, &handle) != DLC_OK || api->init(handle, 7))
    return 0;
  for (int s = 0; s < model->num_steps; ++s) {
    const dlc_step *step = &model->steps[s];
    void *io[MOST];
    uint32_t seed = 1;
    for (int i = 0; i < step->num_inputs; ++i) {
      io[i] = malloc(bytes_of(&step->inputs[i]));
      fill(&step->inputs[i], io[i], &seed);
    }
    for (int i = 0; i < step->num_outputs; ++i)
      io[step->num_inputs + i] = malloc(bytes_of(&step->outputs[i]));
    for (int call = 0; call < STEPS; ++call) {
      uint64_t outputs = 0;
      if (api->run(handle, s, io) != DLC_OK)
        return 0;
      for (int i = 0; i < step->num_outputs; ++i)
        outputs = digest(outputs, io[step->num_inputs + i],
                         bytes_of(&step->outputs[i]));
      all = digest(all, &outputs, sizeof outputs);
      if (print)
        printf("step %s call %d %016llx\n", step->name, call,
               (unsigned long long)outputs);
    }
    for (int i = 0; i < step->num_inputs + step->num_outputs; ++i)
      free(io[i]);
  }
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    size_t bytes = bytes_of(&state->tensor);
    void *data = malloc(bytes);
    if (state->kind != DLC_HPARAM &&
        api->get(handle, state->tensor.name, data, bytes) == DLC_OK) {
      uint64_t value = digest(0, data, bytes);
      all = digest(all, &value, sizeof value);
      if (print)
        printf("state %s %016llx\n", state->tensor.name,
               (unsigned long long)value);
    }
    free(data);
  }
  api->destroy(handle);
  return all;
}

static void print_messages(const dlc_compilation *compilation) {
  static const char *const severities[] = {"note", "remark", "warning",
                                           "error"};
  size_t count;
  const dlc_message *messages = dlc_compilation_messages(compilation, &count);
  for (size_t i = 0; i < count; ++i)
    printf("%s at '%s' %d:%d: %s\n", severities[messages[i].severity],
           messages[i].file, (int)messages[i].line, (int)messages[i].column,
           messages[i].text);
}

static int train_in_memory(const char *path, const char *remarks) {
  dlc_compile_options options = DLC_COMPILE_OPTIONS;
  dlc_compilation *compilation;
  const dlc_library *library = NULL;
  options.remarks = remarks;
  dlc_status status = dlc_compile_file(path, &options, &compilation);
  print_messages(compilation);
  if (status == DLC_OK)
    status = dlc_compilation_load(compilation, &library);
  if (status == DLC_OK)
    train(library, 1);
  dlc_compilation_destroy(compilation);
  return status != DLC_OK;
}

static int train_library(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  dlc_library_fn get;
  if (!library)
    return 1;
  *(void **)&get = dlsym(library, DLC_LIBRARY_SYMBOL);
  return !get || !train(get(), 1);
}

static int write_files(const char *model, char **paths) {
  dlc_compilation *compilation;
  dlc_status status = dlc_compile_file(model, NULL, &compilation);
  for (; status == DLC_OK && *paths; ++paths) {
    printf("%s: %d\n", *paths, dlc_compilation_write(compilation, *paths));
    print_messages(compilation);
  }
  dlc_compilation_destroy(compilation);
  return status != DLC_OK;
}

/* One compilation that is refused. */
static void refuse(const char *what, const char *text,
                   const dlc_compile_options *options) {
  dlc_compilation *compilation;
  const dlc_library *library;
  dlc_status status = dlc_compile_text(text, text ? strlen(text) : 0, "net",
                                       options, &compilation);
  printf("== %s: %d\n", what, status);
  print_messages(compilation);
  if (dlc_compilation_load(compilation, &library) != DLC_ERROR_ARGUMENT ||
      library)
    printf("but there is a library\n");
  dlc_compilation_destroy(compilation);
}

static const char good[] =
    "dl.model @net {\n"
    "  dl.param @w : tensor<4xf32> = ones\n"
    "  dl.step @predict(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {\n"
    "    %w = dl.read @w : tensor<4xf32>\n"
    "    %y = dl.mul %x, %w : tensor<4xf32>\n"
    "    dl.return %y : tensor<4xf32>\n"
    "  }\n"
    "}\n";

static int refuse_all(void) {
  struct {
    dlc_compile_options known;
    char later[8];
  } long_options = {DLC_COMPILE_OPTIONS, {0}};
  dlc_compile_options options = DLC_COMPILE_OPTIONS;
  const char *names[] = {"predict=2", NULL};
  dlc_compilation *compilation = NULL;
  char *deep = calloc(1, 30001);
  refuse("no program", "dl.model @net {\n  dl.parm @w\n}\n", NULL);
  refuse("wrong types",
         "dl.model @net {\n  dl.step @s(%x: tensor<4xf32>) -> (y: "
         "tensor<5xf32>) {\n    dl.return %x : tensor<4xf32>\n  }\n}\n",
         NULL);
  refuse("a number", "dl.model @net {\n  dl.hparam @lr = .5\n}\n", NULL);
  refuse("too deep", memset(deep, '(', 30000), NULL);
  refuse("null text", NULL, NULL);
  options.optimization = 7;
  refuse("optimization", good, &options);
  options.optimization = 0;
  options.evaluation_only = 2;
  refuse("evaluation only", good, &options);
  options.evaluation_only = 0;
  options.memory_budget = -1;
  refuse("budget", good, &options);
  options.memory_budget = 0;
  options.cpu = "pentum4";
  refuse("cpu", good, &options);
  options.cpu = NULL;
  options.remarks = "(";
  refuse("remarks", good, &options);
  options.remarks = NULL;
  options.leave_out = (const char *const[]){"dl-fold-bach-norm"};
  options.num_leave_out = 1;
  refuse("leave out", good, &options);
  options.num_leave_out = 0;
  options.backend = "cpp";
  refuse("backend", good, &options);
  options.backend = NULL;
  options.batch = names;
  options.num_batch = 2;
  refuse("null in a list", good, &options);
  names[0] = "predct=2";
  options.num_batch = 1;
  refuse("batch", good, &options);
  options.size = 0;
  refuse("no size", good, &options);
  long_options.known.size = sizeof long_options;
  long_options.later[0] = 1;
  refuse("a later option", good, &long_options.known);
  free(deep);

  printf("== no file: %d\n",
         dlc_compile_file("/nowhere/net.mlir", NULL, &compilation));
  print_messages(compilation);
  dlc_compilation_destroy(compilation);
  printf("== null: %d %d %d\n", dlc_compile_text(good, 1, "net", NULL, NULL),
         dlc_compilation_write(NULL, "x.so"), dlc_compilation_load(NULL, NULL));
  dlc_compilation_destroy(NULL);

  /* Options of an earlier version, and of a later one that says nothing new. */
  long_options.later[0] = 0;
  printf("== later, all zero: %d\n",
         dlc_compile_text(good, strlen(good), "net", &long_options.known,
                          &compilation));
  dlc_compilation_destroy(compilation);
  long_options.known.size = sizeof(size_t);
  printf("== earlier: %d\n",
         dlc_compile_text(good, strlen(good), "net", &long_options.known,
                          &compilation));
  dlc_compilation_destroy(compilation);
  return 0;
}

typedef struct job {
  pthread_t thread;
  const char *path;
  uint64_t digest;
} job;

static void *compile_and_train(void *argument) {
  job *work = argument;
  dlc_compilation *compilation;
  const dlc_library *library;
  if (dlc_compile_file(work->path, NULL, &compilation) == DLC_OK &&
      dlc_compilation_load(compilation, &library) == DLC_OK)
    work->digest = train(library, 0);
  dlc_compilation_destroy(compilation);
  return NULL;
}

static int compile_at_once(char **paths) {
  int different = 0, count = 0;
  for (; paths[count] && count < MOST; ++count)
    ;
  job jobs[MOST] = {{0}};
  for (int i = 0; i < 2 * count; ++i) {
    jobs[i].path = paths[i / 2];
    if (pthread_create(&jobs[i].thread, NULL, compile_and_train, &jobs[i]))
      return 1;
  }
  for (int i = 0; i < 2 * count; ++i)
    pthread_join(jobs[i].thread, NULL);
  for (int i = 0; i < 2 * count; ++i) {
    job alone = {jobs[i].thread, jobs[i].path, 0};
    compile_and_train(&alone);
    different += alone.digest != jobs[i].digest || !alone.digest;
  }
  printf("%d compilations at once, %d differ\n", 2 * count, different);
  return different;
}

int main(int argc, char **argv) {
  static const int signals[] = {SIGINT,  SIGTERM, SIGHUP,
                                SIGPIPE, SIGSEGV, SIGABRT};
  enum { SIGNALS = sizeof signals / sizeof *signals };
  struct sigaction before[SIGNALS];
  int status = 2;
  for (int i = 0; i < SIGNALS; ++i)
    sigaction(signals[i], NULL, &before[i]);
  if (argc > 2 && !strcmp(argv[1], "memory"))
    status = train_in_memory(argv[2], argv[3]);
  else if (argc > 2 && !strcmp(argv[1], "library"))
    status = train_library(argv[2]);
  else if (argc > 3 && !strcmp(argv[1], "write"))
    status = write_files(argv[2], argv + 3);
  else if (argc > 1 && !strcmp(argv[1], "errors"))
    status = refuse_all();
  else if (argc > 2 && !strcmp(argv[1], "threads"))
    status = compile_at_once(argv + 2);
  for (int i = 0; i < SIGNALS; ++i) {
    struct sigaction after;
    sigaction(signals[i], NULL, &after);
    if (after.sa_handler != before[i].sa_handler)
      printf("signal %d has another handler\n", signals[i]);
  }
  return status;
}
