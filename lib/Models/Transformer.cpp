//===- Transformer.cpp - A language model of attention --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The decoder of Vaswani et al., "Attention is all you need", NIPS 2017, with
// the norms before attention and perceptron and with learned positions, as in
// Radford et al., "Language models are unsupervised multitask learners", 2019:
// its initial distributions too.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "LanguageModel.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

namespace {

/// Attention to earlier places, then a perceptron, each beside a shortcut.
class Block {
public:
  Block(const nn::Scope &scope, int64_t width, int64_t heads,
        const Dropout &dropout)
      : heads(heads), dropout(dropout), ln1(scope / "ln1", {width}),
        qkv(scope / "qkv", width, 3 * width),
        proj(scope / "proj", width, width), ln2(scope / "ln2", {width}),
        fc1(scope / "fc1", width, 4 * width),
        fc2(scope / "fc2", 4 * width, width) {}

  Tensor operator()(Tensor x) const {
    x = x + dropout(proj(attend(qkv(ln1(x)))));
    return x + dropout(fc2(nn::gelu(fc1(ln2(x)))));
  }

private:
  /// N x T x 3 width to N x T x width, each head on its own.
  Tensor attend(Tensor x) const {
    int64_t n = x.size(0), length = x.size(1), width = x.size(2) / 3;
    x = nn::reshape(x, {n, length, 3, heads, width / heads});
    x = nn::permute(x, {2, 0, 3, 1, 4});
    Tensors parts;
    for (Tensor part : nn::split(x, {1, 1, 1}, 0))
      parts.push_back(nn::reshape(part, {n, heads, length, width / heads}));
    x = nn::scaledDotProductAttention(parts[0], parts[1], parts[2], {},
                                      /*isCausal=*/true);
    return nn::reshape(nn::permute(x, {0, 2, 1, 3}), {n, length, width});
  }

  int64_t heads;
  Dropout dropout;
  nn::LayerNorm ln1;
  nn::Linear qkv, proj;
  nn::LayerNorm ln2;
  nn::Linear fc1, fc2;
};

class Transformer {
public:
  Transformer(Program &program, const ModelOptions &options)
      : options(options), dropout(program, options),
        tok(program.root() / "tok", options.vocabulary, options.width),
        pos(program.parameter(program.root() / "pos" / "weight",
                              {options.length, options.width},
                              dl::ZerosAttr::get(program.context()))),
        norm(program.root() / "ln_f", {options.width}),
        head(program.root() / "head", options.width, options.vocabulary) {
    for (int64_t i = 0; i < options.layers; ++i)
      blocks.add(Block(program.root() / "blocks" / int(i), options.width,
                       options.heads, dropout));
  }

  /// N x T to N x T x vocabulary.
  Tensor operator()(Tensor text) const {
    Tensor x = tok(text) + pos.read();
    return head(norm(blocks(dropout(x))));
  }

  /// The characters after `first`: trip t of a loop draws character t + 1 of a
  /// text that begins with `first`, from the logits at place t. What comes
  /// after it in the text has no part in them. `net` takes the text to logits.
  Tensor draw(const nn::Function &net, Tensor first, Tensor temperature) const {
    Program &program = first.program();
    int64_t length = options.length;
    Type i32 = program.attributes().getI32Type();
    Tensor places = nn::iota(program, {length}, 0, i32);
    Tensor start = nn::full(program, {length}, 0, i32);
    Tensor noise = nn::gumbel(program, {length, 1, options.vocabulary});
    Tensors results = program.scan(
        length, {setAt(start, places, start, first)}, {places, noise},
        {temperature, places},
        [&](ArrayRef<Tensor> now, ArrayRef<Tensor> slices,
            ArrayRef<Tensor> invariants) -> nn::ScanStep {
          Tensor text = now[0];
          Tensor logits =
              net({nn::reshape(text, {1, length})}, nn::Mode::Eval)[0];
          logits = nn::reshape(logits, {length, options.vocabulary});
          Tensor place = nn::reshape(slices[0], {1});
          Tensor row = nn::indexSelect(logits, place, 0);
          Tensor next = drawCharacter(row, invariants[0], slices[1]);
          Tensor after = nn::broadcastTo(place + one(program), {length});
          return {{setAt(text, invariants[1], after, next)}, {next}};
        });
    return nn::reshape(results.back(), {length});
  }

private:
  /// The text with a character where `places` has `wanted`.
  static Tensor setAt(Tensor text, Tensor places, Tensor wanted,
                      Tensor character) {
    Tensor isHere = nn::compare(dl::Predicate::eq, places, wanted);
    return nn::where(isHere, nn::broadcastTo(character, text.shape()), text);
  }
  static Tensor one(Program &program) {
    return nn::full(program, {1}, 1, program.attributes().getI32Type());
  }

  const ModelOptions &options;
  Dropout dropout;
  nn::Embedding tok;
  nn::State pos;
  nn::LayerNorm norm;
  nn::Linear head;
  nn::Sequential blocks;
};

} // namespace

Module models::buildTransformer(MLIRContext &context,
                                const ModelOptions &options) {
  Program program(context, "transformer");
  if (options.width % options.heads) {
    mlir::emitError(UnknownLoc::get(&context))
        << "--heads " << options.heads << " do not share --width "
        << options.width << ": expected a divisor of it";
    return nullptr;
  }
  Transformer net(program, options);
  initializeNormal(program, 0.02);
  Recipe recipe = chooseRecipe(options, {"adamw", 1e-3, 0.1});
  recipe.minimize.clipNorm = 1.0;
  if (recipe.weightDecay)
    recipe.minimize.groups = {{{"*.bias", "ln_f.weight", "*.ln1.weight",
                                "*.ln2.weight", "tok.*", "pos.*"},
                               1,
                               0.0}};
  addLanguageModel(program, options, recipe, [&](Tensor text) {
    return nn::permute(net(nn::permute(text, {1, 0})), {1, 0, 2});
  });
  Type i32 = program.attributes().getI32Type();
  nn::Function one = program.function(
      "one", {program.tensor({1, options.length}, i32)},
      [&](ArrayRef<Tensor> in) -> Tensors { return {net(in[0])}; });
  addSampling(program, options, [&](Tensor first, Tensor temperature) {
    return net.draw(one, first, temperature);
  });
  return program.finish();
}
