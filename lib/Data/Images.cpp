//===- Images.cpp - Folders of images, one a class ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DIR/CLASS/*.png, or DIR/train/CLASS/*.png and DIR/test/CLASS/*.png (or val).
// Classes and files are taken in the order of their names. The field `image`
// has bytes: height x width of grey images, 3 x height x width of others.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"
#include "Picture.h"
#include "Readers.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/ReadFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <map>
#include <set>

using namespace llvm;
using namespace dlc;

static constexpr uint64_t mostBytes = uint64_t(1) << 28;

namespace {

/// The files of a part, and the class of each.
struct Listing {
  std::vector<std::string> files;
  std::vector<std::string> classes;
};

/// The common form of all images.
struct Form {
  int64_t height = 0, width = 0; ///< 0: that of the first image
  int64_t channels = 0;          ///< 0: grey if all are
  bool mustMatch = true;         ///< no size is given
};

} // namespace

/// The names in a folder, sorted; of folders or of files.
static Expected<std::vector<std::string>> namesIn(StringRef folder,
                                                  bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (sys::fs::directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error)) {
    StringRef name = sys::path::filename(at->path());
    if (!name.starts_with(".") && sys::fs::is_directory(at->path()) == folders)
      names.push_back(name.str());
  }
  if (error)
    return makeError("{0}: cannot be read: {1}", folder, error.message());
  llvm::sort(names);
  return std::move(names);
}

static std::string pathIn(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

static bool isPicture(StringRef name) {
  StringRef suffix = sys::path::extension(name);
  return suffix.equals_insensitive(".png") ||
         suffix.equals_insensitive(".jpg") ||
         suffix.equals_insensitive(".jpeg");
}

static Expected<Listing> list(StringRef folder) {
  Listing result;
  Expected<std::vector<std::string>> classes = namesIn(folder, true);
  if (!classes)
    return classes.takeError();
  for (const std::string &name : *classes) {
    std::string inside = pathIn(folder, name);
    Expected<std::vector<std::string>> files = namesIn(inside, false);
    if (!files)
      return files.takeError();
    for (const std::string &file : *files)
      if (isPicture(file)) {
        result.files.push_back(pathIn(inside, file));
        result.classes.push_back(name);
      }
  }
  if (result.files.empty())
    return makeError("{0}: has no folder of .png or .jpg files, expected one "
                     "for each class",
                     folder);
  return std::move(result);
}

static Expected<Picture> readPicture(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, mostBytes);
  if (!file)
    return file.takeError();
  return decodePicture((*file)->getBuffer(), path);
}

/// Pictures are decoded one at a time into the array, and grey ones widened
/// when the first in colour comes.
static Expected<Array> readAll(ArrayRef<std::string> files, Form form,
                               StringRef path) {
  int64_t count = static_cast<int64_t>(files.size());
  if (form.channels == 0) {
    form.channels = 1;
    for (const std::string &file : files) {
      Expected<Picture> picture = readPicture(file);
      if (!picture)
        return picture.takeError();
      if (picture->channels == 3) {
        form.channels = 3;
        break;
      }
    }
  }
  std::optional<Array> result;
  size_t bytes = 0;
  for (auto [index, file] : enumerate(files)) {
    Expected<Picture> picture = readPicture(file);
    if (!picture)
      return picture.takeError();
    if (form.height == 0) {
      form.height = picture->height;
      form.width = picture->width;
    }
    if (form.mustMatch &&
        (picture->height != form.height || picture->width != form.width))
      return makeError("{0}: {1} x {2} pixels, but {3} has {4} x {5}; "
                       "size={4}x{5} resizes all images",
                       file, picture->height, picture->width, files.front(),
                       form.height, form.width);
    convertChannels(*picture, form.channels);
    Picture fitted = resize(*picture, form.height, form.width);
    if (!result) {
      SmallVector<int64_t, 4> shape = {count, form.height, form.width};
      if (form.channels == 3)
        shape.insert(shape.begin() + 1, 3);
      Expected<Array> array = makeArray(DLC_U8, shape, path);
      if (!array)
        return array;
      result = std::move(*array);
      bytes = fitted.pixels.size();
    }
    uint8_t *target =
        reinterpret_cast<uint8_t *>(result->data.data()) + index * bytes;
    size_t pixels = bytes / form.channels;
    for (size_t pixel = 0; pixel < pixels; ++pixel)
      for (int64_t channel = 0; channel < form.channels; ++channel)
        target[channel * pixels + pixel] =
            fitted.pixels[pixel * form.channels + channel];
  }
  return std::move(*result);
}

/// "32x48", or "32" for both.
static Error parseSize(const Descriptor &descriptor, Form &form) {
  std::string text = descriptor.text("size");
  if (text.empty())
    return Error::success();
  auto [height, width] = StringRef(text).split('x');
  if (width.empty() && !StringRef(text).contains('x'))
    width = height;
  constexpr int64_t most = 1 << 14;
  if (height.getAsInteger(10, form.height) ||
      width.getAsInteger(10, form.width) || form.height < 1 || form.width < 1 ||
      form.height > most || form.width > most)
    return makeError("data descriptor: size={0}, expected HEIGHTxWIDTH, each "
                     "from 1 to {1}",
                     text, most);
  form.mustMatch = false;
  return Error::success();
}

std::vector<std::string> dlc::filesOfImages(StringRef text) {
  std::vector<std::string> files;
  StringRef folder = text.take_front(text.find(','));
  SmallVector<std::string> folders = {folder.str()};
  for (StringRef name : {"train", "test", "val", "eval"})
    folders.push_back(pathIn(folder, name));
  for (const std::string &inside : folders) {
    Expected<Listing> listing = list(inside);
    if (listing)
      append_range(files, listing->files);
    else
      consumeError(listing.takeError());
  }
  return files;
}

Expected<DataSplits> dlc::openImages(StringRef text,
                                     const DataOptions &options) {
  Expected<Descriptor> descriptor = Descriptor::parse(
      text, {"size", "colour", "folds", "fold", "eval", "split-seed"});
  if (!descriptor)
    return descriptor.takeError();
  Expected<std::string> folder = descriptor->file();
  if (!folder)
    return folder.takeError();
  Form form;
  if (Error error = parseSize(*descriptor, form))
    return std::move(error);
  Expected<std::string> colour =
      descriptor->choice("colour", {"auto", "yes", "no"});
  if (!colour)
    return colour.takeError();
  form.channels = *colour == "auto" ? 0 : *colour == "yes" ? 3 : 1;
  if (!sys::fs::is_directory(*folder))
    return makeError("{0}: is not a directory, expected one with a folder of "
                     "images for each class",
                     *folder);
  std::string trainFolder = pathIn(*folder, "train"), evalFolder;
  for (StringRef name : {"test", "val", "eval"})
    if (evalFolder.empty() && sys::fs::is_directory(pathIn(*folder, name)))
      evalFolder = pathIn(*folder, name);
  bool isSplit = sys::fs::is_directory(trainFolder) && !evalFolder.empty();
  Expected<Listing> all = list(isSplit ? trainFolder : *folder);
  if (!all)
    return all.takeError();
  size_t trained = all->files.size();
  if (isSplit) {
    Expected<Listing> evaluated = list(evalFolder);
    if (!evaluated)
      return evaluated.takeError();
    for (StringRef option : {"folds", "eval"})
      if (descriptor->has(option))
        return makeError("data descriptor: {0}: {1} and {2} say what to "
                         "evaluate on",
                         option, trainFolder, evalFolder);
    std::set<StringRef> known(all->classes.begin(), all->classes.end());
    for (const std::string &name : evaluated->classes)
      if (!known.count(name))
        return makeError("{0}: class '{1}' is not in {2}", evalFolder, name,
                         trainFolder);
    append_range(all->files, evaluated->files);
    append_range(all->classes, evaluated->classes);
  }
  std::map<std::string, int32_t> numbers;
  for (const std::string &name : all->classes)
    numbers.try_emplace(name, 0);
  std::vector<std::string> names;
  for (auto &[name, number] : numbers) {
    number = static_cast<int32_t>(names.size());
    names.push_back(name);
  }
  std::vector<int32_t> labels;
  for (const std::string &name : all->classes)
    labels.push_back(numbers[name]);
  Expected<Array> images = readAll(all->files, form, *folder);
  if (!images)
    return images.takeError();
  Expected<Array> label = makeI32(labels, *folder);
  if (!label)
    return label.takeError();
  std::vector<Field> fields;
  fields.push_back({"image", *folder, std::move(*images)});
  fields.push_back({"label", *folder, std::move(*label)});
  Split split;
  if (isSplit) {
    for (size_t i = 0; i < all->files.size(); ++i)
      (i < trained ? split.train : split.eval)
          .push_back(static_cast<uint32_t>(i));
  } else {
    Expected<Split> chosen =
        splitSamples(*descriptor, static_cast<int64_t>(labels.size()), 0.1);
    if (!chosen)
      return chosen.takeError();
    split = std::move(*chosen);
  }
  Expected<DataSplits> splits = makeSplits(std::move(fields), split);
  if (!splits)
    return splits;
  splits->unit = "images";
  splits->classes = std::move(names);
  return splits;
}
