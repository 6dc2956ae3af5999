//===- FileCache.cpp - Files that can be made again -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry is a file: its bytes, then a checksum of 64 bits. It is written
// under another name and renamed, so that a reader sees all of it or nothing.
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/FileCache.h"

#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <cstring>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

std::string FileCache::defaultFolder() {
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
  // The kernel's own object has none of our code and needs no id.
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

std::string FileCache::programBuild() {
  std::string ids;
  return dl_iterate_phdr(addBuildId, &ids) ? "" : ids;
}

std::string FileCache::pathOf(StringRef key) const {
  SmallString<128> path(folder);
  sys::path::append(path, key + suffix);
  return path.str().str();
}

/// Whether nobody else can have put code there.
static bool isOurs(const struct stat &status) {
  return status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static uint64_t checksum(StringRef bytes) {
  return xxh3_64bits(arrayRefFromStringRef(bytes));
}

std::unique_ptr<MemoryBuffer> FileCache::find(StringRef key) const {
  struct stat status;
  if (key.empty() || folder.empty() || stat(folder.c_str(), &status) != 0 ||
      !isOurs(status))
    return nullptr;
  int file =
      open(pathOf(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0)
    return nullptr;
  std::unique_ptr<MemoryBuffer> result;
  uint64_t sum;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && isOurs(status) &&
      status.st_size >= off_t(sizeof(sum))) {
    // Read, not mapped: nobody can change it under our feet.
    auto buffer = MemoryBuffer::getOpenFile(file, key, status.st_size,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
    if (buffer && (*buffer)->getBufferSize() >= sizeof(sum)) {
      StringRef bytes = (*buffer)->getBuffer();
      sum = support::endian::read64le(bytes.end() - sizeof(sum));
      if (checksum(bytes.drop_back(sizeof(sum))) == sum)
        result = std::move(*buffer);
    }
    // Most recently used.
    if (result)
      (void)futimens(file, nullptr);
  }
  close(file);
  return result;
}

StringRef FileCache::contents(const MemoryBuffer &entry) {
  return entry.getBuffer().drop_back(sizeof(uint64_t));
}

void FileCache::store(StringRef key, StringRef bytes) const {
  if (key.empty() || folder.empty() || bytes.size() > limit ||
      sys::fs::create_directories(folder, /*IgnoreExisting=*/true,
                                  sys::fs::owner_all))
    return;
  struct stat status;
  if (stat(folder.c_str(), &status) != 0 || !isOurs(status))
    return;
  char sum[sizeof(uint64_t)];
  support::endian::write64le(sum, checksum(bytes));
  consumeError(writeFileAtomically(pathOf(key), [&](raw_ostream &out) {
    out << bytes << StringRef(sum, sizeof(sum));
  }));
  evict();
}

/// Removes entries until the others fit, and what interrupted processes left.
void FileCache::evict() const {
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
    } else if (path.ends_with(suffix)) {
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
