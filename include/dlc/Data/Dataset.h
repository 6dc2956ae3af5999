//===- Dataset.h - Named arrays of samples ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_DATASET_H
#define DLC_DATA_DATASET_H

#include "dlc/Data/Array.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc {

struct Field {
  std::string name; ///< as a step names its input: "image"
  std::string path; ///< where it came from, for errors
  Array array;
};

/// Fields with one entry a sample along the first dimension.
class Dataset {
public:
  /// Fails unless all fields have the same, non-zero number of samples.
  static llvm::Expected<Dataset> create(std::vector<Field> fields);

  int64_t size() const { return fields().front().array.shape.front(); }
  llvm::ArrayRef<Field> fields() const { return fieldList; }

private:
  explicit Dataset(std::vector<Field> fields) : fieldList(std::move(fields)) {}

  std::vector<Field> fieldList;
};

struct DataSplits {
  Dataset train;
  std::optional<Dataset> eval;
};

/// Reads the data that a descriptor names:
///
///   idx:DIR        train-images-idx3-ubyte, train-labels-idx1-ubyte and, if
///                  there, t10k-...: fields `image` and `label`; each file
///                  plain or with .gz
///   fashion-mnist  the same, in /usr/share/datasets/fashion-mnist
///   npy:image=x.npy,label=y.npy[;eval:image=xe.npy,label=ye.npy]
llvm::Expected<DataSplits> openData(llvm::StringRef descriptor);

} // namespace dlc
#endif // DLC_DATA_DATASET_H
