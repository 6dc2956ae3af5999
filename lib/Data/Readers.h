//===- Readers.h - Readers of each kind of data -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reader parses the text behind the colon of its kind; each has a file.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_DATA_READERS_H
#define DLC_LIB_DATA_READERS_H

#include "dlc/Data/Dataset.h"

namespace dlc {

llvm::Expected<DataSplits> openIdx(llvm::StringRef folder,
                                   const DataOptions &options);
llvm::Expected<DataSplits> openNpy(llvm::StringRef lists,
                                   const DataOptions &options);
llvm::Expected<DataSplits> openNpz(llvm::StringRef text,
                                   const DataOptions &options);
llvm::Expected<DataSplits> openGraph(llvm::StringRef text,
                                     const DataOptions &options);
llvm::Expected<DataSplits> openText(llvm::StringRef text,
                                    const DataOptions &options);
llvm::Expected<DataSplits> openLines(llvm::StringRef text,
                                     const DataOptions &options);
llvm::Expected<DataSplits> openCsv(llvm::StringRef text,
                                   const DataOptions &options);
llvm::Expected<DataSplits> openImages(llvm::StringRef text,
                                      const DataOptions &options);
llvm::Expected<DataSplits> openTextGraph(llvm::StringRef text,
                                         const DataOptions &options);

// The files of a kind whose data are worth keeping as they were converted.

std::vector<std::string> filesOfIdx(llvm::StringRef folder);
std::vector<std::string> filesOfImages(llvm::StringRef text);
/// Those that stand alone, and the values of labels and test.
std::vector<std::string> filesOfText(llvm::StringRef text);

// Helpers that readers share.

/// Takes "@1" or "@all" from the end of a field's name.
llvm::Expected<std::optional<unsigned>> takeSampleDim(llvm::StringRef &name);

/// An array of the type and shape, of zeros; an error if memory runs out.
llvm::Expected<Array> makeArray(int32_t type, llvm::ArrayRef<int64_t> shape,
                                llvm::StringRef path);

/// The elements of an array whose type is that of T.
template <typename T>
llvm::MutableArrayRef<T> elementsOf(Array &array) {
  return {reinterpret_cast<T *>(array.data.data()),
          array.data.size() / sizeof(T)};
}
template <typename T>
llvm::ArrayRef<T> elementsOf(const Array &array) {
  return {reinterpret_cast<const T *>(array.data.data()),
          array.data.size() / sizeof(T)};
}

/// An array of i32 with one dimension.
llvm::Expected<Array> makeI32(llvm::ArrayRef<int32_t> values,
                              llvm::StringRef path);

/// The samples to train and to evaluate on.
struct Split {
  std::vector<uint32_t> train, eval;
};

/// Splits `size` samples: fold `fold` of `folds` (from 0) is evaluated on, or,
/// if `folds` is 0, the part `fraction` of them. Which samples are in a fold is
/// a shuffle by `seed`; each part keeps the order of the file.
Split splitSamples(int64_t size, int64_t folds, int64_t fold, double fraction,
                   uint64_t seed);

/// The options folds, fold, eval and split-seed of a descriptor.
class Descriptor;
llvm::Expected<Split> splitSamples(const Descriptor &descriptor, int64_t size,
                                   double fraction);

/// The rows of an array along its first dimension.
llvm::Expected<Array> takeRows(const Array &array,
                               llvm::ArrayRef<uint32_t> rows,
                               llvm::StringRef path);

/// Both parts of fields whose samples are in dimension 0.
llvm::Expected<DataSplits> makeSplits(std::vector<Field> fields,
                                      const Split &split);

} // namespace dlc
#endif // DLC_LIB_DATA_READERS_H
