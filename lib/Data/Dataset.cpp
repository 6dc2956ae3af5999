//===- Dataset.cpp - Named arrays of samples ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"

#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace dlc;

Expected<Dataset> Dataset::create(std::vector<Field> fields) {
  if (fields.empty())
    return makeError("data without a field");
  for (auto [index, field] : enumerate(fields))
    for (const Field &other : ArrayRef(fields).take_front(index))
      if (other.name == field.name)
        return makeError("field '{0}' is named twice: '{1}' and '{2}'",
                         field.name, other.path, field.path);
  for (const Field &field : fields) {
    if (!field.sampleDim || *field.sampleDim < field.array.shape.size())
      continue;
    if (field.array.shape.empty())
      return makeError("field '{0}': '{1}' holds a scalar, expected one entry "
                       "a sample; {0}@all=FILE gives it to every batch",
                       field.name, field.path);
    return makeError("field '{0}@{1}': '{2}' holds {3}, which has no dimension "
                     "{1}; dimensions count from 0",
                     field.name, *field.sampleDim, field.path,
                     describe(field.array.type, field.array.shape));
  }

  auto found = find_if(
      fields, [](const Field &field) { return field.sampleDim.has_value(); });
  if (found == fields.end())
    return Dataset(std::move(fields), 1);
  const Field &first = *found;
  int64_t samples = first.array.shape[*first.sampleDim];
  if (samples == 0)
    return makeError("field '{0}': '{1}' holds no samples", first.name,
                     first.path);
  // Samples are numbered with 32 bits, in the shuffle too.
  if (samples > int64_t(1) << 32)
    return makeError(
        "field '{0}': '{1}' holds {2} samples, expected at most 2^32",
        first.name, first.path, samples);
  for (const Field &field : fields) {
    int64_t own =
        field.sampleDim ? field.array.shape[*field.sampleDim] : samples;
    if (own != samples)
      return makeError("field '{0}': '{1}' holds {2} samples, but field '{3}': "
                       "'{4}' holds {5}",
                       first.name, first.path, samples, field.name, field.path,
                       own);
  }
  return Dataset(std::move(fields), samples);
}

const Field *Dataset::find(StringRef name) const {
  const auto *found =
      find_if(fields(), [&](const Field &field) { return field.name == name; });
  return found == fields().end() ? nullptr : found;
}

Error Dataset::unknownField(StringRef name) const {
  SmallVector<StringRef> names;
  for (const Field &field : fields())
    names.push_back(field.name);
  return unknownName("field of the data", name, names);
}

bool Dataset::isWhole() const {
  return none_of(
      fields(), [](const Field &field) { return field.sampleDim.has_value(); });
}

Expected<Dataset> Dataset::first(int64_t count) const {
  if (isWhole())
    return makeError("the data are one whole, of which there is no part");
  if (count > samples)
    return makeError("{0} samples, but the data have {1}", count, samples);
  std::vector<Field> taken;
  for (const Field &field : fields()) {
    Field part = {field.name, field.path, {}, field.sampleDim};
    part.array.type = field.array.type;
    part.array.shape = field.array.shape;
    if (!field.sampleDim) {
      part.array.data = field.array.data;
      taken.push_back(std::move(part));
      continue;
    }
    // For each index of the dimensions in front, the samples lie together.
    int64_t pieces = 1;
    for (unsigned dim = 0; dim < *field.sampleDim; ++dim)
      pieces *= field.array.shape[dim];
    part.array.shape[*field.sampleDim] = count;
    int64_t bytes = *sizeInBytes(part.array.type, part.array.shape);
    int64_t kept = pieces ? bytes / pieces : 0;
    int64_t given =
        pieces ? static_cast<int64_t>(field.array.data.size()) / pieces : 0;
    if (Error error = makeRoom(part.array.data, bytes, field.path))
      return std::move(error);
    for (int64_t piece = 0; piece < pieces; ++piece)
      std::copy_n(field.array.data.begin() + piece * given, kept,
                  part.array.data.begin() + piece * kept);
    taken.push_back(std::move(part));
  }
  return create(std::move(taken));
}
