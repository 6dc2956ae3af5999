//===- ElementTypes.cpp - The element types of tensors --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/ElementTypes.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <limits>
#include <vector>

using namespace llvm;
using namespace dlc;

static constexpr ElementKind FLOAT = ElementKind::Float,
                             BOOL = ElementKind::Bool,
                             SIGNED = ElementKind::Signed,
                             UNSIGNED = ElementKind::Unsigned;

template <dlc_type type>
static constexpr double smallestNormal() {
  if constexpr (std::is_floating_point_v<Arithmetic<type>>)
    return std::numeric_limits<Arithmetic<type>>::min();
  else
    return 0;
}

static constexpr ElementType types[] = {
#define DLC_ELEMENT_TYPE(NAME, CODE, KIND, BITS, DIGITS, ARITHMETIC, C,        \
                         LANGUAGE, MLIR, NUMPY, SAFETENSORS, IDX)              \
  {DLC_##NAME,                                                                 \
   KIND,                                                                       \
   BITS,                                                                       \
   sizeof(C),                                                                  \
   DIGITS,                                                                     \
   DLC_##ARITHMETIC,                                                           \
   bool(LANGUAGE),                                                             \
   MLIR,                                                                       \
   #C,                                                                         \
   NUMPY,                                                                      \
   SAFETENSORS,                                                                \
   IDX,                                                                        \
   smallestNormal<DLC_##NAME>()},
#include "dlc/ElementTypes.def"
};

static constexpr bool isInOrder() {
  for (size_t i = 0; i < std::size(types); ++i)
    if (types[i].code != static_cast<dlc_type>(i) ||
        types[i].bytes != (types[i].bits + 7) / 8)
      return false;
  return true;
}
static_assert(isInOrder(), "rows stand at the place of their code");

std::string dlc::elementTypeNames() {
  std::vector<StringRef> names;
  for (const ElementType &type : types)
    if (type.inLanguage)
      names.push_back(type.name);
  StringRef last = names.back();
  names.pop_back();
  return join(names, ", ") + " or " + last.str();
}

int64_t ElementType::greatestCount() const {
  uint64_t next = uint64_t(1) << digits;
  return isFloat() ? next : next - 1;
}

unsigned ElementType::decimalDigits() const {
  if (!isFloat())
    return 0;
  // As max_digits10 of the type that it is computed in.
  unsigned binary = types[arithmetic].digits;
  return 2 + static_cast<unsigned>(binary * std::log10(2.0));
}

ArrayRef<ElementType> dlc::elementTypes() { return types; }

const ElementType *dlc::findElementType(int64_t code) {
  return code >= 0 && code < int64_t(std::size(types)) ? &types[code] : nullptr;
}

const ElementType &dlc::elementType(int64_t code) {
  if (const ElementType *type = findElementType(code))
    return *type;
  llvm_unreachable("not a dlc_type");
}
