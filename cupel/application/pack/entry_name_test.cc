// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/entry_name.h"

#include <filesystem>
#include <random>

#include "cupel/testing/status_matchers.h"

namespace cupel::application::pack {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(EntryName, AcceptsWhatAPackHolds) {
  for (const char* name : {"VERIFY.md", "run/evidence/0001-inspect.pgd.sigstore.json",
                           "run/ledger/tile/0/x001/234.p/7", "model/my model (2).onnx", "a/b/..c/.d"}) {
    EXPECT_THAT(CheckEntryName(name), IsOk()) << name;
  }
}

TEST(EntryName, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"../x", "a/../../x", "..", "a/..", "/etc/passwd", "//x", "./x", "a/./b", "a//b",
                           "a/", "C:/x", "C:x", "..\\x", "a\\..\\..\\x", ".. /x", "a/...", "a. /b"}) {
    EXPECT_THAT(CheckEntryName(name), HasError(ErrorCode::kVerificationFailed)) << name;
  }
}

TEST(EntryName, RefusesBytesThatAreNoPlainText) {
  for (const std::string& name :
       {std::string(""), std::string("a\0b", 3), std::string("a\nb"), std::string("a\x1b[2J"),
        std::string("a\x7f"), std::string("\xc3\xa9"), std::string(513, 'a')}) {
    EXPECT_THAT(CheckEntryName(name), HasError(ErrorCode::kVerificationFailed)) << name.size();
  }
  EXPECT_THAT(CheckEntryName(std::string(512, 'a')), IsOk());
}

TEST(EntryName, MessageDoesNotRepeatControlCharacters) {
  const Status status = CheckEntryName("a\x1b[2Jb");
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().ToString(), HasSubstr("a?[2Jb"));
  EXPECT_THAT(status.error().ToString(), Not(HasSubstr("\x1b")));
}

// The promise itself, by another route: lexical normalisation of the standard library.
TEST(EntryName, WhatPassesStaysBelowTheFolder) {
  constexpr std::string_view kLetters = "./\\: a";
  std::mt19937 random(1);
  int passed = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string name(1 + random() % 8, ' ');
    for (char& c : name) c = kLetters[random() % kLetters.size()];
    if (!CheckEntryName(name)) continue;
    ++passed;
    const std::filesystem::path joined = (std::filesystem::path("/folder/of") / name).lexically_normal();
    EXPECT_TRUE(joined.generic_string().starts_with("/folder/of/")) << name;
    EXPECT_EQ(joined.generic_string(), "/folder/of/" + name) << "one name, one file";
  }
  EXPECT_GT(passed, 1000);
}

}  // namespace
}  // namespace cupel::application::pack
