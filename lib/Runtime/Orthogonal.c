//===- Orthogonal.c - Initial values with orthonormal rows or columns -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As torch.nn.init.orthogonal_: the shape is taken for a matrix, its first
// dimension by all others. The fewer of its rows and columns, made of normal
// numbers, are orthonormalised in order; the result is the Q of a QR
// decomposition whose R has a positive diagonal.
//
// Gram and Schmidt's method in double, every vector freed twice of those before
// it: "twice is enough" (Kahan) for orthogonality to the last digits. Sums are
// in an order that the source fixes, so the result is the same everywhere.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <math.h>

/// Independent partial sums, for the sake of speed.
enum { ORTHOGONAL_LANES = 8 };

static double orthogonal_dot(const double *x, const double *y, int64_t size) {
  double sums[ORTHOGONAL_LANES] = {0};
  int64_t i = 0;
  for (; i + ORTHOGONAL_LANES <= size; i += ORTHOGONAL_LANES)
    for (int lane = 0; lane < ORTHOGONAL_LANES; ++lane)
      sums[lane] += x[i + lane] * y[i + lane];
  for (; i < size; ++i)
    sums[0] += x[i] * y[i];
  double sum = 0;
  for (int lane = 0; lane < ORTHOGONAL_LANES; ++lane)
    sum += sums[lane];
  return sum;
}

void dlc_rt_orthonormalise(double *vectors, int64_t count, int64_t size) {
  for (int64_t k = 0; k < count; ++k) {
    double *x = vectors + k * size;
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t before = 0; before < k; ++before) {
        const double *q = vectors + before * size;
        double part = orthogonal_dot(q, x, size);
        for (int64_t i = 0; i < size; ++i)
          x[i] -= part * q[i];
      }
    double norm = sqrt(orthogonal_dot(x, x, size));
    for (int64_t i = 0; i < size && norm > 0; ++i)
      x[i] /= norm;
  }
}
