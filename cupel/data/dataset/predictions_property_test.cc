// SPDX-License-Identifier: Apache-2.0
// Predictions of random names and scores, written and read again; what must not be written.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "cupel/data/dataset/predictions.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Predictions Example() {
  Predictions p;
  p.n = 2;
  p.c = 2;
  p.scores = {1, 2, 3, 1};
  p.labels = {0, 1};
  p.sample_index = {0, 1};
  p.class_names = {"a", "b"};
  p.groups = {{"age", {"old", "young"}, {1, 0}}};
  return p;
}

/// Different names, of characters that a CSV must quote among others.
std::vector<std::string> Names(std::size_t count) {
  const auto characters =
      rc::gen::container<std::string>(rc::gen::element('a', 'b', ',', '"', '\n', ' ', '\t'));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = *characters;
    name.insert(*rc::gen::inRange<std::size_t>(0, name.size() + 1), std::to_string(i));
    names.push_back(name);
  }
  return names;
}

TEST(PredictionsProperty, WhatIsWrittenIsReadAgain) {
  const ScratchFolder folder;
  EXPECT_TRUE(rc::check("round trip", [&] {
    Predictions p;
    p.n = *rc::gen::inRange<std::int64_t>(1, 6);
    p.c = *rc::gen::inRange<std::int64_t>(2, 5);
    p.class_names = Names(static_cast<std::size_t>(p.c));
    const std::vector<std::string> group_names = Names(3);
    GroupAttribute group{Names(1)[0], group_names, {}};
    for (std::int64_t i = 0; i < p.n; ++i) {
      for (std::int64_t k = 0; k < p.c; ++k)
        p.scores.push_back(static_cast<float>(*rc::gen::resize(100, rc::gen::inRange(-400, 400))) / 8);
      p.labels.push_back(*rc::gen::inRange<std::int32_t>(0, static_cast<std::int32_t>(p.c)));
      p.sample_index.push_back(*rc::gen::inRange<std::int64_t>(0, INT64_MAX));
      group.group_of.push_back(*rc::gen::inRange(-1, 3));
    }
    p.groups = {group};
    RC_ASSERT(WritePredictionsFile(p, folder / "p.csv").has_value());
    const auto back = ReadPredictionsFile(folder / "p.csv");
    if (!back) RC_FAIL(back.error().ToString());
    RC_ASSERT(back->class_names == p.class_names && back->labels == p.labels);
    RC_ASSERT(back->sample_index == p.sample_index);
    RC_ASSERT(back->groups.size() == 1u && back->groups[0].name == group.name);
    for (std::int64_t i = 0; i < p.n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const std::int32_t of = back->groups[0].group_of[at];
      RC_ASSERT((of < 0) == (group.group_of[at] < 0));
      if (of >= 0)
        RC_ASSERT(back->groups[0].group_names[static_cast<std::size_t>(of)] ==
                  group_names[static_cast<std::size_t>(group.group_of[at])]);
      double sum = 0;
      for (const float score : p.Row(i)) sum += std::exp(double{score} - *std::ranges::max_element(p.Row(i)));
      for (std::int64_t k = 0; k < p.c; ++k) {
        const double prob =
            std::exp(double{p.Row(i)[static_cast<std::size_t>(k)]} - *std::ranges::max_element(p.Row(i))) /
            sum;
        RC_ASSERT(std::abs(std::exp(double{back->Row(i)[static_cast<std::size_t>(k)]}) - prob) < 1e-6);
      }
    }
  }));
}

TEST(PredictionsFile, IsNotWrittenFromWhatDoesNotFitTogether) {
  const ScratchFolder folder;
  ASSERT_THAT(WritePredictionsFile(Example(), folder / "p.csv"), IsOk());
  const std::vector<std::pair<std::string, std::function<void(Predictions&)>>> faults = {
      {"a label below", [](Predictions& p) { p.labels[0] = -1; }},
      {"a label above", [](Predictions& p) { p.labels[1] = 2; }},
      {"a group above", [](Predictions& p) { p.groups[0].group_of[1] = 2; }},
      {"a group too few", [](Predictions& p) { p.groups[0].group_of.pop_back(); }},
      {"a score that is not a number", [](Predictions& p) { p.scores[2] = NAN; }},
      {"an infinite score", [](Predictions& p) { p.scores[2] = INFINITY; }},
      {"a score too few", [](Predictions& p) { p.scores.pop_back(); }},
      {"a name too many", [](Predictions& p) { p.class_names.emplace_back("c"); }},
      {"an index too few", [](Predictions& p) { p.sample_index.pop_back(); }},
      {"no second class",
       [](Predictions& p) {
         p.c = 1;
         p.class_names = {"a"};
         p.scores = {1, 1};
         p.labels = {0, 0};
       }},
  };
  for (const auto& [name, fault] : faults) {
    Predictions p = Example();
    fault(p);
    EXPECT_THAT(WritePredictionsFile(p, folder / "bad.csv"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("bad.csv")))
        << name;
    EXPECT_FALSE(std::filesystem::exists(folder / "bad.csv"));
  }
  Predictions zero = Example();  // Probability 0 is a probability.
  zero.scores[0] = -INFINITY;
  EXPECT_THAT(WritePredictionsFile(zero, folder / "zero.csv"), IsOk());
  CUPEL_ASSERT_OK(const Predictions back, ReadPredictionsFile(folder / "zero.csv"));
  EXPECT_THAT(back.Row(0), ElementsAre(std::log(1e-38f), 0.0f));
}

Result<Predictions> Parse(std::string_view text) {
  const BytesView bytes = AsBytes(text);
  return ParsePredictions(Blob(Bytes(bytes.begin(), bytes.end())), "p.csv");
}

TEST(PredictionsFile, NamesTheLineOfEveryFault) {
  const std::string rows = "label,score_a,score_b\na,1,0\n";
  const auto third = [&](const std::string& row) { return Parse(rows + row + "\n"); };
  EXPECT_THAT(third("b,0.5,0.5"), IsOk());
  EXPECT_THAT(third("b,0.5,0.51"), IsOk()) << "rounded scores";
  for (const char* row : {"b,0.5,0.52", "b,0.5,0.48", "b,1.0001,0", "b,-0.0001,1", "b,,1", "b,inf,0", "c,1,0",
                          ",1,0", "2,1,0", "b,1", "b,1,0,0"}) {
    EXPECT_THAT(third(row), HasError(ErrorCode::kCorrupt, HasSubstr("p.csv:3"))) << row;
  }
  for (const char* text :
       {"index,label,score\n0,1,1\nx,1,1\n", "index,label,score\n0,1,1\n,1,1\n",
        "index,label,score\n0,1,1\n1.5,1,1\n", "index,label,score\n0,1,1\n9223372036854775808,1,1\n",
        "label,prediction\na,b\n,b\n", "label,prediction\na,b\na,\n"}) {
    EXPECT_THAT(Parse(text), HasError(ErrorCode::kCorrupt, HasSubstr("p.csv:3"))) << text;
  }
}

TEST(PredictionsFile, AnswersAloneNeedTwoClasses) {
  CUPEL_ASSERT_OK(const Predictions zeros, Parse("label,prediction\n0,0\n"));
  EXPECT_THAT(zeros.class_names, ElementsAre("0", "1")) << "numbers count from 0 and there are two at least";
  EXPECT_THAT(Parse("label,prediction\nyes,yes\nyes,yes\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("two classes")));
  CUPEL_ASSERT_OK(const Predictions padded, Parse("label,prediction\n07,7\n0,0\n"));
  EXPECT_EQ(padded.c, 8);
  EXPECT_THAT(padded.labels, ElementsAre(7, 0));
  CUPEL_ASSERT_OK(const Predictions mixed, Parse("label,prediction\n1,two\n10,1\n"));
  EXPECT_THAT(mixed.class_names, ElementsAre("1", "10", "two")) << "names, because one is no number";
  EXPECT_THAT(mixed.labels, ElementsAre(0, 1));
}

}  // namespace
}  // namespace cupel::data::dataset
