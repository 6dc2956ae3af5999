//===- CodeCache.cpp - Compiled programs on disk --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry is
//
//   kMagic | number of objects | size of each | bytes of each
//
// with numbers of 64 bits.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/CodeCache.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static constexpr StringLiteral kMagic = "dlc code 1\n";

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string CodeCache::keyOf(MemoryBufferRef program,
                             const CompilerOptions &options,
                             StringRef processor) {
  std::string build = FileCache::programBuild();
  if (build.empty() || !options.dumpPhases.empty() || options.printMemoryPlan)
    return "";
  std::string samples;
  for (const auto &[step, count] : options.coverSamples)
    samples += std::to_string(count) + " of " + step + " ";
  std::string all;
  raw_string_ostream stream(all);
  // Each with its length, so that no two lists have one text.
  for (const std::string &part :
       {build, options.backend, processor.str(),
        std::to_string(options.optLevel),
        std::to_string(options.evaluationOnly),
        std::to_string(options.memoryBudget), options.gradientsOf,
        std::to_string(options.gradientOrder),
        std::to_string(options.gradientNumber),
        std::to_string(options.gradientNorms), options.from,
        std::to_string(options.profile), join(options.disabledPasses, " "),
        join(options.batch, " "), samples,
        // Faults name the file of the op.
        sys::path::filename(program.getBufferIdentifier()).str()})
    stream << part.size() << ' ' << part;
  stream << program.getBuffer();
  SHA256 hash;
  hash.update(all);
  return toHex(hash.final(), /*LowerCase=*/true);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// The objects of an entry, if the entry is whole.
static std::optional<Objects> parse(StringRef entry) {
  auto takeNumber = [&](uint64_t &number) {
    if (entry.size() < sizeof(number))
      return false;
    number = support::endian::read64le(entry.data());
    entry = entry.drop_front(sizeof(number));
    return true;
  };
  if (!entry.consume_front(kMagic))
    return std::nullopt;
  uint64_t number = 0;
  if (!takeNumber(number) || number > entry.size())
    return std::nullopt;
  SmallVector<uint64_t> sizes(number);
  for (uint64_t &size : sizes)
    if (!takeNumber(size))
      return std::nullopt;
  Objects objects;
  for (uint64_t size : sizes) {
    if (size > entry.size())
      return std::nullopt;
    objects.emplace_back(entry.begin(), entry.begin() + size);
    entry = entry.drop_front(size);
  }
  return entry.empty() ? std::optional(std::move(objects)) : std::nullopt;
}

std::optional<Objects> CodeCache::find(StringRef key) const {
  std::unique_ptr<MemoryBuffer> entry = files.find(key);
  return entry ? parse(FileCache::contents(*entry)) : std::nullopt;
}

void CodeCache::store(StringRef key, const Objects &objects) const {
  std::string entry;
  raw_string_ostream stream(entry);
  auto writeNumber = [&](uint64_t number) {
    char bytes[sizeof(number)];
    support::endian::write64le(bytes, number);
    stream.write(bytes, sizeof(bytes));
  };
  stream << kMagic;
  writeNumber(objects.size());
  for (const SmallVector<char, 0> &object : objects)
    writeNumber(object.size());
  for (const SmallVector<char, 0> &object : objects)
    stream.write(object.data(), object.size());
  files.store(key, entry);
}
