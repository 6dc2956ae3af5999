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
  /// The first samples alone, with the shared fields.
  llvm::Expected<Dataset> first(int64_t count) const;
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
  std::optional<Dataset> eval = std::nullopt;
  /// The word for samples where speed is printed.
  std::string unit = "samples";
  /// The vocabulary of text: the word of each number.
  std::vector<std::string> vocabulary = {};
  /// The names of the classes of labels, as far as they are known.
  std::vector<std::string> classes = {};
  /// Batches have samples of about the same length: the field that says which,
  /// and of how many batches' samples they are chosen. Empty: they do not.
  std::string lengths = "";
  int64_t bucket = 0;
};

/// How data are read.
struct DataOptions {
  /// Where converted data are kept; empty: nowhere.
  std::string cacheFolder;
};

/// Reads the data that a descriptor names: KIND, or KIND:FILES and options of
/// the kind (see dataKinds).
llvm::Expected<DataSplits> openData(llvm::StringRef descriptor,
                                    const DataOptions &options = {});

} // namespace dlc
#endif // DLC_DATA_DATASET_H
