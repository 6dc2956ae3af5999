//===- TextGraph.h - A graph of words and documents -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_TEXTGRAPH_H
#define DLC_LIB_DATA_TEXTGRAPH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <vector>

namespace dlc {

/// Compressed rows of a matrix, columns ascending.
struct CompressedRows {
  std::vector<int64_t> pointers = {0};
  std::vector<int32_t> columns;
  std::vector<double> values;
};

/// The graph of TextGCN (Yao, Mao, Luo: "Graph convolutional networks for text
/// classification", AAAI 2019). Nodes are the documents, then the words:
///
///   A[i, i] = 1
///   A[word, word'] = PMI where that is positive,
///     PMI = log(windows with both * windows / (windows with word * with
///     word'))
///   A[document, word] = A[word, document] =
///     count in the document * log(documents / documents with the word)
///
/// A window is `window` words in a row, or a whole shorter document. A document
/// is the numbers of its words, each below `words`.
CompressedRows textGraph(llvm::ArrayRef<std::vector<int32_t>> documents,
                         int32_t words, int64_t window);

/// D^-1/2 A D^-1/2, where D has the sums of rows.
void normaliseSymmetric(CompressedRows &matrix);

} // namespace dlc
#endif // DLC_LIB_DATA_TEXTGRAPH_H
