//===- PrintableTest.cpp - Text from outside, for a terminal --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Printable.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

TEST(Printable, PlainTextStays) {
  for (const char *text : {"", "conv1.weight",
                           "gr\xc3\xb6\xc3\x9f"
                           "e",
                           "\xe2\x82\xac", "\xf0\x9f\x98\x80", "a\\x1b"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, WhatATerminalObeys) {
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("a\nb\tc\r\x7f"), "a\\x0ab\\x09c\\x0d\\x7f");
  EXPECT_EQ(printable(bytes("a\0b")), "a\\x00b");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "abc"),
            "\\xe2\\x80\\xae"
            "abc");
}

TEST(Printable, WhatIsNoUtf8) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");
  EXPECT_EQ(printable("\xc3"
                      "a"),
            "\\xc3"
            "a");
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
}

TEST(Printable, LinesStay) {
  EXPECT_EQ(printableLines("a:\n\tb\r\n\x1b"), "a:\n\tb\\x0d\n\\x1b");
}

} // namespace
