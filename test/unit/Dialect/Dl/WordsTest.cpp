//===- WordsTest.cpp - No word is ignored ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "lib/Dialect/Dl/Words.h"

#include "Corpus.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::test;

namespace {

struct WordsTest : ::testing::Test {
  Corpus corpus;
  Builder b{&corpus.context()};

  std::string verify(Operation *op) {
    return corpus.errors([&] { return op->getName().verifyInvariants(op); });
  }
};

/// The check is a trait, so that it holds for ops that a test has no program
/// of.
TEST_F(WordsTest, EveryOpHasTheTrait) {
  for (RegisteredOperationName op : corpus.registered())
    EXPECT_TRUE(op.hasTrait<dl::KnownAttributes>()) << op.getStringRef().str();
}

TEST_F(WordsTest, AnUnknownWordIsAnErrorOnEveryOp) {
  for (RegisteredOperationName name : corpus.registered())
    for (Operation *op : corpus.instances(name.getStringRef())) {
      EXPECT_EQ(verify(op), "");
      op->setDiscardableAttr("unheard", b.getUnitAttr());
      EXPECT_TRUE(StringRef(verify(op)).contains("has no attribute 'unheard'"))
          << name.getStringRef().str();
      op->removeDiscardableAttr("unheard");
      op->setDiscardableAttr("dialect.unheard", b.getUnitAttr());
      EXPECT_EQ(verify(op), "");
      op->removeDiscardableAttr("dialect.unheard");
    }
}

/// One letter too many in each word of each op.
TEST_F(WordsTest, TheNearestWordIsNamed) {
  unsigned words = 0;
  for (RegisteredOperationName name : corpus.registered())
    for (StringRef word : dl::attributeWords(name)) {
      std::string misspelt = (word + word.take_back()).str();
      Operation *op = corpus.instances(name.getStringRef()).front();
      op->setDiscardableAttr(misspelt, b.getUnitAttr());
      EXPECT_TRUE(StringRef(verify(op))
                      .contains(("has no attribute '" + misspelt +
                                 "'; did you mean '" + word + "'?")
                                    .str()))
          << name.getStringRef().str() << ": " << misspelt;
      op->removeDiscardableAttr(misspelt);
      ++words;
    }
  EXPECT_GT(words, 100u);
}

/// What the generic form has between <{ and }>.
TEST_F(WordsTest, AnUnknownPropertyIsAnErrorOnEveryOp) {
  for (RegisteredOperationName name : corpus.registered()) {
    Operation *op = corpus.instances(name.getStringRef()).front();
    auto set = [&](Attribute properties) {
      return corpus.errors([&] {
        return op->setPropertiesFromAttribute(properties,
                                              [&] { return op->emitError(); });
      });
    };
    Attribute known = op->getPropertiesAsAttribute();
    NamedAttrList entries(dyn_cast_or_null<DictionaryAttr>(known));
    if (known)
      EXPECT_EQ(set(known), "");
    entries.append("unheard", b.getUnitAttr());
    EXPECT_NE(set(entries.getDictionary(&corpus.context())), "")
        << name.getStringRef().str();
  }
}

/// What PyTorch, TensorFlow and ONNX say.
TEST_F(WordsTest, WordsOfOtherFrameworks) {
  struct {
    StringRef op, word, here;
  } cases[] = {{"leaky_relu", "negative_slope", "slope"},
               {"leaky_relu", "alpha", "slope"},
               {"dropout", "rate", "p"},
               {"dropout", "prob", "p"},
               {"layer_norm", "epsilon", "eps"},
               {"cross_entropy", "smoothing", "label_smoothing"},
               {"cross_entropy", "ignore", "ignore_index"},
               {"scaled_dot_product_attention", "causal", "is_causal"},
               {"softmax", "dim", "axis"},
               {"reduce_sum", "dim", "axes"},
               {"reduce_sum", "dims", "axes"},
               {"reduce_sum", "keepdim", "keep_dims"},
               {"flatten", "start_dim", "start_axis"},
               {"conv2d", "strides", "stride"},
               {"conv2d", "pads", "padding"},
               {"conv2d", "dilation_rate", "dilation"},
               {"max_pool2d", "kernel_size", "kernel"},
               {"group_norm", "num_groups", "groups"},
               {"lstm", "num_layers", "layers"},
               {"var", "unbiased", "correction"},
               {"normal", "std", "deviation"},
               {"gumbel_softmax", "temperature", "tau"},
               {"rnn", "activation", "nonlinearity"},
               {"step_lr", "step", "step_size"}};
  for (auto [op, word, here] : cases) {
    OperationName name(("dl." + op).str(), &corpus.context());
    EXPECT_EQ(dl::whatIsKnown(word, dl::attributeWords(name)),
              ("; did you mean '" + here + "'?").str())
        << op.str() << " " << word.str();
  }
  EXPECT_EQ(dl::whatIsKnown("activation", {}), "; there is none");
  EXPECT_EQ(dl::whatIsKnown("inplace", {"axis", "eps"}),
            "; there is axis, eps");
}

/// Names of ops in other frameworks. Those that are names here need no other.
TEST_F(WordsTest, OpsOfOtherFrameworks) {
  for (auto [name, here] :
       std::initializer_list<std::pair<StringRef, StringRef>>{
           {"sum", "reduce_sum"},
           {"view", "reshape"},
           {"permute", "transpose"},
           {"cat", "concat"},
           {"bmm", "matmul"},
           {"where", "select"},
           {"crossentropy", "cross_entropy"},
           {"arange", "iota"},
           {"conv", "conv2d"},
           {"detach", "stop_gradient"},
           {"relu", ""}})
    EXPECT_EQ(dl::opHere(name), here) << name.str();
  for (RegisteredOperationName op : corpus.registered())
    EXPECT_EQ(dl::opHere(op.getStringRef().drop_front(3)), "")
        << op.getStringRef().str();
  for (auto [name, here] : dl::opsOfOthers())
    EXPECT_TRUE(corpus.context().isOperationRegistered(("dl." + here).str()))
        << name.str() << " is called " << here.str();
}

/// Parameters of optimizers and initialisers: the text of each kind of
/// attribute with one that it lacks.
TEST_F(WordsTest, AnUnknownParameterIsAnError) {
  auto parse = [&](StringRef text) {
    return corpus.errors(
        [&] { return success(bool(parseAttribute(text, &corpus.context()))); });
  };
  for (StringRef rule :
       {"sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "adamax",
        "nadam", "radam", "lion", "lamb", "muon", "ranger", "truncated_normal",
        "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal",
        "orthogonal"})
    EXPECT_TRUE(StringRef(parse(("#dl." + rule + "<unheard = 1.0>").str()))
                    .starts_with("there is no parameter 'unheard'; there is "))
        << rule.str();
  EXPECT_EQ(parse("#dl.adam<beta1 = 0.9, epsilon = 1.0e-8>"),
            "there is no parameter 'epsilon'; did you mean 'eps'?\n");
  EXPECT_EQ(parse("#dl.adam< // beta3 = 1.0>\n beta_2 = 0.9>"),
            "there is no parameter 'beta_2'; did you mean 'beta2'?\n");
  EXPECT_EQ(parse("#dl.lookahead<#dl.adam<beta2 = 0.9>, steps = 5>"),
            "there is no parameter 'steps'; there is k, alpha\n");
  EXPECT_EQ(parse("#dl.lookahead<#dl.adam<betta2 = 0.9>, k = 5>"),
            "there is no parameter 'betta2'; did you mean 'beta2'?\n"
            "failed to parse Dl_LookaheadAttr parameter 'inner' which is to be "
            "a `::mlir::Attribute`\n");
  EXPECT_EQ(parse("#dl.group<[\"a, b = c\"], decay = 0.0>"),
            "there is no parameter 'decay'; did you mean 'weight_decay'?\n");
  EXPECT_EQ(parse("#dl.adam<beta1 = @a, eps = 1.0e-8>"), "");
  EXPECT_EQ(parse("#dl.kaiming_uniform<mode = fan_out, nonlinearity = relu>"),
            "");
}

} // namespace
