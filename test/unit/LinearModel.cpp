//===- LinearModel.cpp - A model written by hand --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LinearModel.h"

#include <algorithm>
#include <cmath>

using namespace dlc::test;

namespace {

constexpr int pixels = 3;

/// The state block; the table below says the same in bytes.
struct State {
  alignas(64) float weight[pixels];
  alignas(64) float bias;
  alignas(64) float momentum[pixels];
  alignas(64) float lr;
  alignas(64) int64_t seed;
  alignas(64) int64_t stepCount;
};

const int64_t imageShape[] = {linearBatch, pixels};
const int64_t labelShape[] = {linearBatch};
const int64_t weightShape[] = {pixels};
const int64_t weightStrides[] = {1};

const dlc_tensor inputs[] = {{"image", imageShape, 2, DLC_U8},
                             {"label", labelShape, 1, DLC_U8}};
const dlc_tensor trainOutputs[] = {{"loss", nullptr, 0, DLC_F32},
                                   {"correct", nullptr, 0, DLC_I32}};
const dlc_tensor evaluateOutputs[] = {{"loss", nullptr, 0, DLC_F64},
                                      {"correct", nullptr, 0, DLC_I64}};
const dlc_tensor predictOutputs[] = {{"score", labelShape, 1, DLC_F32},
                                     {"mean", nullptr, 0, DLC_F64}};
const int64_t fewImageShape[] = {3, pixels};
const int64_t fewLabelShape[] = {3};
const dlc_tensor fewInputs[] = {{"image", fewImageShape, 2, DLC_U8},
                                {"label", fewLabelShape, 1, DLC_U8}};
const dlc_tensor measureOutputs[] = {{"mean", nullptr, 0, DLC_F64},
                                     {"sum", nullptr, 0, DLC_F64},
                                     {"max", nullptr, 0, DLC_F64},
                                     {"rows", nullptr, 0, DLC_I64},
                                     {"correct", nullptr, 0, DLC_I32}};
const char *const faults[] = {"label out of range: expected 0 to 9"};

const dlc_state states[] = {{{"weight", weightShape, 1, DLC_F32},
                             DLC_PARAM,
                             DLC_INIT_UNIFORM,
                             -1,
                             1,
                             0,
                             0,
                             0,
                             weightShape,
                             weightStrides,
                             1,
                             DLC_FINITE},
                            {{"bias", nullptr, 0, DLC_F32},
                             DLC_PARAM,
                             DLC_INIT_CONSTANT,
                             0,
                             0,
                             0,
                             0,
                             64,
                             nullptr,
                             nullptr,
                             0,
                             DLC_FINITE},
                            {{"weight.momentum", weightShape, 1, DLC_F32},
                             DLC_SLOT,
                             DLC_INIT_CONSTANT,
                             0,
                             0,
                             0,
                             0,
                             128,
                             weightShape,
                             weightStrides,
                             1,
                             DLC_FINITE},
                            {{"lr", nullptr, 0, DLC_F32},
                             DLC_HPARAM,
                             DLC_INIT_CONSTANT,
                             0.1,
                             0,
                             0,
                             0,
                             192,
                             nullptr,
                             nullptr,
                             0,
                             DLC_FINITE},
                            {{"seed", nullptr, 0, DLC_I64},
                             DLC_COUNTER,
                             DLC_INIT_SEED,
                             0,
                             0,
                             0,
                             0,
                             256,
                             nullptr,
                             nullptr,
                             0,
                             DLC_FINITE},
                            {{"step_count", nullptr, 0, DLC_I64},
                             DLC_COUNTER,
                             DLC_INIT_CONSTANT,
                             0,
                             0,
                             0,
                             0,
                             320,
                             nullptr,
                             nullptr,
                             0,
                             DLC_FINITE}};
static_assert(sizeof(State) == 384, "the offsets above");

float scoreOf(const State &state, const uint8_t *image) {
  float score = state.bias;
  for (int j = 0; j < pixels; ++j)
    score += state.weight[j] * (image[j] / 255.0f);
  return score;
}

bool labelsAreGood(const uint8_t *labels, int64_t *fault) {
  for (int i = 0; i < linearBatch; ++i)
    if (labels[i] > 9) {
      *fault = 1;
      return false;
    }
  return true;
}

void train(const dlc_context *context, void *block, void *, void *const *io) {
  auto &state = *static_cast<State *>(block);
  auto *image = static_cast<const uint8_t *>(io[0]);
  auto *label = static_cast<const uint8_t *>(io[1]);
  // Small enough for one task.
  if (!dlc_rt_share(context->worker, 1) ||
      !labelsAreGood(label, context->fault))
    return;
  float loss = 0, gradient[pixels] = {}, biasGradient = 0;
  int32_t correct = 0;
  for (int i = 0; i < linearBatch; ++i, image += pixels) {
    float difference = scoreOf(state, image) - label[i];
    loss += difference * difference / linearBatch;
    correct += std::fabs(difference) < 0.5f;
    biasGradient += 2 * difference / linearBatch;
    for (int j = 0; j < pixels; ++j)
      gradient[j] += 2 * difference / linearBatch * (image[j] / 255.0f);
  }
  for (int j = 0; j < pixels; ++j) {
    state.momentum[j] = 0.5f * state.momentum[j] + gradient[j];
    state.weight[j] -= state.lr * state.momentum[j];
  }
  state.bias -= state.lr * biasGradient;
  ++state.stepCount; // counting is the compiled step's, not the runtime's
  *static_cast<float *>(io[2]) = loss;
  *static_cast<int32_t *>(io[3]) = correct;
}

void evaluate(const dlc_context *context, void *block, void *,
              void *const *io) {
  auto &state = *static_cast<State *>(block);
  auto *image = static_cast<const uint8_t *>(io[0]);
  auto *label = static_cast<const uint8_t *>(io[1]);
  if (!dlc_rt_share(context->worker, 1) ||
      !labelsAreGood(label, context->fault))
    return;
  double loss = 0;
  int64_t correct = 0;
  for (int i = 0; i < linearBatch; ++i, image += pixels) {
    double difference = scoreOf(state, image) - label[i];
    loss += difference * difference / linearBatch;
    correct += std::fabs(difference) < 0.5;
  }
  *static_cast<double *>(io[2]) = loss;
  *static_cast<int64_t *>(io[3]) = correct;
}

void predict(const dlc_context *context, void *block, void *, void *const *io) {
  auto &state = *static_cast<State *>(block);
  auto *image = static_cast<const uint8_t *>(io[0]);
  auto *score = static_cast<float *>(io[1]);
  if (!dlc_rt_share(context->worker, 1))
    return;
  double mean = 0;
  for (int i = 0; i < linearBatch; ++i, image += pixels) {
    score[i] = scoreOf(state, image);
    mean += score[i] / static_cast<double>(linearBatch);
  }
  *static_cast<double *>(io[2]) = mean;
}

template <int rows>
void measure(const dlc_context *context, void *block, void *, void *const *io) {
  auto &state = *static_cast<State *>(block);
  auto *image = static_cast<const uint8_t *>(io[0]);
  auto *label = static_cast<const uint8_t *>(io[1]);
  if (!dlc_rt_share(context->worker, 1))
    return;
  double sum = 0, max = 0;
  int32_t correct = 0;
  for (int i = 0; i < rows; ++i, image += pixels) {
    double difference = std::fabs(scoreOf(state, image) - label[i]);
    sum += difference;
    max = std::max(max, difference);
    correct += difference < 0.5;
  }
  *static_cast<double *>(io[2]) = sum / rows;
  *static_cast<double *>(io[3]) = sum;
  *static_cast<double *>(io[4]) = max;
  *static_cast<int64_t *>(io[5]) = rows;
  *static_cast<int32_t *>(io[6]) = correct;
}

const dlc_step measureSizes[] = {
    {"measure", fewInputs, measureOutputs, nullptr, 2, 5, 0, 0, measure<3>,
     nullptr, nullptr, nullptr, 0, 0, 3, nullptr, 0, 0},
    {"measure", inputs, measureOutputs, nullptr, 2, 5, 0, 0, measure<4>,
     nullptr, nullptr, nullptr, 0, 0, 4, nullptr, 0, 0}};

const dlc_step steps[] = {
    {"train", inputs, trainOutputs, faults, 2, 2, 1, 1, train, nullptr, nullptr,
     nullptr, 0, 0, 0, nullptr, 0, 0},
    {"evaluate", inputs, evaluateOutputs, faults, 2, 2, 1, 0, evaluate, nullptr,
     nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"predict", inputs, predictOutputs, nullptr, 1, 2, 0, 0, predict, nullptr,
     nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"measure", inputs, measureOutputs, nullptr, 2, 5, 0, 0, measure<4>,
     nullptr, nullptr, nullptr, 0, 0, 4, measureSizes, 2, 0}};

} // namespace

const dlc_model dlc::test::linearModel = {
    DLC_ABI_VERSION, 6, 4,       "linear", "{}",    states,  steps,
    sizeof(State),   0, nullptr, 0,        nullptr, nullptr, 0};
