//===- ElementTypes.h - The element types of tensors ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlc/ElementTypes.def in C++. include/dlc/Dialect/Dl/ElementTypes.h has the
// same of types of MLIR.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_ELEMENTTYPES_H
#define DLC_SUPPORT_ELEMENTTYPES_H

#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"

#include <cstring>
#include <string>
#include <type_traits>

namespace dlc {

enum class ElementKind { Float, Bool, Signed, Unsigned };

struct ElementType {
  dlc_type code;
  ElementKind kind;
  unsigned bits;   ///< of a value
  unsigned bytes;  ///< of an element in memory
  unsigned digits; ///< bits of precision
  dlc_type arithmetic;
  bool inLanguage;
  llvm::StringLiteral name;  ///< as in the language
  llvm::StringLiteral cName; ///< of an element in memory
  llvm::StringLiteral numpy; ///< without the byte order; empty: none
  llvm::StringLiteral safetensors;
  uint8_t idx;           ///< 0: none
  double smallestNormal; ///< of the type that it is computed in; 0: no float

  bool isFloat() const { return kind == ElementKind::Float; }
  /// The greatest number that every integer from 0 to it is a value.
  int64_t greatestCount() const;
  /// Decimal digits enough to read the same value back; 0: no float.
  unsigned decimalDigits() const;
};

/// All of them, each at the place of its code.
llvm::ArrayRef<ElementType> elementTypes();

/// The names of those of the language: "f32, f64, i1, i8, ui8, i32 or i64".
std::string elementTypeNames();

/// The type of that code, or null.
const ElementType *findElementType(int64_t code);

/// The same of a code that is known to be one.
const ElementType &elementType(int64_t code);

/// How an element of a type lies in memory.
template <dlc_type type>
struct StoredElement;
#define DLC_ELEMENT_TYPE(NAME, CODE, KIND, BITS, DIGITS, ARITHMETIC, C, ...)   \
  template <>                                                                  \
  struct StoredElement<DLC_##NAME> {                                           \
    using Memory = C;                                                          \
    static constexpr dlc_type arithmetic = DLC_##ARITHMETIC;                   \
  };
#include "dlc/ElementTypes.def"

/// The C++ type that values of an element type are computed in.
template <dlc_type type>
using Arithmetic =
    typename StoredElement<StoredElement<type>::arithmetic>::Memory;

/// Calls `use` with a zero of the C++ type that an element has in memory.
template <typename Use>
auto withMemoryType(dlc_type type, Use use) {
  switch (type) {
#define DLC_ELEMENT_TYPE(NAME, ...)                                            \
  case DLC_##NAME:                                                             \
    return use(StoredElement<DLC_##NAME>::Memory());
#include "dlc/ElementTypes.def"
  }
  llvm_unreachable("not a dlc_type");
}

template <dlc_type type>
Arithmetic<type> readElementAs(const void *memory, int64_t index) {
  using Memory = typename StoredElement<type>::Memory;
  Memory bits;
  std::memcpy(&bits, static_cast<const char *>(memory) + index * sizeof(bits),
              sizeof(bits));
  if constexpr (type == DLC_BF16)
    // The upper half of an f32.
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  else
    return bits;
}

/// Calls `take` with an element in the type that its values are computed in.
template <typename Take>
auto readElement(int64_t type, const void *memory, int64_t index, Take take) {
  switch (static_cast<dlc_type>(type)) {
#define DLC_ELEMENT_TYPE(NAME, ...)                                            \
  case DLC_##NAME:                                                             \
    return take(readElementAs<DLC_##NAME>(memory, index));
#include "dlc/ElementTypes.def"
  }
  llvm_unreachable("not a dlc_type");
}

/// An element as a number; every f64 and i32 has one, large i64 the nearest.
inline double realElement(int64_t type, const void *memory, int64_t index) {
  return readElement(type, memory, index,
                     [](auto value) { return static_cast<double>(value); });
}
inline int64_t integerElement(int64_t type, const void *memory, int64_t index) {
  return readElement(type, memory, index,
                     [](auto value) { return static_cast<int64_t>(value); });
}

} // namespace dlc
#endif // DLC_SUPPORT_ELEMENTTYPES_H
