//===- Gan.cpp - Generative adversarial networks --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A generator, which makes images of noise, and a discriminator or critic,
// which tells them from those of the data; two steps train in turn, each the
// parameters of its own network.
//
//   gan      Goodfellow et al., NIPS 2014, with their non-saturating loss
//   dcgan    Radford et al., ICLR 2016, with a layer less for small images
//   cgan     Mirza and Osindero, 2014: both networks are given the class
//   wgan     Arjovsky et al., ICML 2017: a critic with clipped parameters
//   wgan-gp  Gulrajani et al., NIPS 2017: a critic whose gradient has a norm
//            near 1 between real and made images
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Inputs;
using nn::Outputs;
using nn::Program;
using nn::Scope;
using nn::Shape;
using nn::Tensor;
using nn::Tensors;

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

namespace {

/// A network of two inputs: noise or an image, and the one-hot class, which
/// only conditional networks read.
using Network = std::function<Tensor(Tensor x, Tensor which)>;

/// Hidden layers that become twice as wide from one to the next.
class MlpGenerator {
public:
  MlpGenerator(const Scope &scope, const ModelOptions &options)
      : image(options.image) {
    int64_t in = options.latent, out = options.width;
    for (int64_t i = 0; i < options.layers; ++i, out *= 2) {
      hidden.add(nn::Linear(scope / "layers" / int(i), in, out));
      hidden.add(nn::relu);
      in = out;
    }
    hidden.add(nn::Linear(scope / "head", in, image[0] * image[1] * image[2]));
  }

  Tensor operator()(Tensor z, Tensor) const {
    Shape shape{z.size(0)};
    llvm::append_range(shape, image);
    return nn::reshape(nn::tanh(hidden(z)), shape);
  }

private:
  Shape image;
  nn::Sequential hidden;
};

/// The same layers in the opposite order.
class MlpDiscriminator {
public:
  MlpDiscriminator(const Scope &scope, const ModelOptions &options,
                   const Dropout &dropout) {
    int64_t in = options.image[0] * options.image[1] * options.image[2];
    int64_t out = options.width << (options.layers - 1);
    for (int64_t i = 0; i < options.layers; ++i, out /= 2) {
      hidden.add(nn::Linear(scope / "layers" / int(i), in, out));
      hidden.add([](Tensor x) { return nn::leakyRelu(x, 0.2); });
      hidden.add(dropout);
      in = out;
    }
    hidden.add(nn::Linear(scope / "head", in, 1));
  }

  Tensor operator()(Tensor x, Tensor) const { return hidden(nn::flatten(x)); }

private:
  nn::Sequential hidden;
};

/// Noise, and perhaps the class, to a quarter of the height and width, and two
/// transposed convolutions, which double them.
class ConvGenerator {
public:
  ConvGenerator(const Scope &scope, const ModelOptions &options)
      : channels(2 * options.width), height(options.image[1] / 4),
        width(options.image[2] / 4),
        fc(scope / "fc", options.latent + options.classes,
           channels * height * width, /*bias=*/false),
        norm1(scope / "norm1", channels),
        conv1(scope / "conv1", channels, options.width, 4,
              noBias(/*stride=*/2, /*padding=*/1)),
        norm2(scope / "norm2", options.width),
        conv2(scope / "conv2", options.width, options.image[0], 4,
              noBias(/*stride=*/2, /*padding=*/1)) {}

  Tensor operator()(Tensor z, Tensor which) const {
    Tensor x = fc(which ? nn::concat({z, which}, 1) : z);
    x = nn::reshape(x, {z.size(0), channels, height, width});
    x = conv1(nn::relu(norm1(x)));
    return nn::tanh(conv2(nn::relu(norm2(x))));
  }

private:
  int64_t channels, height, width;
  nn::Linear fc;
  nn::BatchNorm norm1;
  nn::ConvTranspose2d conv1;
  nn::BatchNorm norm2;
  nn::ConvTranspose2d conv2;
};

/// Two convolutions, which halve height and width, to one number. The class is
/// a plane a class beside the channels of the image, all ones or all zeros.
class ConvDiscriminator {
public:
  ConvDiscriminator(const Scope &scope, const ModelOptions &options,
                    StringRef norm)
      : conv1(scope / "conv1", options.image[0] + options.classes,
              options.width, 4, window(/*bias=*/true)),
        conv2(scope / "conv2", options.width, 2 * options.width, 4,
              window(/*bias=*/norm == "none")),
        fc(scope / "fc",
           2 * options.width * (options.image[1] / 4) * (options.image[2] / 4),
           1) {
    if (norm == "batch")
      normalize = nn::BatchNorm(scope / "norm2", 2 * options.width);
    if (norm == "layer")
      normalize = nn::LayerNorm(
          scope / "norm2",
          {2 * options.width, options.image[1] / 4, options.image[2] / 4});
  }

  Tensor operator()(Tensor x, Tensor which) const {
    if (which) {
      int64_t n = x.size(0), classes = which.size(1);
      Tensor planes = nn::broadcastTo(nn::reshape(which, {n, classes, 1, 1}),
                                      {n, classes, x.size(2), x.size(3)});
      x = nn::concat({x, planes}, 1);
    }
    x = conv2(nn::leakyRelu(conv1(x), 0.2));
    if (normalize)
      x = normalize(x);
    return fc(nn::flatten(nn::leakyRelu(x, 0.2)));
  }

private:
  static nn::ConvOptions window(bool bias) {
    nn::ConvOptions options = noBias(/*stride=*/2, /*padding=*/1);
    options.bias = bias;
    return options;
  }

  nn::Conv2d conv1, conv2;
  nn::Sequential::Layer normalize;
  nn::Linear fc;
};

} // namespace

//===----------------------------------------------------------------------===//
// Two networks that train in turn
//===----------------------------------------------------------------------===//

/// Number `i` of `count` things that are to be of all classes, in their order.
static Tensor classesOf(Program &program, int64_t count, int64_t classes) {
  int64_t each = llvm::divideCeil(count, classes);
  Type i32 = program.attributes().getI32Type();
  Tensor table =
      nn::reshape(nn::iota(program, {classes, each}, 0, i32), {classes * each});
  return table.size(0) == count ? table : nn::slice(table, {0}, {count});
}

namespace {

/// A generator and its adversary, as functions of a program with an optimizer
/// each.
class Adversaries {
public:
  Adversaries(Program &program, const ModelOptions &options,
              const Network &generator, StringRef adversaryName,
              const Network &adversary, StringRef rule, Attribute ruleAttr,
              double lr)
      : program(program), options(options), adversaryName(adversaryName),
        rule(rule),
        make(program.function("generator", types(noise(options.batch)),
                              [&](ArrayRef<Tensor> in) -> Tensors {
                                return {call(generator, in)};
                              })),
        makeSamples(program.function("sampler", types(noise(options.sample)),
                                     [&](ArrayRef<Tensor> in) -> Tensors {
                                       return {call(generator, in)};
                                     })),
        judgeImages(program.function(adversaryName, types(images()),
                                     [&](ArrayRef<Tensor> in) -> Tensors {
                                       return {call(adversary, in)};
                                     })) {
    program.hyperParameter("lr", lr);
    for (StringRef side : {"_d", "_g"})
      program.optimizer((rule + side).str(), ruleAttr);
  }

  Inputs labels() const {
    if (!options.classes)
      return {};
    return {{"label", program.tensor({options.batch},
                                     labelType(program, options.classes))}};
  }
  Inputs labelledImages() const {
    Inputs inputs{{"image", imageType(program, images().getShape())}};
    llvm::append_range(inputs, labels());
    return inputs;
  }
  /// The classes among the inputs of a step, one-hot.
  Tensor which(ArrayRef<Tensor> inputs) const {
    return options.classes ? oneHot(inputs.back()) : Tensor();
  }
  Tensor oneHot(Tensor label) const {
    return nn::oneHot(nn::checkIndex(label, options.classes), options.classes);
  }

  /// Bytes as numbers from -1 to 1, as the generator's.
  Tensor real(Tensor image) const {
    return prepareImages(image, images().getShape()) * 2.0 - 1.0;
  }
  Tensor fake(Tensor which) const {
    Tensors in{draw(options.batch)};
    if (which)
      in.push_back(which);
    return make(in, nn::Mode::Train)[0];
  }
  /// A number for each image.
  Tensor judge(Tensor images, Tensor which) const {
    Tensors in{images};
    if (which)
      in.push_back(which);
    return judgeImages(in, nn::Mode::Train)[0];
  }

  void descendAdversary(Tensor loss,
                        const nn::MinimizeOptions &clauses = {}) const {
    std::string pattern = (adversaryName + ".*").str();
    program.minimize(loss, (rule + "_d").str(), {pattern},
                     program.readHyperParameter("lr"), clauses);
  }
  void descendGenerator(Tensor loss) const {
    program.minimize(loss, (rule + "_g").str(), {"generator.*"},
                     program.readHyperParameter("lr"));
  }
  void step(StringRef name, const Inputs &inputs, StringRef network,
            function_ref<Outputs(ArrayRef<Tensor>)> body) const {
    std::string pattern = (network + ".*").str();
    program.step(name, inputs, body, {}, {pattern});
  }

  /// The steps that make images to look at, from 0 to 1.
  void addSteps() const {
    int64_t count = options.sample;
    program.step("generate", {}, [&](ArrayRef<Tensor>) -> Outputs {
      Tensor label;
      if (options.classes)
        label = classesOf(program, count, options.classes);
      return {{"image", sample(draw(count), label)}};
    });
    if (options.classes)
      program.step(
          "generate_class",
          {{"label",
            program.tensor({count}, labelType(program, options.classes))}},
          [&](ArrayRef<Tensor> in) -> Outputs {
            return {{"image", sample(draw(count), in[0])}};
          });
    program.step("interpolate", {}, [&](ArrayRef<Tensor>) -> Outputs {
      return {{"image", interpolate(count)}};
    });
  }

private:
  static Tensor call(const Network &network, ArrayRef<Tensor> in) {
    return network(in[0], in.size() > 1 ? in[1] : Tensor());
  }

  RankedTensorType noise(int64_t count) const {
    return program.tensor({count, options.latent});
  }
  RankedTensorType images() const {
    Shape shape{options.batch};
    llvm::append_range(shape, options.image);
    return program.tensor(shape);
  }
  /// Those of a network's inputs.
  SmallVector<RankedTensorType> types(RankedTensorType first) const {
    SmallVector<RankedTensorType> result{first};
    if (options.classes)
      result.push_back(program.tensor({first.getDimSize(0), options.classes}));
    return result;
  }
  Tensor draw(int64_t count) const {
    return nn::normal(program, {count, options.latent});
  }

  Tensor sample(Tensor z, Tensor label) const {
    Tensors in{z};
    if (label)
      in.push_back(oneHot(label));
    Tensor made = makeSamples(in, nn::Mode::Eval)[0];
    return nn::clamp(made * 0.5 + 0.5, 0, 1);
  }

  /// Rows of images between two points each, of a class each. Between a and b
  /// are the cos(t) a + sin(t) b, t from 0 to pi / 2: the spherical
  /// interpolation of White, "Sampling generative networks", 2016, of vectors
  /// at a right angle, which draws in many dimensions nearly are. All of them
  /// have the generator's distribution, as those on the straight line have not.
  Tensor interpolate(int64_t count) const {
    auto columns = int64_t(std::ceil(std::sqrt(double(count))));
    int64_t rows = llvm::divideCeil(count, columns);
    Tensor from = nn::normal(program, {rows, 1, options.latent});
    Tensor to = nn::normal(program, {rows, 1, options.latent});
    double angle = std::acos(0.0) / double(std::max<int64_t>(1, columns - 1));
    Tensor t = nn::iota(program, {1, columns, 1}, 1) * angle;
    Tensor z = from * nn::cos(t) + to * nn::sin(t);
    z = firstOf(z, count);
    if (!options.classes)
      return sample(z, {});
    Tensor label = classesOf(program, rows, options.classes);
    label =
        nn::broadcastTo(nn::reshape(label, {rows, 1, 1}), {rows, columns, 1});
    return sample(z, nn::reshape(firstOf(label, count), {count}));
  }
  /// The first `count` of rows x columns x n.
  static Tensor firstOf(Tensor x, int64_t count) {
    Tensor rows = nn::reshape(x, {x.size(0) * x.size(1), x.size(2)});
    return rows.size(0) == count ? rows
                                 : nn::slice(rows, {0, 0}, {count, x.size(2)});
  }

  Program &program;
  const ModelOptions &options;
  StringRef adversaryName, rule;
  nn::Function make, makeSamples, judgeImages;
};

} // namespace

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// Steps with a logistic loss, the negative log-likelihood of the
/// discriminator's verdicts; further outputs are the probabilities that it
/// gives to real and made images. The generator descends on -log D(G(z)), whose
/// gradient does not vanish where it is recognised.
static void addLogisticSteps(const Adversaries &networks) {
  auto bce = [](Tensor logits, double target) {
    Program &program = logits.program();
    return nn::bceWithLogits(logits, nn::full(program, logits.shape(), target));
  };
  auto probability = [](Tensor logits) {
    return nn::mean(nn::sigmoid(logits));
  };
  networks.step("train_d", networks.labelledImages(), "discriminator",
                [&](ArrayRef<Tensor> in) -> Outputs {
                  Tensor which = networks.which(in);
                  Tensor real = networks.judge(networks.real(in[0]), which);
                  Tensor fake = networks.judge(networks.fake(which), which);
                  Tensor loss = bce(real, 1) + bce(fake, 0);
                  networks.descendAdversary(loss);
                  return {{"loss", loss},
                          {"real", probability(real)},
                          {"fake", probability(fake)}};
                });
  networks.step("train_g", networks.labels(), "generator",
                [&](ArrayRef<Tensor> in) -> Outputs {
                  Tensor which = networks.which(in);
                  Tensor fake = networks.judge(networks.fake(which), which);
                  Tensor loss = bce(fake, 1);
                  networks.descendGenerator(loss);
                  return {{"loss", loss}, {"fake", probability(fake)}};
                });
  networks.addSteps();
}

/// Adds the gradient penalty of the critic, between real and made images.
static Outputs addPenalty(const Adversaries &networks, Tensor real, Tensor fake,
                          Tensor distance) {
  Program &program = real.program();
  Tensor t = nn::uniform(program, {real.size(0), 1, 1, 1});
  Tensor between = real + (fake - real) * t;
  Tensor judged = networks.judge(between, {});
  Tensor ones = nn::full(program, judged.shape(), 1);
  Tensor slope = nn::gradient(judged, {between}, ones)[0];
  Tensor norms = nn::norm(slope, {1, 2, 3});
  Tensor penalty = nn::mean(nn::square(norms - 1.0));
  Tensor loss =
      penalty * program.readHyperParameter("penalty_weight") - distance;
  return {{"loss", loss},
          {"distance", distance},
          {"penalty", penalty},
          {"norm", nn::mean(norms)}};
}

/// The critic maximises the difference of its means over real and made images,
/// which estimates a distance of their distributions as far as its slope is
/// bounded: by the magnitude of its parameters, `clip`, or by a penalty.
static void addWassersteinSteps(Program &program, const Adversaries &networks,
                                bool hasPenalty) {
  nn::MinimizeOptions clauses;
  if (hasPenalty)
    program.hyperParameter("penalty_weight", 10);
  else {
    program.hyperParameter("clip", 0.01);
    clauses.clipWeights = "clip";
  }
  networks.step(
      "train_critic", networks.labelledImages(), "critic",
      [&](ArrayRef<Tensor> in) -> Outputs {
        Tensor real = networks.real(in[0]), fake = networks.fake({});
        Tensor meanReal = nn::mean(networks.judge(real, {}));
        Tensor distance = meanReal - nn::mean(networks.judge(fake, {}));
        Outputs outputs =
            hasPenalty ? addPenalty(networks, real, fake, distance)
                       : Outputs{{"loss", -distance}, {"distance", distance}};
        networks.descendAdversary(outputs.front().second, clauses);
        return outputs;
      });
  networks.step("train_generator", {}, "generator",
                [&](ArrayRef<Tensor>) -> Outputs {
                  Tensor fake = networks.fake({});
                  Tensor loss = -nn::mean(networks.judge(fake, {}));
                  networks.descendGenerator(loss);
                  return {{"loss", loss}};
                });
  networks.addSteps();
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static Attribute adam(Program &program, double beta1, double beta2) {
  Builder &b = program.attributes();
  return dl::AdamAttr::get(program.context(), b.getF64FloatAttr(beta1),
                           b.getF64FloatAttr(beta2), b.getF64FloatAttr(1e-8),
                           b.getF64FloatAttr(0), /*amsgrad=*/false,
                           /*decoupledWeightDecay=*/false);
}

/// Radford et al.'s: weights with a deviation of 0.02, those of norms around 1.
static void initializeAsDcgan(Program &program) {
  initializeNormal(program, 0.02);
  MLIRContext *context = program.context();
  Builder &b = program.attributes();
  program.initialize([&](StringRef name, RankedTensorType type) -> Attribute {
    bool isOfNorm = type.getRank() == 1 && name.ends_with("weight");
    return isOfNorm ? dl::NormalAttr::get(context, b.getF64FloatAttr(1),
                                          b.getF64FloatAttr(0.02))
                    : Attribute();
  });
}

/// Whether two convolutions can halve height and width; says so if not.
static bool fits(MLIRContext &context, const ModelOptions &options) {
  if (options.image[1] % 4 == 0 && options.image[2] % 4 == 0)
    return true;
  mlir::emitError(UnknownLoc::get(&context))
      << "--image " << options.image[0] << "x" << options.image[1] << "x"
      << options.image[2]
      << ": expected a height and width that are multiples of 4";
  return false;
}

Module models::buildGan(MLIRContext &context, const ModelOptions &options) {
  Program program(context, "gan");
  Dropout dropout(program, options);
  MlpGenerator generator(program.root() / "generator", options);
  MlpDiscriminator discriminator(program.root() / "discriminator", options,
                                 dropout);
  Adversaries networks(program, options, generator, "discriminator",
                       discriminator, "adam", adam(program, 0.5, 0.999), 2e-4);
  addLogisticSteps(networks);
  return program.finish();
}

Module models::buildDcgan(MLIRContext &context, const ModelOptions &options) {
  if (!fits(context, options))
    return nullptr;
  Program program(context, options.classes ? "cgan" : "dcgan");
  ConvGenerator generator(program.root() / "generator", options);
  ConvDiscriminator discriminator(program.root() / "discriminator", options,
                                  "batch");
  initializeAsDcgan(program);
  Adversaries networks(program, options, generator, "discriminator",
                       discriminator, "adam", adam(program, 0.5, 0.999), 2e-4);
  addLogisticSteps(networks);
  return program.finish();
}

Module models::buildWgan(MLIRContext &context, const ModelOptions &options) {
  if (!fits(context, options))
    return nullptr;
  Program program(context, "wgan");
  ConvGenerator generator(program.root() / "generator", options);
  ConvDiscriminator critic(program.root() / "critic", options, "batch");
  initializeAsDcgan(program);
  Builder &b = program.attributes();
  Attribute zero = b.getF64FloatAttr(0);
  Attribute rmsprop = dl::RmspropAttr::get(
      &context, b.getF64FloatAttr(0.99), b.getF64FloatAttr(1e-8), zero,
      /*centered=*/false, zero, /*decoupledWeightDecay=*/false);
  Adversaries networks(program, options, generator, "critic", critic, "rmsprop",
                       rmsprop, 5e-5);
  addWassersteinSteps(program, networks, /*hasPenalty=*/false);
  return program.finish();
}

Module models::buildWganGp(MLIRContext &context, const ModelOptions &options) {
  if (!fits(context, options))
    return nullptr;
  Program program(context, "wgan_gp");
  ConvGenerator generator(program.root() / "generator", options);
  ConvDiscriminator critic(program.root() / "critic", options,
                           options.norm.value);
  Adversaries networks(program, options, generator, "critic", critic, "adam",
                       adam(program, 0, 0.9), 1e-4);
  addWassersteinSteps(program, networks, /*hasPenalty=*/true);
  return program.finish();
}
