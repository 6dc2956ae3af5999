//===- GraphFile.cpp - Output files of graphs -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Graph/Graph.h"

#include "dlc/Support/ChildProcess.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

Expected<GraphFile> GraphFile::open(StringRef path, PendingFiles &files) {
  StringRef suffix = sys::path::extension(path);
  if (suffix != ".svg" && suffix != ".dot")
    return makeError("{0}: the graph is written as .svg or as .dot; give the "
                     "file one of these suffixes",
                     path);
  std::string program;
  if (suffix == ".svg") {
    ErrorOr<std::string> found = sys::findProgramByName("dot");
    if (!found)
      return makeError("{0}: an .svg needs the program dot on PATH, and there "
                       "is none: install Graphviz (the package graphviz), or "
                       "write a .dot file, which needs nothing",
                       path);
    program = *found;
  }
  Expected<std::string> temporary = files.reserve(path);
  if (!temporary)
    return temporary.takeError();
  return GraphFile(path.str(), *temporary, program);
}

/// The picture of a graph.
Expected<std::string> GraphFile::layOut(StringRef graph) const {
  Expected<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder)
    return folder.takeError();
  Expected<std::string> source = folder->write("graph.dot", graph);
  if (!source)
    return source.takeError();
  std::string log = folder->file("log"), picture = folder->file("graph.svg");
  // Graphviz fails to route the curves of some large graphs, not lines.
  int status = 1;
  for (StringRef lines : {"spline", "line"}) {
    Expected<int> run = runProgram(
        {program, "-Tsvg", "-o", picture, "-Gsplines=" + lines.str(), *source},
        *folder, log);
    if (!run)
      return run.takeError();
    if ((status = *run) == 0)
      break;
  }
  ErrorOr<std::unique_ptr<MemoryBuffer>> drawn = MemoryBuffer::getFile(picture);
  if (status == 0 && drawn)
    return (*drawn)->getBuffer().str();
  ErrorOr<std::unique_ptr<MemoryBuffer>> said = MemoryBuffer::getFile(log);
  return makeError("{0}: {1} failed with status {2}: {3}", path, program,
                   status,
                   said ? printableLines((*said)->getBuffer().trim()) : "");
}

namespace {
/// Graphviz's output, as an element of a larger picture.
struct Picture {
  double width = 0, height = 0;
  std::string rest; ///< behind "<svg " and the size
};
} // namespace

static std::optional<Picture> readPicture(StringRef text, size_t number) {
  Picture picture;
  size_t begin = text.find("<svg ");
  if (begin == StringRef::npos)
    return std::nullopt;
  text = text.drop_front(begin + strlen("<svg "));
  for (auto [name, value] : {std::pair("width=\"", &picture.width),
                             std::pair("height=\"", &picture.height)}) {
    auto [size, behind] = text.ltrim().split("pt\"");
    if (!size.consume_front(name) || size.getAsDouble(*value))
      return std::nullopt;
    text = behind;
  }
  // Each picture numbers its elements from 1.
  SmallVector<StringRef> parts;
  text.split(parts, "<g id=\"");
  picture.rest = join(parts, ("<g id=\"p" + Twine(number) + ".").str());
  return picture;
}

static std::string putSideBySide(ArrayRef<Picture> pictures) {
  double width = 0, height = 0;
  for (const Picture &picture : pictures) {
    width += picture.width;
    height = std::max(height, picture.height);
  }
  std::string text =
      formatv("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
              "<svg width=\"{0}pt\" height=\"{1}pt\" viewBox=\"0 0 {0} {1}\" "
              "xmlns=\"http://www.w3.org/2000/svg\">\n"
              "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
              width, height);
  double at = 0;
  for (const Picture &picture : pictures) {
    text += formatv("<svg x=\"{0}\" width=\"{1}\" height=\"{2}\"", at,
                    picture.width, picture.height);
    text += picture.rest;
    at += picture.width;
  }
  return text + "</svg>\n";
}

Error GraphFile::write(ArrayRef<std::string> graphs) const {
  auto put = [&](StringRef text) {
    return writeStream(temporary, [&](raw_ostream &os) { os << text; });
  };
  if (program.empty())
    return put(graphs.front());
  SmallVector<Picture> pictures;
  for (auto [number, graph] : enumerate(graphs)) {
    Expected<std::string> drawn = layOut(graph);
    if (!drawn)
      return drawn.takeError();
    if (graphs.size() == 1)
      return put(*drawn);
    std::optional<Picture> picture = readPicture(*drawn, number);
    if (!picture)
      return makeError("{0}: {1} wrote a picture without a size in points",
                       path, program);
    pictures.push_back(std::move(*picture));
  }
  return put(putSideBySide(pictures));
}
