//===- Init.c - Initial values of the state -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element i of entry e (its index in the model's table) takes its bits from
// lane i mod 4 of the block
//
//   Philox4x32-10(counter = {i / 4, e, 0xffffffff, 0xffffffff},
//                 key = {low word of the seed, high word of the seed}).
//
// The last two words of the counter keep these blocks apart from those that
// steps use. i counts in the logical order, so neither the layout that the
// compiler chose nor the number of threads changes a value.
//
// uniform: a + (b - a) * u with u = (bits >> 8) * 2^-24, in [0, 1).
//
// normal: a + b * z, z by the method of Box and Muller, which makes two values
// out of two: lanes 0 and 1 of a block give elements 4k and 4k + 1, lanes 2 and
// 3 give 4k + 2 and 4k + 3. With p the bits of the pair's first lane, q of its
// second,
//
//   u1 = ((p >> 8) + 1) * 2^-24      in (0, 1], so that the logarithm is finite
//   u2 = (q >> 8) * 2^-24            in [0, 1)
//   r  = sqrt(-2 ln u1)
//   z  = r cos(2 pi u2) for the first element, r sin(2 pi u2) for the second.
//
// truncated normal: the inverse of the distribution function, which is linear
// in u between its values at the ends c and d, and clamped to them; u as for
// uniform, plus 2^-25, so that it is neither 0 nor 1.
//
// orthogonal: see Orthogonal.c; the numbers are those of normal with mean 0 and
// deviation 1.
//
// All of this is in double and is rounded once, to the entry's type.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

//===--- Rounding ---------------------------------------------------------===//

/// To the nearest bf16, ties to even. Through a float, but rounded to odd
/// there: an inexact result keeps its last bit set, so that the second rounding
/// cannot take it for a tie.
static uint16_t round_to_BF16(double value) {
  float nearest = (float)value;
  uint32_t bits;
  memcpy(&bits, &nearest, sizeof(bits));
  if (isnan(value))
    return (uint16_t)(bits >> 16 | 0x40);
  if ((double)nearest != value && !(bits & 1))
    bits = fabs((double)nearest) > fabs(value) ? bits - 1 : bits + 1;
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float round_to_F32(double value) { return (float)value; }
static double round_to_F64(double value) { return value; }

/// Toward zero, and into the range of so many bits (NaN: 0); a plain conversion
/// is undefined outside it.
static int64_t round_to_integer(double value, double low, int bits) {
  // The first number behind the range, a double because int64_t lacks 2^63.
  double end = ldexp(1, bits);
  if (isnan(value))
    return 0;
  if (value <= low)
    return (int64_t)low;
  if (value >= end - 1 && bits < 63)
    return (int64_t)(end - 1);
  if (value >= end)
    return INT64_MAX;
  return (int64_t)value;
}

// How a value becomes one of a kind of type.
#define ROUND_FLOAT(ROUND, BITS) ROUND(value)
#define ROUND_BOOL(ROUND, BITS) value != 0
#define ROUND_SIGNED(ROUND, BITS)                                              \
  round_to_integer(value, -ldexp(1, (BITS) - 1), (BITS) - 1)
#define ROUND_UNSIGNED(ROUND, BITS) round_to_integer(value, 0, BITS)

static void store_value(char *to, int32_t type, double value) {
  switch ((dlc_type)type) {
#define DLC_ELEMENT_TYPE(NAME, CODE, KIND, BITS, DIGITS, ARITHMETIC, C, ...)   \
  case DLC_##NAME: {                                                           \
    C rounded = (C)(ROUND_##KIND(round_to_##NAME, BITS));                      \
    memcpy(to, &rounded, sizeof(rounded));                                     \
    return;                                                                    \
  }
#include "dlc/ElementTypes.def"
  }
}

//===--- Distributions ----------------------------------------------------===//

/// The z between `low` and `high` below which a standard normal number is with
/// probability p. Newton's method, kept between bounds that move together.
static double normal_quantile(double p, double low, double high) {
  double z = low < 0 && high > 0 ? 0 : low < 0 ? high : low;
  for (int i = 0; i < 200 && low < high; ++i) {
    double error = 0.5 * erfc(-z * 0.70710678118654752440) - p;
    if (error > 0)
      high = z;
    else
      low = z;
    double density = 0.39894228040143267794 * exp(-0.5 * z * z);
    double next = z - error / density;
    if (!(next > low && next < high))
      next = low + 0.5 * (high - low);
    if (fabs(next - z) <= 1e-15 * (1 + fabs(z)))
      return next;
    z = next;
  }
  return z;
}

static double truncated_normal(const dlc_state *state, double u) {
  double mean = state->init_a, deviation = state->init_b;
  double low = (state->init_c - mean) / deviation,
         high = (state->init_d - mean) / deviation;
  // In the upper tail the distribution function is 1 to all digits: there the
  // mirror image is drawn.
  bool mirrored = low > 0;
  if (mirrored) {
    double end = -low;
    low = -high;
    high = end;
    u = 1 - u;
  }
  // Beyond, it is 0 or 1 in double.
  low = fmax(low, -38);
  high = fmin(high, 38);
  double below = 0.5 * erfc(-low * 0.70710678118654752440),
         above = 0.5 * erfc(-high * 0.70710678118654752440);
  double z = normal_quantile(below + u * (above - below), low, high);
  double value = mean + deviation * (mirrored ? -z : z);
  return fmin(fmax(value, state->init_c), state->init_d);
}

/// Four elements, 4 * `block` and on, of entry `entry`.
static void random_values(const dlc_state *state, uint32_t entry,
                          uint64_t block, uint64_t seed, double values[4]) {
  const uint32_t counter[4] = {(uint32_t)block, entry, 0xffffffffu,
                               0xffffffffu};
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t bits[4];
  dlc_rt_philox(counter, key, bits);

  double a = state->init_a, b = state->init_b;
  if (state->init_kind == DLC_INIT_ORTHOGONAL) {
    a = 0;
    b = 1;
  }
  if (state->init_kind == DLC_INIT_TRUNCATED_NORMAL) {
    for (int lane = 0; lane < 4; ++lane)
      values[lane] =
          truncated_normal(state, ((bits[lane] >> 8) + 0.5) * 0x1p-24);
    return;
  }
  if (state->init_kind == DLC_INIT_UNIFORM) {
    for (int lane = 0; lane < 4; ++lane)
      values[lane] = a + (b - a) * ((bits[lane] >> 8) * 0x1p-24);
    return;
  }
  for (int lane = 0; lane < 4; lane += 2) {
    double u1 = ((bits[lane] >> 8) + 1) * 0x1p-24;
    double u2 = (bits[lane + 1] >> 8) * 0x1p-24;
    double radius = sqrt(-2 * log(u1));
    double angle = 6.283185307179586476925 * u2;
    values[lane] = a + b * (radius * cos(angle));
    values[lane + 1] = a + b * (radius * sin(angle));
  }
}

/// All elements of an orthogonal entry in logical order, to be freed; null if
/// memory runs out.
static double *orthogonal_values(const dlc_state *state, uint32_t entry,
                                 uint64_t seed) {
  int64_t size = dlc_rt_num_elements(&state->tensor);
  int64_t rows = state->tensor.shape[0], columns = rows ? size / rows : 0;
  double *values = dlc_rt_allocate(size * (int64_t)sizeof(double));
  double *vectors = dlc_rt_allocate(size * (int64_t)sizeof(double));
  if (values && vectors) {
    double four[4];
    for (int64_t i = 0; i < size; ++i) {
      if (i % 4 == 0)
        random_values(state, entry, (uint64_t)i / 4, seed, four);
      values[i] = four[i % 4];
    }
    // A vector is a row, or a column where those are fewer.
    bool turned = rows > columns;
    int64_t count = turned ? columns : rows, length = turned ? rows : columns;
    for (int64_t i = 0; i < size; ++i)
      vectors[turned ? i % columns * rows + i / columns : i] = values[i];
    dlc_rt_orthonormalise(vectors, count, length);
    for (int64_t i = 0; i < size; ++i)
      values[i] = state->init_a *
                  vectors[turned ? i % columns * rows + i / columns : i];
  } else {
    free(values);
    values = NULL;
  }
  free(vectors);
  return values;
}

static bool init_entry(const dlc_state *state, uint32_t entry, char *block,
                       uint64_t seed) {
  int32_t type = state->tensor.type, kind = state->init_kind;
  int64_t size = dlc_rt_type_bytes(type);
  double *whole = NULL;
  if (kind == DLC_INIT_ORTHOGONAL) {
    whole = orthogonal_values(state, entry, seed);
    if (!whole)
      return false;
  }
  double values[4] = {state->init_a, state->init_a, state->init_a,
                      state->init_a};
  int64_t i = 0;
  dlc_rt_rows rows;
  for (bool more = dlc_rt_first_row(&rows, state); more;
       more = dlc_rt_next_row(&rows)) {
    char *to = block + state->offset + rows.offset * size;
    for (int64_t j = 0; j < rows.length; ++j, ++i, to += rows.stride * size) {
      if (kind == DLC_INIT_SEED) {
        memcpy(to, &seed, sizeof(seed));
        continue;
      }
      double value = values[i % 4];
      if (whole) {
        value = whole[i];
      } else if (kind == DLC_INIT_IDENTITY) {
        int64_t columns = state->tensor.shape[1];
        value = i / columns == i % columns ? state->init_a : 0;
      } else if (kind != DLC_INIT_CONSTANT && i % 4 == 0) {
        random_values(state, entry, (uint64_t)i / 4, seed, values);
        value = values[0];
      }
      store_value(to, type, value);
    }
  }
  free(whole);
  return true;
}

/// Whether all bytes of the entry are 0, as of a new block.
static bool is_zero(const dlc_state *state) {
  return state->init_kind == DLC_INIT_CONSTANT && state->init_a == 0 &&
         !signbit(state->init_a);
}

bool dlc_rt_init_state(const dlc_model *model, char *block, bool zeroed,
                       uint64_t seed) {
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!(zeroed && is_zero(state)) &&
        !init_entry(state, (uint32_t)i, block, seed))
      return false;
  }
  return true;
}
