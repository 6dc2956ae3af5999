//===- TextMutator.h - Programs made from programs --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A text with one wrong byte rarely gets past the parser. These mutants know
// what a program's words are: an operand becomes another of its type, an extent
// or an element type changes everywhere at once, an op takes the place of
// another, and lines of one program are put into another with its names.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TEST_FUZZ_TEXTMUTATOR_H
#define DLC_TEST_FUZZ_TEXTMUTATOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <random>
#include <string>
#include <vector>

namespace dlc::fuzz {

class TextMutator {
public:
  /// `ops` may stand for each other; all else that a mutant contains comes from
  /// the text itself or from short lists of numbers, types and words.
  TextMutator(std::vector<std::string> ops, unsigned seed)
      : ops(std::move(ops)), random(seed) {}

  std::string mutate(llvm::StringRef text);

  /// An op of `other` put into `text`, with operands of the same types from
  /// there, and its result taken once if something of its type is.
  std::string splice(llvm::StringRef text, llvm::StringRef other);

private:
  /// An op fewer; what used its result uses another value of the type.
  std::string removeOp(llvm::StringRef text);

  size_t below(size_t count) { return size_t(random()) % count; }
  template <typename List>
  const auto &pick(const List &list) {
    return list[below(std::size(list))];
  }

  std::vector<std::string> ops;
  std::minstd_rand random;
};

} // namespace dlc::fuzz
#endif // DLC_TEST_FUZZ_TEXTMUTATOR_H
