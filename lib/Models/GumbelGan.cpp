//===- GumbelGan.cpp - GANs of sequences of symbols -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kusner and Hernandez-Lobato, "GANs for sequences of discrete elements with
// the Gumbel-softmax distribution", 2016: an LSTM chooses a symbol at a time by
// Gumbel-softmax (Jang, Gu and Poole, ICLR 2017; Maddison, Mnih and Teh, ICLR
// 2017), which has a gradient, at a temperature that falls while it trains. The
// discriminator sees sequences of one-hot vectors, real ones and nearly so.
//
//===----------------------------------------------------------------------===//

#include "Families.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"
#include "dlc/Models/Schedules.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Outputs;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

namespace {

/// How a symbol is made of logits: by Gumbel-softmax, by the same with the
/// symbol itself forwards, by the softmax without a choice, and by the choice
/// alone, whose derivative is 0.
enum class Relaxation { Gumbel, StraightThrough, Softmax, None };

Relaxation relaxationOf(const ModelOptions &options) {
  return llvm::StringSwitch<Relaxation>(options.relaxation.value)
      .Case("gumbel", Relaxation::Gumbel)
      .Case("straight-through", Relaxation::StraightThrough)
      .Case("softmax", Relaxation::Softmax)
      .Default(Relaxation::None);
}

/// An LSTM from noise to sequences, length x N x vocabulary.
class Generator {
public:
  Generator(const nn::Scope &scope, const ModelOptions &options)
      : options(options), relaxation(relaxationOf(options)),
        start(scope / "start", options.features, options.width),
        cell(scope / "lstm", nn::RecurrentKind::Lstm, options.vocabulary,
             options.width),
        fc(scope / "fc", options.width, options.vocabulary) {}

  /// The relaxed symbols that training uses.
  Tensor relaxed(Program &program, Tensor temperature) const {
    return run(program, options.batch, temperature,
               [&](Tensor logits, Tensor tau) {
                 switch (relaxation) {
                 case Relaxation::Gumbel:
                   return nn::gumbelSoftmax(logits, tau);
                 case Relaxation::StraightThrough:
                   return nn::gumbelSoftmax(logits, tau, /*hard=*/true);
                 case Relaxation::Softmax:
                   return nn::softmax(logits);
                 case Relaxation::None:
                   return choice(logits);
                 }
                 llvm_unreachable("all are handled");
               });
  }

  /// Symbols, length x N. Without noise at the logits the sequence goes on from
  /// the same input as in training, and the likeliest symbols are taken.
  Tensor symbols(Program &program) const {
    Tensor one = nn::full(program, {}, 1);
    Tensor chosen =
        run(program, options.sample, one, [&](Tensor logits, Tensor) {
          return relaxation == Relaxation::Softmax
                     ? nn::softmax(logits)
                     : nn::oneHot(nn::categorical(logits), options.vocabulary);
        });
    return nn::argmax(chosen, -1);
  }

private:
  /// One-hot, as a step function of the logits and of noise.
  static Tensor choice(Tensor logits) {
    Tensor noisy = logits + nn::gumbel(logits.program(), logits.shape());
    return nn::sign(noisy - nn::amax(noisy, {1}, /*keepDims=*/true)) + 1.0;
  }
  Tensor run(Program &program, int64_t count, Tensor temperature,
             function_ref<Tensor(Tensor, Tensor)> choose) const {
    Tensor noise = nn::normal(program, {count, options.features});
    Tensor h = nn::tanh(start(noise));
    Tensor none = nn::full(program, {count, options.vocabulary}, 0);
    Tensors results =
        program.scan(options.length, {none, h, nn::full(program, h.shape(), 0)},
                     {}, {temperature},
                     [&](ArrayRef<Tensor> now, ArrayRef<Tensor>,
                         ArrayRef<Tensor> invariants) -> nn::ScanStep {
                       Tensors state = cell(now[0], now[1], now[2]);
                       Tensor symbol = choose(fc(state[0]), invariants[0]);
                       return {{symbol, state[0], state[1]}, {symbol}};
                     });
    return results.back();
  }

  const ModelOptions &options;
  Relaxation relaxation;
  nn::Linear start;
  nn::RecurrentCell cell;
  nn::Linear fc;
};

/// Two hidden layers over all symbols of a sequence, and over how frequent each
/// symbol is at each place among the sequences of the batch: many copies of one
/// sequence are told from real ones (Salimans et al., NIPS 2016).
class Discriminator {
public:
  Discriminator(const nn::Scope &scope, const ModelOptions &options)
      : inputs(options.length * options.vocabulary),
        fc0(scope / "fc0", 2 * inputs, 2 * options.width),
        fc1(scope / "fc1", 2 * options.width, 2 * options.width),
        fc2(scope / "fc2", 2 * options.width, 1) {}

  /// Logits that sequences length x N x vocabulary are real.
  Tensor operator()(Tensor x) const {
    int64_t count = x.size(1);
    x = nn::reshape(nn::permute(x, {1, 0, 2}), {count, inputs});
    Tensor frequencies = nn::mean(x, {0}, /*keepDims=*/true);
    Tensor all = nn::concat({x, nn::broadcastTo(frequencies, x.shape())}, 1);
    Tensor y = nn::leakyRelu(fc0(all), 0.2);
    return nn::reshape(fc2(nn::leakyRelu(fc1(y), 0.2)), {count});
  }

private:
  int64_t inputs;
  nn::Linear fc0, fc1, fc2;
};

} // namespace

/// The temperature: it halves every 1000 steps, down to a limit.
static Tensor annealed(Program &program) {
  constexpr double gamma = 0.99930709; // 2^(-1/1000)
  Tensor first = program.readHyperParameter("temperature");
  Tensor now = nn::exponentialLr(first, program.stepCount(), gamma);
  // At 0 there is no gradient.
  return nn::clamp(
      nn::maximum(now, program.readHyperParameter("least_temperature")), 1e-3,
      std::nullopt);
}

Module models::buildGumbelGan(MLIRContext &context,
                              const ModelOptions &options) {
  Program program(context, "gumbel_gan");
  Generator generator(program.root() / "generator", options);
  Discriminator discriminator(program.root() / "discriminator", options);
  Builder &b = program.attributes();
  auto number = [&](double value) { return b.getF64FloatAttr(value); };
  program.hyperParameter("lr", 1e-3);
  program.hyperParameter("temperature", 1);
  program.hyperParameter("least_temperature", 0.5);
  program.hyperParameter("penalty_weight", 0.1);
  for (StringRef name : {"adam_d", "adam_g"})
    program.optimizer(name,
                      dl::AdamAttr::get(&context, number(0.5), number(0.999),
                                        number(1e-8), number(0),
                                        /*amsgrad=*/false,
                                        /*decoupledWeightDecay=*/false));

  Type i32 = b.getI32Type();
  int64_t batch = options.batch;
  Tensor (*permute)(Tensor, ArrayRef<int64_t>) = nn::permute;
  auto lossOf = [&](Tensor logits, double label) {
    return nn::bceWithLogits(logits, nn::full(program, {batch}, label));
  };
  program.step(
      "train_d", {{"real", program.tensor({batch, options.length}, i32)}},
      [&](ArrayRef<Tensor> in) -> Outputs {
        Tensor symbols = nn::checkIndex(in[0], options.vocabulary);
        Tensor real = nn::oneHot(permute(symbols, {1, 0}), options.vocabulary);
        Tensor made = generator.relaxed(program, annealed(program));
        Tensor ofReal = discriminator(real);
        Tensor loss = lossOf(ofReal, 1) + lossOf(discriminator(made), 0);
        Tensor slope = nn::gradient(nn::sum(ofReal), {real})[0];
        Tensor penalty = nn::sum(nn::square(slope)) / double(batch);
        Tensor weight = program.readHyperParameter("penalty_weight");
        program.minimize(loss + penalty * weight, "adam_d", {"discriminator.*"},
                         program.readHyperParameter("lr"));
        return {{"loss", loss}, {"penalty", penalty}};
      },
      {}, {"discriminator.*"});
  program.step("train_g", {},
               [&](ArrayRef<Tensor>) -> Outputs {
                 Tensor temperature = annealed(program);
                 Tensor made = generator.relaxed(program, temperature);
                 Tensor loss = lossOf(discriminator(made), 1);
                 program.minimize(loss, "adam_g", {"generator.*"},
                                  program.readHyperParameter("lr"));
                 return {{"loss", loss}, {"temperature", temperature}};
               },
               {}, {"generator.*"});
  program.step("generate", {}, [&](ArrayRef<Tensor>) -> Outputs {
    return {{"text", permute(generator.symbols(program), {1, 0})}};
  });
  return program.finish();
}
