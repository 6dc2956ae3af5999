//===- NamesTest.cpp - Names that files can hold, and those they cannot ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <unistd.h>

using namespace dlc::test;

namespace {

/// The test model with two of its entries under other names.
struct Named {
  Named(const char *weight, const char *mean)
      : states(model().states, model().states + model().num_states),
        table(model()) {
    states[FcWeight].tensor.name = weight;
    states[Mean].tensor.name = mean;
    table.states = states.data();
  }
  std::vector<dlc_state> states;
  dlc_model table;
};

std::string createError(const dlc_model &of) {
  dlc_handle *handle = nullptr;
  EXPECT_EQ(dlc_create(&of, 1, &handle), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(handle, nullptr);
  dlc_destroy(handle);
  return handle ? "" : dlc_last_error(nullptr);
}

} // namespace

// Every name that a model can be made with comes back from a file.
TEST(Names, RoundTrip) {
  std::string folder = testing::TempDir() + "dlc-names-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::string path = folder + "/a";
  std::vector<std::string> names = {"\"",
                                    "\\",
                                    "\\u0041",
                                    "/",
                                    "a/b",
                                    " ",
                                    "a\nb",
                                    "\x7f",
                                    "\x1b[31m",
                                    "{}",
                                    "\",\"",
                                    "__metadata",
                                    "__metadata__ ",
                                    "..",
                                    "%s%n",
                                    "gr\xc3\xb6\xc3\x9f"
                                    "e",
                                    "\xef\xbf\xbe",
                                    "\xef\xbf\xbf",
                                    "\xef\xbb\xbfmark",
                                    "\xf0\x9f\x98\x80",
                                    "\xf4\x8f\xbf\xbf",
                                    "\xc2\x80",
                                    "\xed\x9f\xbf",
                                    std::string(70000, 'n')};
  for (char c = 1; c < 0x20; ++c)
    names.push_back(std::string("c") + c);
  for (const std::string &name : names) {
    SCOPED_TRACE(name.substr(0, 20));
    std::string other = name + "'";
    Named named(name.c_str(), other.c_str());
    Handle from = create(1, named.table), to = create(1, named.table);
    ASSERT_TRUE(from && to) << dlc_last_error(nullptr);
    ASSERT_EQ(dlc_init(from.get(), 7), DLC_OK);
    ASSERT_NE(getAll(from.get()), getAll(to.get()));
    for (int scope : {DLC_PARAMS, DLC_ALL}) {
      ASSERT_EQ(dlc_save(from.get(), path.c_str(), scope), DLC_OK)
          << dlc_last_error(from.get());
      ASSERT_EQ(dlc_load(to.get(), path.c_str(), scope), DLC_OK)
          << dlc_last_error(to.get());
    }
    EXPECT_EQ(getAll(from.get()), getAll(to.get()));
  }
  unlink(path.c_str());
  rmdir(folder.c_str());
}

TEST(Names, WhatNoFileCanHold) {
  for (const char *name :
       {"\xff\xfe", "\x80", "a\xc3", "\xc0\x80", "\xed\xa0\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\xf4\x90\x80\x80"})
    EXPECT_NE(createError(Named(name, "mean").table)
                  .find("has a name that is not UTF-8"),
              std::string::npos);
  EXPECT_EQ(createError(Named("__metadata__", "mean").table),
            "model \"fashion\": state \"__metadata__\" has the name that "
            "safetensors files keep for text about the file");
  EXPECT_EQ(createError(Named("", "mean").table),
            "model \"fashion\": state \"\" has no name");
  // "a\0b" arrives as "a".
  EXPECT_EQ(createError(Named("a\0b", "a").table),
            "model \"fashion\": state \"a\" is there twice");
}

TEST(Names, StepsInputsAndOutputsDiffer) {
  dlc_model table = model();
  dlc_step steps[] = {model().steps[Square], model().steps[Faulty]};
  table.steps = steps;
  table.num_steps = 2;
  ASSERT_TRUE(create(1, table));
  steps[1].name = steps[0].name;
  EXPECT_EQ(createError(table), "model \"fashion\": step \"square\" is there "
                                "twice");
  steps[1].name = "\xff";
  EXPECT_EQ(createError(table), "model \"fashion\": step \"\\xff\" has a name "
                                "that is not UTF-8");
  steps[1] = model().steps[Faulty];
  dlc_tensor same[] = {steps[0].inputs[0], steps[0].inputs[0]};
  steps[0].inputs = same;
  steps[0].num_inputs = 2;
  EXPECT_EQ(createError(table), "model \"fashion\": input \"x\" is there "
                                "twice");
  steps[0] = model().steps[Square];
  steps[0].outputs = same;
  steps[0].num_outputs = 2;
  EXPECT_EQ(createError(table), "model \"fashion\": output \"x\" is there "
                                "twice");
  steps[0] = model().steps[Square];
  const char *none[] = {nullptr};
  steps[0].faults = none;
  steps[0].num_faults = 1;
  EXPECT_EQ(createError(table), "model \"fashion\": step \"square\" has a "
                                "fault without a message");
}

// What a terminal would obey stands in messages as \xNN; text stays text.
TEST(Names, MessagesArePlainText) {
  Handle handle = create(1);
  auto say = [&](const std::string &name) {
    char byte;
    EXPECT_EQ(dlc_get(handle.get(), name.c_str(), &byte, 1), DLC_ERROR_NAME);
    std::string text = dlc_last_error(handle.get());
    size_t begin = text.find('"') + 1, end = text.find("\" in model");
    return text.substr(begin, end - begin);
  };
  EXPECT_EQ(say("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(say("a\nb\r\t\x7f"), "a\\x0ab\\x0d\\x09\\x7f");
  EXPECT_EQ(say("\xc2\x9b"
                "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(say("\xe2\x80\xaegnp.a"), "\\xe2\\x80\\xaegnp.a");
  EXPECT_EQ(say("\xe2\x81\xa6x"), "\\xe2\\x81\\xa6x");
  EXPECT_EQ(say("\xff\xc3"), "\\xff\\xc3");
  for (const char *plain : {"gr\xc3\xb6\xc3\x9f"
                            "e",
                            "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xe2\x80\xa6"})
    EXPECT_EQ(say(plain), plain);
  // Longer than a message can be, at any place of the cut.
  for (size_t length = 900; length < 1100; ++length) {
    std::string name(length, 'a'), text;
    char byte;
    dlc_get(handle.get(), (name + "\x1b\xf0\x9f\x98\x80\x1b").c_str(), &byte,
            1);
    text = dlc_last_error(handle.get());
    EXPECT_LT(text.size(), 1024u);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}
