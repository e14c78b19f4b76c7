// SPDX-License-Identifier: Apache-2.0
// Size budgets and form rules of the house (docs/conventions.md).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <regex>

#include "tests/structure/source_tree.h"

namespace cupel::structure {
namespace {

/// Files that may be longer than 600 lines, each with its reason. Keep it short.
const std::set<std::string>& LongFilesAllowed() {
  static const std::set<std::string> files = {};
  return files;
}

struct Function {
  std::string place;
  int lines = 0;
};

/// Functions by the same crude measure as the survey behind the budgets: from the line that opens a block in
/// column 0 (not a namespace, type or table) to its closing brace in column 0.
std::vector<Function> FunctionsOf(const SourceFile& file) {
  static const std::regex kNotFunction(
      R"(^(namespace|class|struct|enum|union|extern|constexpr|const|static const|using|#|\}).*)");
  std::vector<Function> functions;
  int start = -1;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.empty() || line[0] == ' ' || line[0] == '/') continue;
    if (start < 0 && !std::regex_match(line, kNotFunction) && line.find('(') != std::string::npos) {
      start = static_cast<int>(i);
    }
    if (start >= 0 && line[0] == '}') {
      functions.push_back({fmt::format("{}:{}", file.path, start + 1), static_cast<int>(i) - start + 1});
      start = -1;
    }
    // A declaration, or a function on one line.
    if (start >= 0 && (line.back() == ';' || line.back() == '}')) start = -1;
  }
  return functions;
}

std::size_t Percentile90(std::vector<std::size_t> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() * 9 / 10];
}

/// Sources are ASCII, except the Chinese half of user-visible texts (docs/decisions/0002): UTF-8 of U+3000
/// and up, and never outside a string literal.
bool IsAsciiOrChinese(const std::string& line) {
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == '"' && (i == 0 || line[i - 1] != '\\')) in_string = !in_string;
    if (byte < 128 || (byte >= 0x80 && byte < 0xC0)) continue;
    const bool punctuation =
        byte == 0xE2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) == 0x80;
    if (!in_string || (!punctuation && (byte < 0xE3 || byte > 0xEF))) return false;
  }
  return true;
}

/// Characters, not bytes: a Chinese character takes three.
std::size_t Columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x80 || c >= 0xC0; }));
}

class Budgets : public testing::Test {
 protected:
  const std::vector<SourceFile> files_ = ReadSources(CUPEL_SOURCE_DIR);
};

TEST_F(Budgets, NoFileIsLongerThan600Lines) {
  for (const SourceFile& file : files_) {
    if (LongFilesAllowed().contains(file.path)) continue;
    EXPECT_LE(file.lines.size(), 600u) << file.path;
  }
}

TEST_F(Budgets, NineOfTenFilesAreShort) {
  std::vector<std::size_t> sources;
  std::vector<std::size_t> headers;
  for (const SourceFile& file : files_) (file.IsHeader() ? headers : sources).push_back(file.lines.size());
  EXPECT_LE(Percentile90(sources), 400u);
  EXPECT_LE(Percentile90(headers), 200u);
}

TEST_F(Budgets, NoFunctionIsLongerThan80Lines) {
  std::vector<std::size_t> lengths;
  for (const SourceFile& file : files_) {
    for (const Function& function : FunctionsOf(file)) {
      if (file.IsTest()) continue;
      EXPECT_LE(function.lines, 80) << function.place;
      lengths.push_back(static_cast<std::size_t>(function.lines));
    }
  }
  ASSERT_GT(lengths.size(), 50u);
  EXPECT_LE(Percentile90(lengths), 35u);
}

TEST_F(Budgets, FilesFollowTheForm) {
  for (const SourceFile& file : files_) {
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_EQ(file.lines[0], "// SPDX-License-Identifier: Apache-2.0") << file.path;
    EXPECT_TRUE(!file.IsHeader() || std::ranges::count(file.lines, "#pragma once") == 1) << file.path;
    for (const std::string& line : file.lines) {
      EXPECT_TRUE(IsAsciiOrChinese(line)) << file.path << ": " << line;
      EXPECT_LE(Columns(line), 120u) << file.path << ": " << line;
    }
  }
}

TEST(BudgetsMeasure, AllowsChineseOnlyInStrings) {
  EXPECT_TRUE(IsAsciiOrChinese("Text{\"accuracy\", \"\u51c6\u786e\u7387\"}"));
  EXPECT_FALSE(IsAsciiOrChinese("// \u51c6\u786e\u7387"));
  EXPECT_FALSE(IsAsciiOrChinese("\"caf\u00e9\""));
}

TEST(BudgetsMeasure, SeesALongFunction) {
  SourceFile file{"x.cc", "base", {"int F() {"}};
  for (int i = 0; i < 90; ++i) file.lines.push_back("  work();");
  file.lines.push_back("}");

  const std::vector<Function> functions = FunctionsOf(file);

  ASSERT_EQ(functions.size(), 1u);
  EXPECT_EQ(functions[0].lines, 92);
}

}  // namespace
}  // namespace cupel::structure
