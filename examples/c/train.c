/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Trains examples/fashion.mlir through its compiled library, in C99 and with
 * nothing but that library and libc. See README.md beside this file.
 *
 *   train IMAGES LABELS [STEPS [THREADS]]
 *
 * Reads uncompressed IDX files, takes batches in file order, and prints the
 * loss of each step. `dlc-run ... train --no-shuffle` prints the same bits.
 */
#include "fashion.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 64, PIXELS = 28 * 28 };

static void fail(const char *what, const char *why) {
  fprintf(stderr, "train: %s: %s\n", what, why);
  exit(1);
}

/* Opens an IDX file of bytes and leaves it at its first item. An item must have
 * `item_bytes` bytes. Returns the number of items. */
static uint32_t open_idx(const char *path, uint32_t item_bytes, FILE **file) {
  unsigned char head[4] = {0}, word[4];
  uint32_t count = 0, bytes = 1;
  int dimension;
  *file = fopen(path, "rb");
  if (!*file)
    fail(path, "cannot be opened");
  if (fread(head, 1, 4, *file) != 4 || head[0] != 0 || head[1] != 0 ||
      head[2] != 8 || head[3] == 0)
    fail(path, head[0] == 0x1f ? "is compressed; unpack it with zcat first"
                               : "is not an IDX file of bytes");
  for (dimension = 0; dimension < head[3]; ++dimension) {
    uint32_t extent;
    if (fread(word, 1, 4, *file) != 4)
      fail(path, "ends inside its header");
    extent = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 |
             (uint32_t)word[2] << 8 | word[3];
    if (dimension == 0)
      count = extent;
    else
      bytes *= extent;
  }
  if (bytes != item_bytes)
    fail(path, "has items of another size than the model takes");
  return count;
}

static void read_batch(FILE *file, const char *path, uint8_t *to, size_t size) {
  if (fread(to, 1, size, file) != size)
    fail(path, "ends before the last item its header promises");
}

static long number(const char *text, const char *what) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < 0 || value > 1000000)
    fail(what, "must be a number from 0 to 1000000");
  return value;
}

int main(int argc, char **argv) {
  static uint8_t image[BATCH * PIXELS], label[BATCH];
  FILE *images, *labels;
  uint32_t count;
  long step, steps, threads;
  fashion *model = NULL;

  if (argc < 3 || argc > 5) {
    fprintf(stderr, "usage: train IMAGES LABELS [STEPS [THREADS]]\n");
    return 2;
  }
  count = open_idx(argv[1], PIXELS, &images);
  if (open_idx(argv[2], 1, &labels) != count)
    fail(argv[2], "has another number of items than the images");
  steps = argc > 3 ? number(argv[3], "STEPS") : 20;
  threads = argc > 4 ? number(argv[4], "THREADS") : 0;
  if (steps > (long)(count / BATCH))
    fail("STEPS", "is more than the whole batches of the data");

  if (fashion_create(&model, (int)threads) != 0)
    fail("fashion_create", fashion_last_error(NULL));
  if (fashion_init(model, 0) != 0)
    fail("fashion_init", fashion_last_error(model));
  for (step = 1; step <= steps; ++step) {
    float loss;
    int32_t correct;
    read_batch(images, argv[1], image, sizeof image);
    read_batch(labels, argv[2], label, sizeof label);
    if (fashion_train(model, image, label, &loss, &correct) != 0)
      fail("fashion_train", fashion_last_error(model));
    printf("step %ld loss %.9g\n", step, loss);
  }
  fashion_destroy(model);
  fclose(images);
  fclose(labels);
  return 0;
}
