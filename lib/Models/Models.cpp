//===- Models.cpp - The table of reference models -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Models.h"

#include "Families.h"
#include "Recipe.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::RecurrentKind;

//===----------------------------------------------------------------------===//
// Defaults
//===----------------------------------------------------------------------===//

static constexpr StringRef activations[] = {"sigmoid", "tanh", "relu",
                                            "leaky_relu", "maxout"};
static constexpr StringRef vectorNorms[] = {"none", "batch", "layer", "weight"};
static constexpr StringRef relaxations[] = {"gumbel", "straight-through",
                                            "softmax", "none"};
static constexpr StringRef imageNorms[] = {"none", "batch"};
static constexpr StringRef criticNorms[] = {"none", "layer"};

static ModelOptions classifier(int64_t batch, int64_t classes,
                               StringRef optimizer) {
  ModelOptions options;
  options.batch = batch;
  options.classes = classes;
  options.optimizer = {optimizer, optimizerNames()};
  return options;
}

/// Options for images of 3 x 224 x 224 and 1000 classes.
static ModelOptions large(int64_t batch, StringRef optimizer) {
  ModelOptions options = classifier(batch, 1000, optimizer);
  options.image = {3, 224, 224};
  return options;
}
static ModelOptions large(int64_t batch, StringRef optimizer, double dropout) {
  ModelOptions options = large(batch, optimizer);
  options.dropout = dropout;
  return options;
}

/// Options for images of 28 x 28 or 32 x 32 and 10 classes.
static ModelOptions small(int64_t batch, StringRef optimizer) {
  ModelOptions options = classifier(batch, 10, optimizer);
  options.image = {1, 28, 28};
  return options;
}
static ModelOptions small(int64_t batch, StringRef optimizer, int64_t width,
                          double dropout) {
  ModelOptions options = small(batch, optimizer);
  options.width = width;
  options.dropout = dropout;
  return options;
}

static ModelOptions small(int64_t batch, StringRef optimizer, int64_t width,
                          double dropout, StringRef norm) {
  ModelOptions options = small(batch, optimizer, width, dropout);
  options.norm = {norm, imageNorms};
  return options;
}

static ModelOptions mlp() {
  ModelOptions options = small(128, "adam", 256, 0);
  options.layers = 2;
  options.activation = {"relu", activations};
  options.norm = {"none", vectorNorms};
  return options;
}

static ModelOptions languageModel(int64_t batch, StringRef optimizer,
                                  int64_t length) {
  ModelOptions options;
  options.batch = batch;
  options.width = 128;
  options.layers = 2;
  options.vocabulary = 65;
  options.length = length;
  options.optimizer = {optimizer, optimizerNames()};
  return options;
}
static ModelOptions charModel() {
  ModelOptions options = languageModel(32, "adam", 50);
  options.sample = 500;
  return options;
}
static ModelOptions transformer() {
  ModelOptions options = languageModel(32, "adamw", 64);
  options.heads = 4;
  options.dropout = 0;
  return options;
}

static ModelOptions rowModel() {
  ModelOptions options = small(128, "adam", 128, 0);
  options.layers = options.directions = 1;
  return options;
}
static ModelOptions texts(double dropout) {
  ModelOptions options = classifier(50, 2, "adam");
  options.vocabulary = 22000;
  options.length = 64;
  options.features = 300;
  options.dropout = dropout;
  return options;
}
static ModelOptions textModel() {
  ModelOptions options = texts(0.5);
  options.width = 128;
  options.layers = 1;
  options.directions = 2;
  return options;
}
static ModelOptions textCnn() {
  ModelOptions options = texts(0.5);
  options.width = 100;
  options.kMax = 1;
  return options;
}

/// Options for networks that make small images of `latent` random numbers.
static ModelOptions generative(int64_t width, int64_t sample) {
  ModelOptions options;
  options.batch = 64;
  options.image = {1, 28, 28};
  options.width = width;
  options.sample = sample;
  options.latent = 100;
  return options;
}
static ModelOptions gan() {
  ModelOptions options = generative(256, 64);
  options.layers = 3;
  options.dropout = 0.3;
  return options;
}
static ModelOptions cgan() {
  ModelOptions options = generative(64, 100);
  options.classes = 10;
  return options;
}
static ModelOptions wganGp() {
  ModelOptions options = generative(64, 64);
  options.norm = {"layer", criticNorms};
  return options;
}

static ModelOptions graph(int64_t nodes, int64_t edges, int64_t classes,
                          int64_t width) {
  ModelOptions options = classifier(0, classes, "adam");
  options.nodes = nodes;
  options.edges = edges;
  options.width = width;
  options.dropout = 0.5;
  return options;
}
static ModelOptions gcn() {
  ModelOptions options = graph(2708, 10556, 7, 16);
  options.features = 1433;
  return options;
}

static ModelOptions gumbelGan() {
  ModelOptions options;
  options.batch = 128;
  options.width = 64;
  options.vocabulary = 6;
  options.length = 12;
  options.sample = 1000;
  options.features = 32;
  options.relaxation = {"gumbel", relaxations};
  return options;
}
static ModelOptions seqGan() {
  ModelOptions options;
  options.batch = 64;
  options.width = 32;
  options.vocabulary = 5000;
  options.length = 20;
  options.sample = 10000;
  options.features = 64;
  options.filters = 100;
  options.rollouts = 16;
  options.dropout = 0.25;
  return options;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// The build function of a variant of a family.
#define VARIANT(...)                                                           \
  [](MLIRContext &context, const ModelOptions &options) -> Module {            \
    return __VA_ARGS__;                                                        \
  }

static std::vector<ModelEntry> makeTable() {
  constexpr StringRef imageFiles = "npy:image=x.npy,label=y.npy";
  constexpr StringRef fashion = "fashion-mnist";
  constexpr StringRef characters = "text:corpus.txt,length=50";
  constexpr StringRef sameBatch = "train_d+train_g";
  constexpr StringRef fiveCritics = "train_critic*5,train_generator";
  return {
      {"mlp",
       "multilayer perceptron (Rumelhart et al., Nature 1986), for small "
       "images",
       mlp(), buildMlp, fashion},
      {"lenet5",
       "LeNet-5 for grey images of 28 x 28 (LeCun et al., Proceedings of the "
       "IEEE 1998)",
       classifier(64, 10, "adam"), buildLeNet5, fashion},
      {"alexnet",
       "AlexNet in two groups, with local response normalisation (Krizhevsky "
       "et al., NIPS 2012)",
       large(128, "sgd", 0.5), buildAlexNet, imageFiles},
      {"alexnet2014",
       "AlexNet in one column, as torchvision's alexnet (Krizhevsky, 2014)",
       large(128, "sgd", 0.5), buildAlexNet2014, imageFiles},
      {"alexnet-small",
       "AlexNet for small images, with local response normalisation "
       "(Krizhevsky et al., NIPS 2012)",
       small(128, "sgd", 48, 0.5), buildAlexNetSmall, fashion},
      {"vgg11", "VGG-11 (Simonyan and Zisserman, ICLR 2015)",
       large(32, "sgd", 0.5), VARIANT(buildVgg(context, options, "vgg11")),
       imageFiles},
      {"vgg11_bn",
       "VGG-11 with batch norms (Simonyan and Zisserman, ICLR 2015)",
       large(32, "sgd", 0.5), VARIANT(buildVgg(context, options, "vgg11_bn")),
       imageFiles},
      {"vgg16", "VGG-16 (Simonyan and Zisserman, ICLR 2015)",
       large(32, "sgd", 0.5), VARIANT(buildVgg(context, options, "vgg16")),
       imageFiles},
      {"vgg16_bn",
       "VGG-16 with batch norms (Simonyan and Zisserman, ICLR 2015)",
       large(32, "sgd", 0.5), VARIANT(buildVgg(context, options, "vgg16_bn")),
       imageFiles},
      {"vgg11-small",
       "VGG-11 for small images, with one fully connected layer (Simonyan and "
       "Zisserman, ICLR 2015)",
       small(128, "sgd", 32, 0.5, "batch"), buildVgg11Small, fashion},
      {"nin", "Network in network for ImageNet (Lin et al., ICLR 2014)",
       large(64, "sgd", 0.5), buildNin, imageFiles},
      {"nin-small",
       "Network in network for small images (Lin et al., ICLR 2014)",
       small(128, "adamw", 192, 0.5, "none"), buildNinSmall, fashion},
      {"googlenet",
       "GoogLeNet with batch norms and auxiliary heads (Szegedy et al., CVPR "
       "2015)",
       large(32, "sgd", 0.2), buildGoogLeNet, imageFiles},
      {"googlenet-small",
       "GoogLeNet for small images, with auxiliary heads (Szegedy et al., CVPR "
       "2015)",
       small(128, "sgd", 16, 0.2), buildGoogLeNetSmall, fashion},
      {"resnet18", "ResNet-18 (He et al., CVPR 2016)", large(32, "adam"),
       VARIANT(buildResNet(context, options, 18)), imageFiles},
      {"resnet34", "ResNet-34 (He et al., CVPR 2016)", large(32, "adam"),
       VARIANT(buildResNet(context, options, 34)), imageFiles},
      {"resnet50", "ResNet-50 (He et al., CVPR 2016)", large(32, "adam"),
       VARIANT(buildResNet(context, options, 50)), imageFiles},
      {"resnet20",
       "ResNet-20 for small images, with shortcuts of option A (He et al., "
       "CVPR 2016)",
       small(128, "sgd"), buildResNet20, fashion},
      {"mobilenet", "MobileNet v1 (Howard et al., 2017)",
       [] {
         ModelOptions options = large(32, "sgd", 0.001);
         options.width = 32;
         return options;
       }(),
       buildMobileNet, imageFiles},
      {"mobilenet-small", "MobileNet v1 for small images (Howard et al., 2017)",
       small(128, "sgd", 16, 0), buildMobileNetSmall, fashion},
      {"char-rnn",
       "RNN as a language model of characters (Elman, Cognitive Science 1990)",
       charModel(),
       VARIANT(buildCharModel(context, options, RecurrentKind::Rnn)),
       characters},
      {"char-lstm",
       "LSTM as a language model of characters (Hochreiter and Schmidhuber, "
       "Neural Computation 1997)",
       charModel(),
       VARIANT(buildCharModel(context, options, RecurrentKind::Lstm)),
       characters},
      {"char-gru",
       "GRU as a language model of characters (Cho et al., EMNLP 2014)",
       charModel(),
       VARIANT(buildCharModel(context, options, RecurrentKind::Gru)),
       characters},
      {"transformer",
       "decoder as a language model of characters (Vaswani et al., NIPS 2017)",
       transformer(), buildTransformer, "text:corpus.txt,length=64"},
      {"row-rnn",
       "RNN over the rows of small images (Elman, Cognitive Science 1990)",
       rowModel(), VARIANT(buildRowModel(context, options, RecurrentKind::Rnn)),
       fashion},
      {"row-lstm",
       "LSTM over the rows of small images (Hochreiter and Schmidhuber, Neural "
       "Computation 1997)",
       rowModel(),
       VARIANT(buildRowModel(context, options, RecurrentKind::Lstm)), fashion},
      {"row-gru", "GRU over the rows of small images (Cho et al., EMNLP 2014)",
       rowModel(), VARIANT(buildRowModel(context, options, RecurrentKind::Gru)),
       fashion},
      {"text-rnn",
       "RNN over texts of different lengths (Elman, Cognitive Science 1990)",
       textModel(),
       VARIANT(buildTextModel(context, options, RecurrentKind::Rnn)),
       "lines:bad.txt,good.txt,length=64"},
      {"text-lstm",
       "LSTM over texts of different lengths (Hochreiter and Schmidhuber, "
       "Neural Computation 1997)",
       textModel(),
       VARIANT(buildTextModel(context, options, RecurrentKind::Lstm)),
       "lines:bad.txt,good.txt,length=64"},
      {"text-gru",
       "GRU over texts of different lengths (Cho et al., EMNLP 2014)",
       textModel(),
       VARIANT(buildTextModel(context, options, RecurrentKind::Gru)),
       "lines:bad.txt,good.txt,length=64"},
      {"textcnn",
       "TextCNN with learned word vectors, CNN-rand (Kim, EMNLP 2014)",
       textCnn(), buildTextCnn, "lines:bad.txt,good.txt,length=64"},
      {"gan",
       "generative adversarial network of perceptrons (Goodfellow et al., NIPS "
       "2014)",
       gan(), buildGan, fashion, sameBatch},
      {"dcgan",
       "deep convolutional GAN for small images (Radford et al., ICLR 2016)",
       generative(64, 64), buildDcgan, fashion, sameBatch},
      {"cgan",
       "deep convolutional GAN that is given the class (Mirza and Osindero, "
       "2014)",
       cgan(), buildDcgan, fashion, sameBatch},
      {"wgan",
       "Wasserstein GAN with clipped parameters (Arjovsky et al., ICML 2017)",
       generative(64, 64), buildWgan, fashion, fiveCritics},
      {"wgan-gp",
       "Wasserstein GAN with gradient penalty (Gulrajani et al., NIPS 2017)",
       wganGp(), buildWganGp, fashion, fiveCritics},
      {"gcn",
       "graph convolutional network for Cora (Kipf and Welling, ICLR 2017)",
       gcn(), buildGcn, "cora:cora.npz"},
      {"textgcn",
       "graph convolutional network of documents and words, for R8 (Yao et "
       "al., AAAI 2019)",
       graph(15362, 3454070, 8, 200), buildTextGcn,
       "textgcn:documents.txt,labels=labels.txt"},
      {"gumbel-gan",
       "GAN of short sequences by Gumbel-softmax (Kusner and Hernandez-Lobato, "
       "2016)",
       gumbelGan(), buildGumbelGan, "npy:real=strings.npy", sameBatch},
      {"seqgan",
       "SeqGAN: sequences by policy gradient, with an oracle (Yu et al., AAAI "
       "2017)",
       seqGan(), buildSeqGan, "npy:real=real.npy", "pretrain_g"},
  };
}

ArrayRef<ModelEntry> models::entries() {
  static const std::vector<ModelEntry> table = makeTable();
  return table;
}
