//===- GraphFile.cpp - Where a graph is written ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Graph/Graph.h"

#include "dlc/Support/ChildProcess.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"

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

Error GraphFile::write(StringRef graph) const {
  auto put = [&](StringRef text) {
    return writeStream(temporary, [&](raw_ostream &os) { os << text; });
  };
  if (program.empty())
    return put(graph);
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
  if (status != 0 || !drawn) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> said = MemoryBuffer::getFile(log);
    return makeError("{0}: {1} failed with status {2}: {3}", path, program,
                     status,
                     said ? printableLines((*said)->getBuffer().trim()) : "");
  }
  return put((*drawn)->getBuffer());
}
