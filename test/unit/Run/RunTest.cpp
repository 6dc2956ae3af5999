//===- RunTest.cpp - The tool dlc-run -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Run/Run.h"

#include "dlc/Data/Npy.h"

#include "LinearData.h"
#include "LinearModel.h"
#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

/// What one call of the tool did.
struct Result {
  int status;
  std::string out, err;
  CompilerOptions options; ///< that the compiler got
  int threads = -1;
};

class Tool : public testing::Test {
protected:
  void SetUp() override {
    writeData("train", 22);
    writeData("eval", 10);
    // One batch for single steps.
    writeData("batch", 4);
  }

  void writeData(const std::string &name, int samples) {
    Dataset data = linearData(samples);
    for (const Field &field : data.fields())
      llvm::cantFail(writeNpyFile(path(name + "." + field.name),
                                  field.array.type, field.array.shape,
                                  field.array.data));
  }

  std::string path(const std::string &name) const { return folder.path(name); }

  std::string data() const {
    return "npy:image=" + path("train.image") +
           ",label=" + path("train.label") +
           ";eval:image=" + path("eval.image") + ",label=" + path("eval.label");
  }

  Result run(std::vector<std::string> arguments) {
    Result result;
    llvm::raw_string_ostream out(result.out), err(result.err);
    auto compile = [&](llvm::StringRef path, const CompilerOptions &options,
                       int threads) -> llvm::Expected<std::unique_ptr<Model>> {
      if (path != "linear.mlir")
        return llvm::createStringError("cannot compile " + path);
      result.options = options;
      result.threads = threads;
      return Model::create(linearLibrary(), nullptr, threads);
    };
    RunContext context{compile, out, err, 0};
    std::vector<const char *> words;
    for (const std::string &argument : arguments)
      words.push_back(argument.c_str());
    result.status = runTool(words, context);
    return result;
  }

  /// A call that must fail; its message, without the tool's name.
  std::string errorOf(std::vector<std::string> arguments) {
    Result result = run(std::move(arguments));
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "");
    llvm::StringRef text = result.err;
    EXPECT_TRUE(text.consume_front("dlc-run: error: ")) << result.err;
    return text.rtrim('\n').str();
  }

  std::string trainError(std::vector<std::string> options) {
    std::vector<std::string> arguments = {"linear.mlir", "train", "--data",
                                          data()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return errorOf(arguments);
  }

  /// Options of a `predict` or `evaluate` that has all its inputs.
  std::string image() const { return "--input=image=" + path("batch.image"); }
  std::string label() const { return "--input=label=" + path("batch.label"); }

  TempFolder folder;
};

TEST_F(Tool, Help) {
  Result result = run({"--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  for (const char *part : {"--data",
                           "--epochs",
                           "--eval-step",
                           "--input",
                           "--log-every",
                           "--max-steps",
                           "--mcpu",
                           "--no-shuffle",
                           "-O",
                           "--out",
                           "--output",
                           "--params",
                           "--resume",
                           "--save-params",
                           "--seed",
                           "--set",
                           "--step",
                           "--threads",
                           "dlc-run MODEL train",
                           "idx:DIR",
                           "fashion-mnist"})
    EXPECT_CONTAINS(result.out, part);
}

//===----------------------------------------------------------------------===//
// One step
//===----------------------------------------------------------------------===//

TEST_F(Tool, StepPrintsScalars) {
  Result result = run({"linear.mlir", "--step", "evaluate", image(), label()});
  ASSERT_EQ(result.status, 0) << result.err;
  double loss;
  int correct;
  ASSERT_EQ(
      sscanf(result.out.c_str(), "loss = %lf\ncorrect = %d\n", &loss, &correct),
      2)
      << result.out;
  EXPECT_EQ(result.options.optLevel, 2u);
  EXPECT_EQ(result.options.cpu, "native");
  EXPECT_EQ(result.threads, 0);
}

TEST_F(Tool, StepWritesOutputs) {
  Result result = run({"linear.mlir", "--step", "predict", image(), "--output",
                       "score=" + path("score.npy"), "-O0", "--mcpu=generic",
                       "--threads=3"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out.rfind("mean = ", 0), 0u) << result.out;
  Array score = llvm::cantFail(readNpy(path("score.npy")));
  EXPECT_EQ(describe(score.type, score.shape), "4xf32");
  EXPECT_EQ(result.options.optLevel, 0u);
  EXPECT_EQ(result.options.cpu, "generic");
  EXPECT_EQ(result.threads, 3);

  // A scalar that is written is not printed.
  result = run({"linear.mlir", "--step", "predict", image(), "--output",
                "mean=" + path("mean.npy")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(llvm::cantFail(readNpy(path("mean.npy"))).shape.empty());
}

TEST_F(Tool, StepChangesParameters) {
  // One call with a learning rate of zero saves what the seed made.
  ASSERT_EQ(run({"linear.mlir", "--step=train", image(), label(), "--seed=3",
                 "--set=lr=0", "--save-params", path("zero")})
                .status,
            0);
  ASSERT_EQ(run({"linear.mlir", "--step=train", image(), label(), "--seed=3",
                 "--save-params", path("moved")})
                .status,
            0);
  EXPECT_NE(readFile(path("zero")), readFile(path("moved")));
  // From those parameters, another seed makes the same step.
  ASSERT_EQ(run({"linear.mlir", "--step=train", image(), label(), "--seed=4",
                 "--params", path("zero"), "--save-params", path("again")})
                .status,
            0);
  EXPECT_EQ(readFile(path("again")), readFile(path("moved")));
}

TEST_F(Tool, StepRunsASharedLibrary) {
  EXPECT_EQ(run({TEST_MODEL, "--step", "predict", image(), "--seed=7"}).out,
            run({"linear.mlir", "--step", "predict", image(), "--seed=7"}).out);
  EXPECT_CONTAINS(errorOf({TEST_MODEL, "--step=predict", image(), "-O0"}),
                  "is compiled already");
}

TEST_F(Tool, NothingIsWrittenWhenTheStepFails) {
  Array labels = llvm::cantFail(readNpy(path("batch.label")));
  labels.data[1] = 50;
  llvm::cantFail(
      writeNpyFile(path("bad"), labels.type, labels.shape, labels.data));
  folder.write("loss.npy", "old");
  int files = folder.count();
  EXPECT_CONTAINS(errorOf({"linear.mlir", "--step=train", image(),
                           "--input=label=" + path("bad"), "--output",
                           "loss=" + path("loss.npy"), "--output",
                           "correct=" + path("correct.npy"), "--save-params",
                           path("params")}),
                  "label out of range");
  EXPECT_EQ(readFile(path("loss.npy")), "old");
  EXPECT_EQ(folder.count(), files) << "neither outputs nor temporaries";
}

TEST_F(Tool, StepErrors) {
  EXPECT_EQ(errorOf({"linear.mlir"}),
            "nothing to do: name a step with --step, or a command");
  EXPECT_EQ(errorOf({"linear.mlir", "--step", "predcit"}),
            "no step 'predcit'; did you mean 'predict'?");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=evaluate"}),
            "step 'evaluate' needs --input image=FILE.npy (4x3xui8), --input "
            "label=FILE.npy (4xui8)");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=evaluate", image(),
                     "--input=lable=" + path("batch.label")}),
            "--input: no input of step 'evaluate' 'lable'; did you mean "
            "'label'?");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=evaluate", "--output=los=x.npy"}),
            "--output: no output of step 'evaluate' 'los'; did you mean "
            "'loss'?");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=predict", "--input=image=a",
                     "--input=image=b"}),
            "--input: 'image' is given twice: 'a' and 'b'");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=predict", "--input=image"}),
            "--input: 'image', expected NAME=FILE.npy");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=predict",
                     "--input=image=" + path("train.image")}),
            "input 'image': '" + path("train.image") +
                "' holds 22x3xui8, expected 4x3xui8");
  EXPECT_CONTAINS(errorOf({"linear.mlir", "--step=predict",
                           "--input=image=" + path("none")}),
                  "none: cannot be read");
  EXPECT_CONTAINS(errorOf({"linear.mlir", "--step=predict", image(),
                           "--output=score=" + path("no/such/x.npy")}),
                  "no/such/x.npy: cannot be written");
  EXPECT_CONTAINS(
      errorOf({"linear.mlir", "--step=predict", image(),
               "--output=score=" + path("x"), "--output=mean=" + path("x")}),
      "would be written twice");
  EXPECT_CONTAINS(errorOf({"linear.mlir", "--step=predict", image(),
                           "--save-params=/dev/null"}),
                  "--save-params: /dev/null: is a device, expected a "
                  "regular file");
  EXPECT_CONTAINS(errorOf({"linear.mlir", "--step=predict", image(),
                           "--params=" + path("none")}),
                  "--params: ");
}

//===----------------------------------------------------------------------===//
// The command line
//===----------------------------------------------------------------------===//

// What a terminal would obey stands in messages as \xNN, whoever quotes it.
TEST_F(Tool, MessagesArePlainText) {
  const std::string hostile = "\x1b]0;owned\x07\xc2\x9b"
                              "2J";
  const std::string shown = "\\x1b]0;owned\\x07\\xc2\\x9b2J";
  for (const std::vector<std::string> &words :
       std::vector<std::vector<std::string>>{
           {"linear.mlir", "--step=" + hostile},
           {"linear.mlir", "--step=predict",
            "--input=" + hostile + "=" + path("batch.image")},
           {"linear.mlir", "--step=predict", "--input=image=" + hostile},
           {"linear.mlir", "--step=predict", image(),
            "--output=score=" + path("no/" + hostile)},
           {"linear.mlir", "--step=predict", image(),
            "--save-params=" + path("no/" + hostile)},
           {"linear.mlir", "--step=predict", image(), "--params=" + hostile},
           {"linear.mlir", "--step=predict", image(),
            "--set=" + hostile + "=1"},
           {"linear.mlir", "--calls=" + hostile},
           {"linear.mlir", "train", "--data=" + hostile},
           {"linear.mlir", "train", "--data", data(), "--schedule=" + hostile},
           {"linear.mlir", "train", "--data", data(), "--resume=" + hostile},
           {"linear.mlir", hostile},
           {"linear.mlir", "--" + hostile},
           {hostile + ".so", "--step=predict"}}) {
    std::string text = errorOf(words);
    EXPECT_CONTAINS(text, shown);
    for (const char *control : {"\x1b", "\x07", "\xc2\x9b"})
      EXPECT_EQ(text.find(control), std::string::npos) << words.back();
  }
}

TEST_F(Tool, CommandLineErrors) {
  EXPECT_EQ(errorOf({}), "no model; see dlc-run --help");
  EXPECT_EQ(errorOf({"train", "--epochs=2"}),
            "no model: expected dlc-run MODEL train");
  EXPECT_EQ(errorOf({"linear.mlir", "trian"}),
            "no command 'trian'; did you mean 'train'?");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "more"}),
            "unexpected argument 'more'");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--epoch", "3"}),
            "unknown option '--epoch'; did you mean '--epochs'?");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--no-shufle"}),
            "unknown option '--no-shufle'; did you mean '--no-shuffle'?");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--something-else"}),
            "unknown option '--something-else'; see dlc-run --help");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--input", "x=x.npy"}),
            "'--input' is not an option of 'train'");
  EXPECT_EQ(errorOf({"linear.mlir", "--step=predict", "--epochs=3"}),
            "'--epochs' is not an option of a single step");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--data"}),
            "'--data' needs a value");
  EXPECT_CONTAINS(errorOf({"other.mlir", "--step=predict"}),
                  "cannot compile other.mlir");
  EXPECT_CONTAINS(errorOf({"none.so", "--step=predict"}),
                  "none.so: cannot be opened");
}

TEST_F(Tool, Values) {
  EXPECT_EQ(trainError({"--epochs", "banana"}),
            "--epochs: 'banana', expected a whole number from 1 to 1000000000");
  EXPECT_CONTAINS(trainError({"--epochs", "-1"}), "--epochs: '-1', expected");
  EXPECT_CONTAINS(trainError({"--epochs=0"}), "--epochs: '0', expected");
  EXPECT_CONTAINS(trainError({"--epochs="}), "--epochs: '', expected");
  EXPECT_CONTAINS(trainError({"--max-steps=1.5"}), "--max-steps: '1.5'");
  EXPECT_EQ(trainError({"--log-every=0"}),
            "--log-every: '0', expected a whole number of at least 1");
  EXPECT_EQ(trainError({"--threads=-2"}),
            "--threads: '-2', expected a whole number from 0 to 1024");
  EXPECT_CONTAINS(trainError({"--seed=-1"}), "--seed: '-1', expected");
  EXPECT_CONTAINS(trainError({"--seed=18446744073709551616"}), "--seed: ");
  EXPECT_EQ(trainError({"-O3"}), "-O3, expected -O0 or -O2");
  EXPECT_EQ(trainError({"--set=lr=fast"}),
            "--set lr: 'fast', expected a finite number");
  EXPECT_EQ(trainError({"--set=lr=nan"}),
            "--set lr: 'nan', expected a finite number");
  EXPECT_EQ(trainError({"--set=rl=1"}),
            "--set: no hyper-parameter 'rl'; did you mean 'lr'?");
  EXPECT_EQ(trainError({"--set=lr=1", "--set", "lr=2"}),
            "--set: 'lr' is given twice: '1' and '2'");
  EXPECT_EQ(trainError({"--set=lr"}), "--set: 'lr', expected NAME=VALUE");
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

TEST_F(Tool, Trains) {
  Result result = run({"linear.mlir", "train", "--data", data(), "--epochs=2",
                       "--out", path("out"), "--save-params", path("params")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(llvm::StringRef(result.out).count('\n'), 3u) << result.out;
  // The compiler is told of them; this one has one batch.
  using Covered = std::vector<std::pair<std::string, int64_t>>;
  EXPECT_EQ(result.options.coverSamples, (Covered{{"evaluate", 10}}));
  EXPECT_EQ(result.out.rfind("2 of 10 samples are not evaluated: step "
                             "'evaluate' takes a batch of 4; --batch ",
                             0),
            0u)
      << result.out;
  EXPECT_CONTAINS(result.out, "epoch 2/2  loss ");
  EXPECT_CONTAINS(result.out, "eval accuracy");
  EXPECT_CONTAINS(readFile(path("out/metrics.csv")),
                  "epoch,train_loss,train_accuracy,eval_loss,eval_accuracy,"
                  "seconds\n1,");
  EXPECT_NE(readFile(path("out/model.safetensors")), "");
  EXPECT_NE(readFile(path("params")), "");
}

TEST_F(Tool, ResumesToTheBit) {
  std::vector<std::string> common = {"linear.mlir", "train", "--data", data(),
                                     "--epochs=3"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return run(more);
  };
  ASSERT_EQ(with({"--seed=9", "--out", path("a")}).status, 0);
  ASSERT_EQ(with({"--seed=9", "--out", path("b"), "--max-steps=7"}).status, 0);
  Result resumed =
      with({"--out", path("b"), "--resume", path("b/model.safetensors")});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(readFile(path("a/model.safetensors")),
            readFile(path("b/model.safetensors")));
}

TEST_F(Tool, SeedAndOrderMatter) {
  auto params = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "linear.mlir", "train",      "--data",
        data(),        "--epochs=1", "--save-params=" + path("p")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Result result = run(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    return readFile(path("p"));
  };
  std::string base = params({});
  EXPECT_EQ(params({"--seed=0"}), base);
  EXPECT_NE(params({"--seed=1"}), base);
  EXPECT_NE(params({"--no-shuffle"}), base);
  EXPECT_NE(params({"--set=lr=0.01"}), base);
}

TEST_F(Tool, LogsSteps) {
  Result result = run({"linear.mlir", "train", "--data", data(), "--epochs=1",
                       "--log-every=2"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_CONTAINS(result.out, "\nstep 2 loss ");
  EXPECT_CONTAINS(result.out, "\nstep 4 loss ");
}

TEST_F(Tool, EvaluationIsOptional) {
  std::string train =
      "npy:image=" + path("train.image") + ",label=" + path("train.label");
  Result result = run({"linear.mlir", "train", "--data", train, "--epochs=1"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out.find("eval"), std::string::npos);
  EXPECT_CONTAINS(errorOf({"linear.mlir", "train", "--data", train,
                           "--eval-step=evaluate"}),
                  "have no part to evaluate on");
}

TEST_F(Tool, TrainErrors) {
  EXPECT_EQ(errorOf({"linear.mlir", "train"}), "'train' needs --data");
  EXPECT_EQ(errorOf({"linear.mlir", "train", "--data=idz:x"}),
            "--data: no kind of data 'idz'; did you mean 'idx'?");
  EXPECT_EQ(trainError({"--step=trian"}),
            "no step 'trian'; did you mean 'train'?");
  EXPECT_EQ(trainError({"--step=predict"}),
            "step 'predict' does not train: a step trains if it has a "
            "dl.minimize, or writes to a parameter what it makes of a "
            "dl.gradient");
  EXPECT_EQ(trainError({"--eval-step=evaluat"}),
            "--eval-step: no step 'evaluat'; did you mean 'evaluate'?");
  EXPECT_EQ(trainError({"--resume=x", "--seed=1"}),
            "--seed and --resume exclude each other");
  EXPECT_EQ(trainError({"--resume=x", "--params=y"}),
            "--params and --resume exclude each other");
  EXPECT_CONTAINS(trainError({"--resume=" + path("none")}), "--resume: ");
  EXPECT_CONTAINS(trainError({"--save-params=" + path("no/such")}),
                  "no/such: cannot be written");
  EXPECT_CONTAINS(trainError({"--out="}), "--out: the name of the folder");
  EXPECT_EQ(
      errorOf({"linear.mlir", "train", "--data",
               "npy:image=" + path("train.image")}),
      "step 'train' takes 'label': no field of the data 'label'; there is "
      "image");
}

} // namespace
