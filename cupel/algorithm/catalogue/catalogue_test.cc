// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "cupel/base/file.h"

namespace cupel::algorithm::catalogue {
namespace {

using scheme::Scheme;

bool IsPlainId(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) ||
           c == '_';
  });
}

TEST(CatalogueTest, EverySchemeHasADefinitionAReferenceAndATest) {
  for (const Scheme* scheme : AllSchemes()) {
    SCOPED_TRACE(scheme->id);
    EXPECT_TRUE(IsPlainId(scheme->id));
    EXPECT_FALSE(scheme->definition.empty());
    EXPECT_FALSE(scheme->reference.empty());
    EXPECT_NE(scheme->test.find("Test."), std::string_view::npos) << scheme->test;
    EXPECT_FALSE(scheme->title.en.empty());
    EXPECT_FALSE(scheme->title.zh.empty());
    ASSERT_NE(scheme->input, nullptr);
    EXPECT_NE(scheme->evaluate, nullptr);
    EXPECT_NE(scheme->input->read, nullptr);
  }
}

/// "Suite.Name" of every TEST, TEST_F and TEST_P in the source tree.
std::set<std::string> NamesOfTests() {
  const std::regex test(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  std::set<std::string> names;
  const std::filesystem::path root = std::filesystem::path(CUPEL_SOURCE_DIR) / "cupel/algorithm";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.path().filename().string().ends_with("_test.cc")) continue;
    const std::string text = ReadTextFile(entry.path()).value_or("");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), test); it != std::sregex_iterator(); ++it)
      names.insert((*it)[1].str() + "." + (*it)[2].str());
  }
  return names;
}

TEST(CatalogueTest, TheTestThatASchemeNamesExists) {
  const std::set<std::string> names = NamesOfTests();
  ASSERT_TRUE(names.contains("CatalogueTest.TheTestThatASchemeNamesExists"));
  for (const Scheme* scheme : AllSchemes())
    EXPECT_TRUE(names.contains(std::string(scheme->test))) << scheme->id << ": " << scheme->test;
}

// Families A to H of the catalogue, less the eleven rows that are left to later.
TEST(CatalogueTest, EveryRowOfTheFirstVersionHasAScheme) {
  std::set<std::string> rows;
  for (const Scheme* scheme : AllSchemes()) rows.emplace(scheme->row);
  const std::set<std::string> later = {"D05", "D06", "F13", "F16", "F20", "G04",
                                       "G05", "G06", "G08", "H05", "H09"};
  int found = 0;
  for (const auto& [letter, last] :
       {std::pair{'A', 14}, {'B', 18}, {'C', 7}, {'D', 12}, {'E', 8}, {'F', 21}, {'G', 9}, {'H', 9}}) {
    for (int i = 1; i <= last; ++i) {
      const std::string row = letter + std::string(i < 10 ? "0" : "") + std::to_string(i);
      EXPECT_NE(rows.contains(row), later.contains(row)) << row;
      found += rows.contains(row);
    }
  }
  EXPECT_EQ(found, 87);
}

TEST(CatalogueTest, IdsAreUnique) {
  std::set<std::string_view> ids;
  for (const Scheme* scheme : AllSchemes()) EXPECT_TRUE(ids.insert(scheme->id).second) << scheme->id;
}

TEST(CatalogueTest, DefaultsOfEveryParameterAreValid) {
  for (const Scheme* scheme : AllSchemes()) {
    check::Description description;
    description.id = scheme->id;
    description.parameters = scheme->parameters;
    EXPECT_TRUE(check::Parameters::Create(description, Json()).has_value()) << scheme->id;
  }
}

}  // namespace
}  // namespace cupel::algorithm::catalogue
