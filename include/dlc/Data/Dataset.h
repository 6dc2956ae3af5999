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
  /// The dimension with one entry a sample; none: every batch gets all of it.
  std::optional<unsigned> sampleDim = 0;
};

/// Fields with one entry a sample along one dimension each, and fields that all
/// samples share. Where all are shared there is one sample: the whole.
class Dataset {
public:
  /// Fails unless the fields that are not shared have the same, non-zero number
  /// of samples.
  static llvm::Expected<Dataset> create(std::vector<Field> fields);

  int64_t size() const { return samples; }
  llvm::ArrayRef<Field> fields() const { return fieldList; }
  const Field *find(llvm::StringRef name) const;
  /// An error that names the nearest field.
  llvm::Error unknownField(llvm::StringRef name) const;
  /// Whether all fields are shared.
  bool isWhole() const;

private:
  Dataset(std::vector<Field> fields, int64_t samples)
      : fieldList(std::move(fields)), samples(samples) {}

  std::vector<Field> fieldList;
  int64_t samples;
};

struct DataSplits {
  Dataset train;
  std::optional<Dataset> eval;
  /// What a sample is called where speed is told.
  std::string unit = "samples";
};

/// Reads the data that a descriptor names:
///
///   idx:DIR        train-images-idx3-ubyte, train-labels-idx1-ubyte and, if
///                  there, t10k-...: fields `image` and `label`; each file
///                  plain or with .gz
///   fashion-mnist  the same, in /usr/share/datasets/fashion-mnist
///   npy:image=x.npy,label=y.npy[;eval:image=xe.npy,label=ye.npy]
///                  FIELD@1=x.npy: dimension 1 is the sample (0 otherwise);
///                  FIELD@all=x.npy: every batch gets the whole array
llvm::Expected<DataSplits> openData(llvm::StringRef descriptor);

} // namespace dlc
#endif // DLC_DATA_DATASET_H
