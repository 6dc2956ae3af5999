//===- CodeCache.cpp - Compiled programs on disk --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry is a file:
//
//   kMagic | number of objects | size of each | bytes of each | checksum
//
// with numbers of 64 bits. It is written under another name and renamed, so
// that a reader sees all of it or nothing.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/CodeCache.h"

#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

static constexpr StringLiteral kMagic = "dlc code 1\n", kSuffix = ".code";

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string CodeCache::defaultFolder() {
  if (const char *folder = getenv("DLC_CACHE_DIR"))
    return folder;
  SmallString<128> path;
  const char *base = getenv("XDG_CACHE_HOME");
  if (base && sys::path::is_absolute(base)) {
    path = base;
  } else {
    const char *home = getenv("HOME");
    if (!home || !sys::path::is_absolute(home))
      return "";
    path = home;
    sys::path::append(path, ".cache");
  }
  sys::path::append(path, "dlc");
  return path.str().str();
}

/// Adds the build id of a loaded object to a list; a nonzero result ends the
/// iteration.
static int addBuildId(dl_phdr_info *info, size_t, void *list) {
  auto &ids = *static_cast<std::string *>(list);
  // Of the kernel's own object, which has no code of ours, none is asked.
  if (StringRef(info->dlpi_name).starts_with("linux-vdso"))
    return 0;
  for (const ElfW(Phdr) &header : ArrayRef(info->dlpi_phdr, info->dlpi_phnum)) {
    if (header.p_type != PT_NOTE)
      continue;
    const char *at =
        reinterpret_cast<const char *>(info->dlpi_addr + header.p_vaddr);
    const char *end = at + header.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof(note));
      const char *name = at + sizeof(note);
      const char *value = name + alignTo(note.n_namesz, 4);
      at = value + alignTo(note.n_descsz, 4);
      if (at > end || note.n_type != NT_GNU_BUILD_ID ||
          StringRef(name, note.n_namesz) != StringRef("GNU\0", 4))
        continue;
      ids += toHex(StringRef(value, note.n_descsz));
      ids += '\n';
      return 0;
    }
  }
  ids.clear();
  return 1;
}

/// What tells this build of the compiler and of its libraries from others;
/// empty if one of them does not say.
static std::string compilerBuild() {
  std::string ids;
  return dl_iterate_phdr(addBuildId, &ids) ? "" : ids;
}

std::string CodeCache::keyOf(MemoryBufferRef program,
                             const CompilerOptions &options,
                             StringRef processor) {
  std::string build = compilerBuild();
  if (build.empty() || !options.dumpPhases.empty() || options.printMemoryPlan)
    return "";
  std::string samples;
  for (const auto &[step, count] : options.coverSamples)
    samples += std::to_string(count) + " of " + step + " ";
  std::string all;
  raw_string_ostream stream(all);
  // Each with its length, so that no two lists have one text.
  for (const std::string &part :
       {build, processor.str(), std::to_string(options.optLevel),
        std::to_string(options.memoryBudget), options.gradientsOf,
        std::to_string(options.gradientOrder),
        std::to_string(options.gradientNumber), options.from,
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

std::string CodeCache::pathOf(StringRef key) const {
  SmallString<128> path(folder);
  sys::path::append(path, key + kSuffix);
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// Whether nobody else can have put code there.
static bool isOurs(const struct stat &status) {
  return status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static uint64_t checksum(StringRef bytes) {
  return xxh3_64bits(arrayRefFromStringRef(bytes));
}

/// The objects of an entry, if the entry is whole.
static std::optional<Objects> parse(StringRef entry) {
  auto takeNumber = [&](uint64_t &number) {
    if (entry.size() < sizeof(number))
      return false;
    number = support::endian::read64le(entry.data());
    entry = entry.drop_front(sizeof(number));
    return true;
  };
  uint64_t sum = 0;
  if (entry.size() < sizeof(sum))
    return std::nullopt;
  sum = support::endian::read64le(entry.end() - sizeof(sum));
  entry = entry.drop_back(sizeof(sum));
  if (checksum(entry) != sum || !entry.consume_front(kMagic))
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
  struct stat status;
  if (key.empty() || folder.empty() || stat(folder.c_str(), &status) != 0 ||
      !isOurs(status))
    return std::nullopt;
  int file =
      open(pathOf(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0)
    return std::nullopt;
  std::optional<Objects> objects;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && isOurs(status)) {
    // Read, not mapped: nobody can change it under our feet.
    auto buffer = MemoryBuffer::getOpenFile(file, key, status.st_size,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
    if (buffer)
      objects = parse((*buffer)->getBuffer());
    // Most recently used.
    if (objects)
      (void)futimens(file, nullptr);
  }
  close(file);
  return objects;
}

void CodeCache::store(StringRef key, const Objects &objects) const {
  if (key.empty() || folder.empty() ||
      sys::fs::create_directories(folder, /*IgnoreExisting=*/true,
                                  sys::fs::owner_all))
    return;
  struct stat status;
  if (stat(folder.c_str(), &status) != 0 || !isOurs(status))
    return;
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
  writeNumber(checksum(entry));
  if (entry.size() > limit)
    return;
  consumeError(writeFileAtomically(pathOf(key),
                                   [&](raw_ostream &out) { out << entry; }));
  evict();
}

/// Removes entries until the others fit, and what interrupted processes left.
void CodeCache::evict() const {
  struct Entry {
    sys::TimePoint<> used;
    std::string path;
    uint64_t bytes;
  };
  SmallVector<Entry> entries;
  uint64_t total = 0;
  auto oldest = std::chrono::system_clock::now() - std::chrono::hours(1);
  std::error_code error;
  for (sys::fs::directory_iterator at(folder, error, /*follow_symlinks=*/false),
       end;
       at != end && !error; at.increment(error)) {
    ErrorOr<sys::fs::basic_file_status> status = at->status();
    if (!status || status->type() != sys::fs::file_type::regular_file)
      continue;
    StringRef path = at->path();
    if (path.ends_with(".tmp") && status->getLastModificationTime() < oldest) {
      (void)sys::fs::remove(path);
    } else if (path.ends_with(kSuffix)) {
      entries.push_back(
          {status->getLastModificationTime(), path.str(), status->getSize()});
      total += status->getSize();
    }
  }
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.used, a.path) < std::tie(b.used, b.path);
  });
  for (const Entry &entry : entries) {
    if (total <= limit)
      return;
    (void)sys::fs::remove(entry.path);
    total -= entry.bytes;
  }
}
