//===- Words.cpp - Words that an op or an attribute does not know ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Words.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// The word of `dl` for a word of another framework.
static StringRef wordHere(StringRef word) {
  return llvm::StringSwitch<StringRef>(word)
      .CasesLower({"dim", "dims", "dimension", "dimensions"}, "axis")
      .CasesLower({"rate", "prob", "probability", "ratio"}, "p")
      .CasesLower({"alpha", "negslope"}, "slope")
      .CasesLower({"pads", "border"}, "padding")
      .CasesLower({"window", "ksize", "pool"}, "kernel")
      .CasesLower({"std", "stddev", "stdev", "sigma", "scale"}, "deviation")
      .CasesLower({"loc", "mu"}, "mean")
      .CasesLower({"minval", "lower"}, "low")
      .CasesLower({"maxval", "upper"}, "high")
      .CasesLower({"unbiased", "ddof"}, "correction")
      .CasesLower({"temperature", "temp"}, "tau")
      .CasesLower({"activation", "act"}, "nonlinearity")
      .CasesLower({"ord", "order"}, "p")
      .CasesLower({"wd", "l2", "decay"}, "weight_decay")
      .CaseLower("rho", "alpha")
      .CaseLower("bptt", "truncate")
      .Default(word);
}

/// The names of ops in other frameworks, and their names here.
static constexpr std::pair<StringRef, StringRef> otherOps[] = {
    {"sum", "reduce_sum"},
    {"sum_to_size", "reduce_sum"},
    {"amax", "reduce_max"},
    {"amin", "reduce_min"},
    {"prod", "reduce_prod"},
    {"reduce_mean", "mean"},
    {"average", "mean"},
    {"avg", "mean"},
    {"variance", "var"},
    {"std", "var"},
    {"conv", "conv2d"},
    {"convolution", "conv2d"},
    {"conv2", "conv2d"},
    {"deconv", "conv_transpose2d"},
    {"deconv2d", "conv_transpose2d"},
    {"conv2d_transpose", "conv_transpose2d"},
    {"convtranspose2d", "conv_transpose2d"},
    {"view", "reshape"},
    {"squeeze", "reshape"},
    {"unsqueeze", "reshape"},
    {"expand_dims", "reshape"},
    {"permute", "transpose"},
    {"swapaxes", "transpose"},
    {"t", "transpose"},
    {"expand", "broadcast"},
    {"tile", "broadcast"},
    {"repeat", "broadcast"},
    {"broadcast_to", "broadcast"},
    {"expand_as", "broadcast"},
    {"cat", "concat"},
    {"concatenate", "concat"},
    {"chunk", "split"},
    {"unbind", "split"},
    {"flip", "reverse"},
    {"flipud", "reverse"},
    {"fliplr", "reverse"},
    {"bmm", "matmul"},
    {"mm", "matmul"},
    {"dot", "matmul"},
    {"mv", "matmul"},
    {"einsum", "matmul"},
    {"addmm", "matmul"},
    {"gemm", "matmul"},
    {"dense", "linear"},
    {"fc", "linear"},
    {"fully_connected", "linear"},
    {"bn", "batch_norm"},
    {"batchnorm", "batch_norm"},
    {"batchnorm1d", "batch_norm"},
    {"batchnorm2d", "batch_norm"},
    {"ln", "layer_norm"},
    {"lrn", "local_response_norm"},
    {"ce", "cross_entropy"},
    {"ce_loss", "cross_entropy"},
    {"crossentropy", "cross_entropy"},
    {"cross_entropy_loss", "cross_entropy"},
    {"mse_loss", "mse"},
    {"l2_loss", "mse"},
    {"l1_loss", "l1"},
    {"mae", "l1"},
    {"mae_loss", "l1"},
    {"nll_loss", "nll"},
    {"nllloss", "nll"},
    {"binary_cross_entropy", "bce"},
    {"bce_loss", "bce"},
    {"log_loss", "bce"},
    {"binary_cross_entropy_with_logits", "bce_with_logits"},
    {"bce_logits", "bce_with_logits"},
    {"kldiv", "kl_div"},
    {"kl", "kl_div"},
    {"sdpa", "scaled_dot_product_attention"},
    {"attention", "scaled_dot_product_attention"},
    {"multi_head_attention", "scaled_dot_product_attention"},
    {"multihead_attention", "scaled_dot_product_attention"},
    {"swish", "silu"},
    {"hardswish", "hard_swish"},
    {"hswish", "hard_swish"},
    {"hardsigmoid", "hard_sigmoid"},
    {"hsigmoid", "hard_sigmoid"},
    {"clip", "clamp"},
    {"clamp_min", "clamp"},
    {"clamp_max", "clamp"},
    {"where", "select"},
    {"masked_fill", "select"},
    {"detach", "stop_gradient"},
    {"no_grad", "stop_gradient"},
    {"stopgradient", "stop_gradient"},
    {"grad", "gradient"},
    {"grads", "gradient"},
    {"backward", "gradient"},
    {"arange", "iota"},
    {"range", "iota"},
    {"linspace", "iota"},
    {"full", "constant"},
    {"zeros", "constant"},
    {"ones", "constant"},
    {"const", "constant"},
    {"fill", "constant"},
    {"randn", "normal"},
    {"randn_like", "normal"},
    {"rand", "uniform"},
    {"rand_like", "uniform"},
    {"randperm", "permutation"},
    {"shuffle", "permutation"},
    {"multinomial", "categorical"},
    {"to", "cast"},
    {"astype", "cast"},
    {"type", "cast"},
    {"float", "cast"},
    {"convert", "cast"},
    {"topk", "top_k"},
    {"multiply", "mul"},
    {"times", "mul"},
    {"subtract", "sub"},
    {"minus", "sub"},
    {"divide", "div"},
    {"true_divide", "div"},
    {"power", "pow"},
    {"negative", "neg"},
    {"maximum", "max"},
    {"minimum", "min"},
    {"eq", "compare"},
    {"ne", "compare"},
    {"lt", "compare"},
    {"le", "compare"},
    {"gt", "compare"},
    {"ge", "compare"},
    {"equal", "compare"},
    {"less", "compare"},
    {"greater", "compare"},
    {"take", "gather"},
    {"scatter", "scatter_add"},
    {"parameter", "param"},
    {"weight", "param"},
    {"hyper", "hparam"},
    {"hyperparameter", "hparam"},
    {"hyper_parameter", "hparam"},
    {"function", "func"},
    {"def", "func"},
    {"module", "model"},
    {"network", "model"},
    {"load", "read"},
    {"get", "read"},
    {"store", "write"},
    {"assign", "write"},
    {"set", "write"},
};

ArrayRef<std::pair<StringRef, StringRef>> dlc::dl::opsOfOthers() {
  return otherOps;
}

StringRef dlc::dl::opHere(StringRef name) {
  for (auto [other, here] : otherOps)
    if (name.equals_insensitive(other))
      return here;
  return {};
}

StringRef dlc::dl::initializerHere(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .CasesLower({"glorot", "glorot_uniform", "xavier"}, "xavier_uniform")
      .CaseLower("glorot_normal", "xavier_normal")
      .CasesLower({"he", "he_uniform", "kaiming"}, "kaiming_uniform")
      .CaseLower("he_normal", "kaiming_normal")
      .CasesLower({"eye", "eye_"}, "identity")
      .CasesLower({"randn", "random_normal", "gaussian"}, "normal")
      .CasesLower({"rand", "random_uniform", "random"}, "uniform")
      .CasesLower({"trunc_normal", "trunc_normal_"}, "truncated_normal")
      .CasesLower({"full", "fill", "const", "dense", "value"}, "constant")
      .Default("");
}

std::string dlc::dl::whatIsKnown(StringRef word, ArrayRef<StringRef> known) {
  SmallVector<StringRef> words;
  word.split(words, '_');
  std::string translated =
      llvm::join(llvm::map_range(words, wordHere), StringRef("_"));
  std::string nearest;
  if (translated != word)
    nearest = suggestion(translated, known);
  if (nearest.empty())
    nearest = suggestion(word, known);
  if (!nearest.empty())
    return nearest;
  if (known.empty())
    return "; there is none";
  return "; there is " + llvm::join(known, ", ");
}

SmallVector<StringRef> dlc::dl::attributeWords(OperationName op) {
  SmallVector<StringRef> words;
  for (StringAttr name : op.getAttributeNames())
    if (!name.strref().ends_with("SegmentSizes"))
      words.push_back(name);
  return words;
}

LogicalResult dlc::dl::verifyKnownAttributes(Operation *op) {
  bool known = true;
  for (NamedAttribute attr : op->getDiscardableAttrs()) {
    StringRef name = attr.getName();
    if (name.contains('.'))
      continue;
    op->emitOpError() << "has no attribute '" << name << "'"
                      << whatIsKnown(name, attributeWords(op->getName()));
    known = false;
  }
  return success(known);
}

LogicalResult
dlc::dl::verifyPropertyWords(OperationName op, Attribute properties,
                             function_ref<InFlightDiagnostic()> emitError) {
  auto dictionary = dyn_cast_or_null<DictionaryAttr>(properties);
  if (!dictionary)
    return success();
  for (NamedAttribute entry : dictionary)
    if (!llvm::is_contained(op.getAttributeNames(), entry.getName()))
      return emitError() << "there is no attribute '"
                         << entry.getName().strref() << "'"
                         << whatIsKnown(entry.getName(), attributeWords(op));
  return success();
}

/// The first character from `text` on that is neither white space nor in a
/// comment.
static const char *skipSpace(const char *text) {
  while (true) {
    while (*text && llvm::isSpace(*text))
      ++text;
    if (text[0] != '/' || text[1] != '/')
      return text;
    while (*text && *text != '\n')
      ++text;
  }
}

/// The text behind the string at whose opening quote `text` stands.
static const char *skipString(const char *text) {
  for (++text; *text && *text != '"' && *text != '\n'; ++text)
    if (*text == '\\' && text[1])
      ++text;
  return *text == '"' ? text + 1 : text;
}

ParseResult dlc::dl::parseWords(AsmParser &parser, ArrayRef<StringRef> known) {
  // The text is looked through ahead of the parser, which would say no more
  // than that the name is unknown. It ends with a 0.
  const char *text = skipSpace(parser.getCurrentLocation().getPointer());
  if (*text != '<')
    return success();
  int depth = 0;
  bool first = false; // whether a parameter begins here
  while (*text) {
    if (*text == '"') {
      text = skipString(text);
      first = false;
    } else if (llvm::isAlpha(*text) || *text == '_') {
      const char *begin = text;
      while (llvm::isAlnum(*text) || *text == '_')
        ++text;
      StringRef word(begin, text - begin);
      if (first && *skipSpace(text) == '=' && !llvm::is_contained(known, word))
        return parser.emitError(SMLoc::getFromPointer(begin))
               << "there is no parameter '" << word << "'"
               << whatIsKnown(word, known);
      first = false;
    } else {
      if (StringRef("<([{").contains(*text))
        ++depth;
      if (StringRef(">)]}").contains(*text) && --depth == 0)
        return success();
      first = depth == 1 && StringRef("<,").contains(*text);
      ++text;
    }
    text = skipSpace(text);
  }
  return success();
}
