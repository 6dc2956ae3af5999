//===- SeqGan.cpp - Yu et al., AAAI 2017 ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "SeqGAN: sequence generative adversarial nets with policy gradient", with the
// paper's synthetic data: an oracle, an LSTM whose parameters are drawn from a
// normal distribution and never trained, writes the real sequences and judges
// the made ones by their likelihood. The generator is an LSTM of the same form.
// It is trained by likelihood first, then by REINFORCE: the reward for the
// choice of a symbol is the mean of the discriminator's outputs for sequences
// that the generator continues from there. The discriminator is a TextCNN with
// a highway layer.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Outputs;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

//===----------------------------------------------------------------------===//
// Draws
//===----------------------------------------------------------------------===//

/// For each row of weights N x C, the first place where the running sum exceeds
/// a bound, N x 1, and the remainder of the bound there.
static std::pair<Tensor, Tensor> findSum(Tensor weights, Tensor bound) {
  Type i32 = weights.program().attributes().getI32Type();
  int64_t last = weights.size(1) - 1;
  Tensor sums = nn::cumsum(weights, 1);
  Tensor isBefore = nn::compare(dl::Predicate::le, sums,
                                nn::broadcastTo(bound, sums.shape()));
  Tensor place = nn::clamp(
      nn::sum(nn::cast(isBefore, i32), {1}, /*keepDims=*/true), {}, last);
  return {place, bound - nn::gather(sums - weights, place, 1)};
}

/// A symbol for each row of logits, as dl.categorical draws it, by one random
/// number for a row in place of one for each logit: where the sum of the
/// likelihoods passes it, first among blocks of symbols and then within one.
static Tensor drawSymbol(Tensor logits) {
  int64_t rows = logits.size(0), symbols = logits.size(1);
  int64_t block = 1;
  for (int64_t size = 1; size * size <= symbols; ++size)
    if (symbols % size == 0)
      block = size;
  Tensor weights = nn::exp(logits - nn::amax(logits, {1}, /*keepDims=*/true));
  Tensor blocks = nn::reshape(weights, {rows, symbols / block, block});
  Tensor sums = nn::sum(blocks, {2});
  Tensor part = nn::uniform(logits.program(), {rows, 1});
  auto [which, rest] =
      findSum(sums, part * nn::sum(sums, {1}, /*keepDims=*/true));
  Tensor index =
      nn::broadcastTo(nn::reshape(which, {rows, 1, 1}), {rows, 1, block});
  Tensor own = nn::reshape(nn::gather(blocks, index, 1), {rows, block});
  Tensor within = findSum(own, rest).first;
  Type i32 = logits.program().attributes().getI32Type();
  Tensor first =
      which * nn::full(logits.program(), {rows, 1}, double(block), i32);
  return nn::reshape(first + within, {rows});
}

//===----------------------------------------------------------------------===//
// Generator and oracle
//===----------------------------------------------------------------------===//

namespace {

/// Where sequences stand: N last symbols, and the state behind them.
struct Front {
  Tensor symbol, h, c;

  /// The first `count` sequences.
  Front first(int64_t count) const {
    int64_t width = h.size(2);
    return {nn::slice(symbol, {0}, {count}),
            nn::slice(h, {0, 0, 0}, {1, count, width}),
            nn::slice(c, {0, 0, 0}, {1, count, width})};
  }
};

/// Symbols that are drawn, trips x N, and the states behind each of them,
/// trips x N x width.
struct Drawn {
  Tensor symbols, h, c;
  Front end;
};

/// An LSTM that predicts the next symbol at each symbol. Sequences are length x
/// N; before the first symbol stands 0.
class SymbolLstm {
public:
  SymbolLstm(const nn::Scope &scope, const ModelOptions &options)
      : options(options),
        embedding(scope / "embedding", options.vocabulary, options.width),
        body(scope / "lstm", nn::RecurrentKind::Lstm, options.width,
             options.width),
        fc(scope / "fc", options.width, options.vocabulary) {}

  /// The negative log likelihood of each symbol, length x N.
  Tensor nll(Tensor symbols) const {
    int64_t length = symbols.size(0), count = symbols.size(1);
    Tensor start = nn::full(symbols.program(), {1, count}, 0,
                            symbols.type().getElementType());
    Tensor before =
        nn::concat({start, nn::slice(symbols, {0, 0}, {length - 1, count})}, 0);
    Tensor logits = fc(body(embedding(before))[0]);
    Tensor each = nn::crossEntropy(
        nn::reshape(logits, {length * count, options.vocabulary}),
        nn::reshape(symbols, {length * count}), {},
        {.reduction = nn::Reduction::None});
    return nn::reshape(each, symbols.shape());
  }

  Front begin(Program &program, int64_t count) const {
    Tensor zeros = nn::full(program, {1, count, options.width}, 0);
    Type i32 = program.attributes().getI32Type();
    return {nn::full(program, {count}, 0, i32), zeros, zeros};
  }

  /// Goes on with each sequence for so many symbols.
  Drawn draw(const Front &front, int64_t trips) const {
    int64_t count = front.symbol.size(0), width = options.width;
    Tensors results = front.symbol.program().scan(
        trips, {front.symbol, front.h, front.c}, {}, {},
        [&](ArrayRef<Tensor> now, ArrayRef<Tensor>,
            ArrayRef<Tensor>) -> nn::ScanStep {
          Tensor x = nn::reshape(embedding(now[0]), {1, count, width});
          nn::RecurrentInputs inputs;
          inputs.h0 = now[1];
          inputs.c0 = now[2];
          Tensors y = body(x, inputs);
          Tensor logits = fc(nn::reshape(y[0], {count, width}));
          Tensor next = drawSymbol(logits);
          return {{next, y[1], y[2]}, {next, y[1], y[2]}};
        });
    nn::Shape states{trips, count, width};
    return {results[3],
            nn::reshape(results[4], states),
            nn::reshape(results[5], states),
            {results[0], results[1], results[2]}};
  }

  /// Whole sequences, length x N.
  Tensor draw(Program &program, int64_t count) const {
    return draw(begin(program, count), options.length).symbols;
  }

private:
  const ModelOptions &options;
  nn::Embedding embedding;
  nn::Recurrent body;
  nn::Linear fc;
};

//===----------------------------------------------------------------------===//
// Discriminator
//===----------------------------------------------------------------------===//

/// A TextCNN with a highway layer (Srivastava et al., 2015).
class Discriminator {
public:
  Discriminator(const nn::Scope &scope, const ModelOptions &options)
      : dropout(scope.program(), options),
        embedding(scope / "embedding", options.vocabulary, options.features) {
    for (auto [symbols, channels] : windows(options)) {
      convs.emplace_back(scope / "convs" / int(convs.size()), options.features,
                         channels, symbols);
      sum += channels;
    }
    transform.emplace(scope / "highway" / "transform", sum, sum);
    gate.emplace(scope / "highway" / "gate", sum, sum);
    fc.emplace(scope / "fc", sum, 1);
  }

  /// Logits, N, that sequences length x N are real.
  Tensor operator()(Tensor symbols) const {
    Tensor x = nn::permute(embedding(symbols), {1, 2, 0});
    Tensors pooled;
    for (const nn::Conv1d &conv : convs)
      pooled.push_back(nn::amax(nn::relu(conv(x)), {2}));
    Tensor features = nn::concat(pooled, 1);
    Tensor carry = nn::sigmoid((*gate)(features));
    Tensor change = nn::relu((*transform)(features)) - features;
    Tensor y = (*fc)(dropout(features + carry * change));
    return nn::reshape(y, {symbols.size(1)});
  }

private:
  /// Lengths of windows and their numbers of channels: the paper's, with 100
  /// `--filters`, as far as they fit into a sequence.
  static std::vector<std::pair<int64_t, int64_t>>
  windows(const ModelOptions &options) {
    std::vector<std::pair<int64_t, int64_t>> result;
    auto add = [&](int64_t symbols, double share) {
      int64_t channels = std::max<int64_t>(1, share * options.filters);
      if (symbols <= options.length)
        result.push_back({symbols, channels});
    };
    add(1, 1);
    for (int64_t symbols = 2; symbols <= 5; ++symbols)
      add(symbols, 2);
    for (int64_t symbols = 6; symbols <= 10; ++symbols)
      add(symbols, 1);
    add(15, 1.6);
    add(20, 1.6);
    return result;
  }

  Dropout dropout;
  nn::Embedding embedding;
  std::vector<nn::Conv1d> convs;
  int64_t sum = 0;
  std::optional<nn::Linear> transform, gate, fc;
};

//===----------------------------------------------------------------------===//
// Roll-outs
//===----------------------------------------------------------------------===//

/// Ends of sequences that the generator draws for every prefix of a batch.
///
/// All prefixes go on at once, each from its own state, the shortest first. The
/// longer ones are complete sooner: now and then the loop is left, and goes on
/// with those that are not.
class RollOuts {
public:
  RollOuts(const SymbolLstm &generator, const ModelOptions &options)
      : generator(generator), length(options.length),
        rows(options.rollouts * options.batch), rollouts(options.rollouts) {}

  /// For every number of symbols that are given, from 1 to all, sequences: its
  /// result is length x length x (roll-outs x batch).
  Tensor operator()(const Drawn &given) const {
    Program &program = given.symbols.program();
    Tensors drawn{spread(given.symbols)};
    // For a prefix of `size` symbols (row `size` - 1 of a loop's prefixes) and
    // the number of symbols drawn behind it: the row among all drawn symbols.
    std::vector<std::vector<int64_t>> behind(length);
    int64_t end = length;

    int64_t prefixes = length - 1, done = 0;
    Front front = startOf(given, prefixes);
    while (done < length - 1) {
      prefixes = length - 1 - done;
      int64_t trips = std::min(tripsOfLoop(), length - 1 - done);
      Drawn part = generator.draw(front.first(prefixes * rows), trips);
      drawn.push_back(nn::reshape(part.symbols, {trips * prefixes, rows}));
      for (int64_t trip = 0; trip < trips; ++trip)
        for (int64_t prefix = 0; prefix < prefixes; ++prefix)
          behind[prefix].push_back(end + trip * prefixes + prefix);
      end += trips * prefixes;
      done += trips;
      front = part.end;
    }

    std::vector<int32_t> table;
    for (int64_t size = 1; size <= length; ++size)
      for (int64_t place = 0; place < length; ++place)
        table.push_back(place < size ? place : behind[size - 1][place - size]);
    Type i32 = program.attributes().getI32Type();
    Tensor places = nn::constant(
        program, DenseElementsAttr::get(program.tensor({length * length}, i32),
                                        ArrayRef(table)));
    Tensor all = nn::indexSelect(nn::concat(drawn, 0), places, 0);
    return nn::reshape(all, {length, length, rows});
  }

private:
  /// Trips of one loop. Fewer make more loops to compile, more let prefixes go
  /// on that are complete.
  int64_t tripsOfLoop() const { return std::max<int64_t>(1, length / 4); }

  /// ... x batch ... as ... x (roll-outs x batch) ...
  Tensor spread(Tensor x) const {
    nn::Shape shape(x.shape());
    shape.insert(shape.begin() + 1, 1);
    Tensor apart = nn::reshape(x, shape);
    shape[1] = rollouts;
    Tensor copies = nn::broadcastTo(apart, shape);
    shape.erase(shape.begin() + 1);
    shape[1] = rows;
    return nn::reshape(copies, shape);
  }

  Front startOf(const Drawn &given, int64_t prefixes) const {
    int64_t batch = given.symbols.size(1), width = given.h.size(2);
    auto state = [&](Tensor x) {
      Tensor some = nn::slice(x, {0, 0, 0}, {prefixes, batch, width});
      return nn::reshape(spread(some), {1, prefixes * rows, width});
    };
    Tensor symbols = nn::slice(given.symbols, {0, 0}, {prefixes, batch});
    return {nn::reshape(spread(symbols), {prefixes * rows}), state(given.h),
            state(given.c)};
  }

  const SymbolLstm &generator;
  int64_t length, rows, rollouts;
};

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

class SeqGan {
public:
  SeqGan(Program &program, const ModelOptions &options)
      : program(program), options(options),
        generator(program.root() / "generator", options),
        oracle(program.root() / "oracle", options),
        discriminator(program.root() / "discriminator", options) {
    declareState();
    addSteps();
  }

private:
  void declareState();
  void addSteps();

  Type i32() const { return program.attributes().getI32Type(); }
  /// The discriminator on so many sequences.
  nn::Function judge(StringRef name, int64_t count) const {
    RankedTensorType type = program.tensor({options.length, count}, i32());
    return program.function(name, {type}, [&](ArrayRef<Tensor> in) -> Tensors {
      return {discriminator(in[0])};
    });
  }
  void minimize(Tensor loss, StringRef network, StringRef optimizer,
                StringRef rate, const nn::MinimizeOptions &clauses) const {
    std::string pattern = (network + ".*").str();
    program.minimize(loss, optimizer, {StringRef(pattern)},
                     program.readHyperParameter(rate), clauses);
  }
  /// Whole batches that have a fifth of --sample sequences or more, to evaluate
  /// on.
  int64_t batchesHeldOut() const {
    return llvm::divideCeil(llvm::divideCeil(options.sample, 5), options.batch);
  }
  /// So many sequences as rows, a batch at a time.
  Tensor drawRows(const SymbolLstm &author, int64_t count) const {
    int64_t batches = llvm::divideCeil(count, options.batch);
    Tensor all =
        program.scan(batches, {}, {}, {},
                     [&](ArrayRef<Tensor>, ArrayRef<Tensor>,
                         ArrayRef<Tensor>) -> nn::ScanStep {
                       return {{}, {author.draw(program, options.batch)}};
                     })[0];
    Tensor rows = nn::reshape(nn::permute(all, {0, 2, 1}),
                              {batches * options.batch, options.length});
    return nn::slice(rows, {0, 0}, {count, options.length});
  }

  Program &program;
  const ModelOptions &options;
  SymbolLstm generator, oracle;
  Discriminator discriminator;
};

} // namespace

void SeqGan::declareState() {
  MLIRContext *context = program.context();
  Builder &b = program.attributes();
  auto number = [&](double value) { return b.getF64FloatAttr(value); };
  auto normal = [&](double deviation) {
    return dl::NormalAttr::get(context, number(0), number(deviation));
  };
  // An LSTM has two biases, whose sum counts; the paper's has one.
  program.initialize([&](StringRef name, RankedTensorType) -> Attribute {
    if (name.starts_with("discriminator."))
      return {};
    if (name.contains("lstm.bias_hh"))
      return dl::ZerosAttr::get(context);
    return normal(name.starts_with("oracle.") ? 1 : 0.1);
  });
  program.hyperParameter("lr", 1e-2);
  program.hyperParameter("g_lr", 1e-2);
  program.hyperParameter("d_lr", 1e-4);
  program.hyperParameter("baseline", 1);
  for (StringRef name : {"adam_likelihood", "adam_policy", "adam_judge"})
    program.optimizer(name, dl::AdamAttr::get(context, number(0.9),
                                              number(0.999), number(1e-8),
                                              number(0), /*amsgrad=*/false,
                                              /*decoupledWeightDecay=*/false));
}

void SeqGan::addSteps() {
  int64_t length = options.length, batch = options.batch;
  int64_t rows = options.rollouts * batch;
  nn::Function judgePairs = judge("judge", 2 * batch);
  nn::Function judgeRollOuts = judge("judge_roll_outs", rows);
  nn::Inputs inputs{{"real", program.tensor({batch, length}, i32())}};
  auto inTime = [](Tensor rows) { return nn::permute(rows, {1, 0}); };
  nn::MinimizeOptions clipped;
  clipped.clipNorm = 5.0;

  program.step("pretrain_g", inputs,
               [&](ArrayRef<Tensor> in) -> Outputs {
                 Tensor loss = nn::mean(generator.nll(inTime(in[0])));
                 minimize(loss, "generator", "adam_likelihood", "lr", clipped);
                 return {{"loss", loss}};
               },
               {}, {"generator.*"});

  program.step(
      "train_d", inputs,
      [&](ArrayRef<Tensor> in) -> Outputs {
        Tensor made = generator.draw(program, batch);
        Tensor both = nn::concat({inTime(in[0]), made}, 1);
        Tensor logits = judgePairs({both}, nn::Mode::Train)[0];
        Tensor label = nn::concat(
            {nn::full(program, {batch}, 1), nn::full(program, {batch}, 0)}, 0);
        Tensor loss = nn::bceWithLogits(logits, label);
        // The paper's program keeps the last layer small.
        nn::MinimizeOptions decay;
        decay.groups.push_back({{"discriminator.fc.*"}, 1, 0.2});
        minimize(loss, "discriminator", "adam_judge", "d_lr", decay);
        Tensor zero = nn::full(program, {2 * batch}, 0);
        Tensor isReal =
            nn::cast(nn::compare(dl::Predicate::gt, logits, zero), i32());
        Tensor correct = nn::countEqual(isReal, nn::cast(label, i32()));
        return {{"loss", loss},
                {"correct", correct},
                {"count", nn::full(program, {}, double(2 * batch), i32())}};
      },
      {}, {"discriminator.*"});

  program.step(
      "train_g", {},
      [&](ArrayRef<Tensor>) -> Outputs {
        Drawn drawn = generator.draw(generator.begin(program, batch), length);
        Tensor complete = RollOuts(generator, options)(drawn);
        Tensor judged =
            program.scan(length, {}, {complete}, {},
                         [&](ArrayRef<Tensor>, ArrayRef<Tensor> slices,
                             ArrayRef<Tensor>) -> nn::ScanStep {
                           Tensor logits =
                               judgeRollOuts({slices[0]}, nn::Mode::Eval)[0];
                           return {{}, {nn::sigmoid(logits)}};
                         })[0];
        Tensor reward = nn::mean(
            nn::reshape(judged, {length, options.rollouts, batch}), {1});
        // The mean reward of sequences at the same place, or a part of it. The
        // paper's program has none.
        Tensor mean = nn::mean(reward, {1}, /*keepDims=*/true);
        Tensor advantage =
            reward - program.readHyperParameter("baseline") * mean;
        Tensor nll = generator.nll(drawn.symbols);
        Tensor loss = nn::mean(nll * nn::stopGradient(advantage));
        minimize(loss, "generator", "adam_policy", "g_lr", clipped);
        return {{"loss", loss}, {"reward", nn::mean(reward)}};
      },
      {}, {"generator.*"});

  // The likelihood of made sequences under the oracle, and of real ones under
  // the generator.
  int64_t batches = batchesHeldOut(), heldOut = batches * batch;
  nn::Inputs heldOutInputs{{"real", program.tensor({heldOut, length}, i32())}};
  program.step("evaluate", heldOutInputs, [&](ArrayRef<Tensor> in) -> Outputs {
    Tensor real = nn::reshape(in[0], {batches, batch, length});
    Tensors each =
        program.scan(batches, {}, {real}, {},
                     [&](ArrayRef<Tensor>, ArrayRef<Tensor> slices,
                         ArrayRef<Tensor>) -> nn::ScanStep {
                       Tensor made = generator.draw(program, batch);
                       return {{},
                               {nn::mean(oracle.nll(made)),
                                nn::mean(generator.nll(inTime(slices[0])))}};
                     });
    return {{"oracle_nll", nn::mean(each[0])}, {"nll", nn::mean(each[1])}};
  });
  program.step("draw_real", {}, [&](ArrayRef<Tensor>) -> Outputs {
    return {{"real", drawRows(oracle, options.sample)},
            {"held_out", drawRows(oracle, heldOut)}};
  });
  program.step("generate", {}, [&](ArrayRef<Tensor>) -> Outputs {
    return {{"text", drawRows(generator, heldOut)}};
  });
}

Module models::buildSeqGan(MLIRContext &context, const ModelOptions &options) {
  Program program(context, "seqgan");
  SeqGan steps(program, options);
  return program.finish();
}
