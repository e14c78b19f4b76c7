// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

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
