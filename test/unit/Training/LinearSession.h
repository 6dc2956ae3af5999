//===- LinearSession.h - Training runs of a linear model --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_UNIT_TRAINING_LINEARSESSION_H
#define DLC_TEST_UNIT_TRAINING_LINEARSESSION_H

#include "LinearData.h"
#include "LinearModel.h"
#include "TestFiles.h"
#include "dlc/Training/Trainer.h"

#include "llvm/ADT/StringExtras.h"

namespace dlc::test {

/// 22 samples: five batches of 4 an epoch, and two samples left over. All that
/// is evaluated is three batches.
inline DataSplits linearSplits() { return {linearData(22), linearData(12)}; }

/// A model, its data and what training printed.
struct Session {
  std::unique_ptr<Model> model =
      llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  DataSplits data = linearSplits();
  std::string text;

  Session() { llvm::cantFail(model->init(11)); }

  llvm::Error train(TrainingOptions options, int step = linearTrain,
                    std::optional<int> eval = linearEvaluate,
                    unsigned width = 0) {
    llvm::raw_string_ostream os(text);
    double now = 0;
    Progress progress(os, width, [&] { return now += 0.0625; });
    auto trainer = Trainer::create(*model, data, Turn{step}, eval,
                                   std::move(options), progress);
    if (!trainer)
      return trainer.takeError();
    return (*trainer)->run();
  }

  /// The model's whole state.
  std::string state() {
    std::string bytes;
    for (auto [name, size] : {std::pair("weight", 12),
                              {"bias", 4},
                              {"weight.momentum", 12},
                              {"seed", 8},
                              {"step_count", 8}}) {
      std::string part(size, '\0');
      llvm::cantFail(model->get(name, {part.data(), part.size()}));
      bytes += part;
    }
    return bytes;
  }
};

inline TrainingOptions options(int64_t epochs, std::string folder = "") {
  TrainingOptions result;
  result.epochs = epochs;
  result.outputFolder = std::move(folder);
  return result;
}

/// Without the column that is a time.
inline std::vector<std::string> metricRows(const std::string &path) {
  std::vector<std::string> rows;
  std::string file = readFile(path);
  for (llvm::StringRef line : llvm::split(llvm::StringRef(file).rtrim(), '\n'))
    rows.push_back(line.rsplit(',').first.str());
  return rows;
}

} // namespace dlc::test
#endif // DLC_TEST_UNIT_TRAINING_LINEARSESSION_H
