//===- CompilationTest.cpp - Programs that were built in memory -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Jit.h"
#include "dlc/Machine/TargetInfo.h"
#include "dlc/Models/Functional.h"
#include "dlc/Models/Models.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Target/Backend.h"
#include "dlc/Target/Output.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using nn::Outputs;
using nn::Program;

namespace {

class CompilationTest : public ::testing::Test {
protected:
  CompilationTest() {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// A program with a step of this name, and a parameter that nothing reads.
  OwningOpRef<ModuleOp> buildUnread(StringRef step) {
    Program program(context, "m");
    program.parameter(program.root() / "fc" / "weight", {4},
                      dl::OnesAttr::get(&context));
    program.step(step, {{"x", program.tensor({4})}},
                 [&](ArrayRef<nn::Tensor> in) -> Outputs {
                   return {{"y", nn::relu(in[0])}};
                 });
    return program.finish();
  }

  MLIRContext context;
};

/// The bits of all outputs of three calls of the first step, and of the state.
std::vector<std::vector<char>> runFirstStep(Model &model) {
  std::vector<std::vector<char>> bits;
  llvm::cantFail(model.init(3));
  const dlc_step &step = model.step(0);
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  for (int i = 0; i < step.num_inputs; ++i)
    // Bytes as images and labels have them.
    for (auto [number, byte] : llvm::enumerate(buffers.input(i)))
      byte = step.inputs[i].type == DLC_U8 ? number % 10 : 0;
  for (int call = 0; call < 3; ++call) {
    llvm::cantFail(model.run(0, buffers));
    for (int i = 0; i < step.num_outputs; ++i)
      bits.push_back(buffers.output(i).vec());
  }
  for (const dlc_state &state : ArrayRef(
           model.description().states, size_t(model.description().num_states)))
    if (state.kind != DLC_HPARAM) {
      bits.emplace_back(numBytes(state.tensor));
      llvm::cantFail(model.get(state.tensor.name, bits.back()));
    }
  return bits;
}

TEST_F(CompilationTest, ABuiltProgramHasTheBitsOfItsText) {
  models::ModelOptions options;
  options.batch = 8;
  options.classes = 10;
  OwningOpRef<ModuleOp> module = models::buildLeNet5(context, options);
  std::string text;
  llvm::raw_string_ostream(text) << *module;

  auto built =
      llvm::cantFail(Compilation::take(std::move(module), CompilerOptions()));
  auto inMemory =
      llvm::cantFail(compileAndLoad(*built, "", "lenet5", /*threads=*/2));
  auto read = llvm::cantFail(
      Compilation::readText(text, "lenet5.mlir", CompilerOptions()));
  auto fromText =
      llvm::cantFail(compileAndLoad(*read, "", "lenet5", /*threads=*/1));
  auto bits = runFirstStep(*inMemory);
  EXPECT_EQ(bits, runFirstStep(*fromText));
  // It trained: outputs of the first and second call differ.
  EXPECT_NE(bits[0], bits[inMemory->step(0).num_outputs]);
}

/// The processor under other names: one counts the times it makes objects, the
/// code of the other runs nowhere here.
static int timesMade = 0;
static Backend likeCpu(
    StringLiteral name,
    llvm::Expected<Objects> (*makeObjects)(Compilation &compilation, bool)) {
  const Backend &cpu = *llvm::cantFail(findBackend("cpu"));
  return {name,
          cpu.summary,
          cpu.phases,
          cpu.makeMachine,
          cpu.describeTarget,
          cpu.supports,
          makeObjects,
          cpu.forms,
          cpu.write};
}
static const Backend counting = likeCpu(
    "counting",
    [](Compilation &compilation, bool interface) -> llvm::Expected<Objects> {
      ++timesMade;
      return compilation.compile(interface);
    });
static const BackendRegistration registration(counting);
static const Backend elsewhere = likeCpu("elsewhere", nullptr);
static const BackendRegistration registrationElsewhere(elsewhere);

TEST_F(CompilationTest, ABackendMakesTheObjectsThatAreLoaded) {
  CompilerOptions options;
  options.sink = [](ArrayRef<Message>) {};
  options.backend = "counting";
  auto counted =
      llvm::cantFail(Compilation::take(buildUnread("predict"), options));
  EXPECT_TRUE(bool(llvm::cantFail(compileAndLoad(*counted, "", "m", 1))));
  EXPECT_EQ(timesMade, 1);

  options.backend = "elsewhere";
  auto unloadable =
      llvm::cantFail(Compilation::take(buildUnread("predict"), options));
  auto model = compileAndLoad(*unloadable, "", "m", 1);
  ASSERT_FALSE(model);
  EXPECT_EQ(toString(model.takeError()),
            "the backend elsewhere makes no code that this process can load");
  PendingFiles files;
  EXPECT_EQ(toString(writeForm(*unloadable, "so", "none.so", files)),
            "the backend elsewhere makes no objects");
}

TEST_F(CompilationTest, TheContextIsLeftAsItWas) {
  context.printOpOnDiagnostic(true);
  std::vector<std::string> seen;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    seen.push_back(diagnostic.str());
  });
  CompilerOptions options;
  options.remarks = ".*";
  options.sink = [](ArrayRef<Message>) {};
  {
    auto compilation =
        llvm::cantFail(Compilation::take(buildUnread("predict"), options));
    EXPECT_FALSE(compilation->run("", "llvm"));
  }
  EXPECT_TRUE(seen.empty());
  EXPECT_TRUE(context.shouldPrintOpOnDiagnostic());
  EXPECT_TRUE(context.isMultithreadingEnabled());
  EXPECT_EQ(context.getRemarkEngine(), nullptr);
  emitError(UnknownLoc::get(&context), "mine");
  EXPECT_EQ(seen, std::vector<std::string>{"mine"});
}

TEST_F(CompilationTest, WarningsGoToTheSink) {
  std::vector<Message> messages;
  CompilerOptions options;
  options.sink = [&](ArrayRef<Message> some) {
    llvm::append_range(messages, some);
  };
  auto compilation =
      llvm::cantFail(Compilation::take(buildUnread("predict"), options));
  testing::internal::CaptureStderr();
  EXPECT_FALSE(compilation->run("", "resolve"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].severity, Message::Severity::Warning);
  EXPECT_EQ(messages[0].file, "");
  // The name of what was declared stands in for the place.
  EXPECT_EQ(messages[0].text.substr(0, 11), "fc.weight: ");
  EXPECT_TRUE(compilation->hasWarned());
}

TEST_F(CompilationTest, ErrorsAreMessages) {
  auto compilation =
      llvm::cantFail(Compilation::take(buildUnread("while"), {}));
  llvm::Error error = compilation->run("", "llvm");
  ASSERT_TRUE(error.isA<ProgramError>());
  std::vector<Message> messages = takeMessages(std::move(error));
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages[0].severity, Message::Severity::Error);
  EXPECT_NE(messages[0].text.find("while"), std::string::npos);

  // With a place, and the note behind it.
  auto read = Compilation::readText("dl.model @m {\n  dl.hparam @a = 1.0\n"
                                    "  dl.hparam @a = 1.0\n}\n",
                                    "net.mlir", {});
  ASSERT_FALSE(bool(read));
  error = read.takeError();
  ASSERT_TRUE(error.isA<ProgramError>());
  messages = takeMessages(std::move(error));
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].file, "net.mlir");
  EXPECT_EQ(messages[0].line, 3u);
  EXPECT_EQ(messages[0].column, 3u);
  EXPECT_EQ(messages[1].severity, Message::Severity::Note);
  EXPECT_EQ(messages[1].line, 2u);
}

// As dlc-run --compare does: parts of a program go through the same phases.
TEST_F(CompilationTest, AnotherProgramGetsTheTargetToo) {
  auto compilation = llvm::cantFail(Compilation::readText(
      "dl.model @m {\n"
      "  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {\n"
      "    %0 = dl.exp %x : tensor<4xf32>\n"
      "    dl.return %0 : tensor<4xf32>\n  }\n}\n",
      "net.mlir", {}));
  llvm::cantFail(compilation->run("", "fuse"));
  OwningOpRef<ModuleOp> other = compilation->getModule().clone();
  auto target = [&] {
    llvm::cantFail(compilation->run("fuse", "linalg"));
    return compilation->getModule()->getAttr(TargetSystemSpecAttr::name);
  };
  Attribute first = target();
  ASSERT_TRUE(first);
  compilation->exchange(std::move(other));
  EXPECT_EQ(target(), first);
}

TEST_F(CompilationTest, OptionsAreChecked) {
  auto messageOf = [&](CompilerOptions options) {
    auto compilation = Compilation::take(buildUnread("predict"), options);
    return compilation ? "" : llvm::toString(compilation.takeError());
  };
  CompilerOptions options;
  options.optLevel = 1;
  EXPECT_EQ(messageOf(options), "there are optimisation levels 0 and 2, not 1");
  options = {};
  options.disabledPasses = {"dl-resolve"};
  EXPECT_EQ(messageOf(options).substr(0, 47),
            "'dl-resolve' is not a pass that can be left out");
  options = {};
  options.remarks = "[";
  EXPECT_EQ(messageOf(options).substr(0, 31),
            "'[' is not a regular expression");
}

} // namespace
