// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/event_based.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/event/golden_for_test.h"

namespace cupel::algorithm::event {
namespace {

struct Variant {
  const char* name;
  EventRules rules;
  Silence silence;
};

std::vector<Variant> Variants() {
  const EventRules optimal;
  EventRules onset;
  onset.offsets = false;
  EventRules greedy;
  greedy.greedy = true;
  EventRules greedy_onset = onset;
  greedy_onset.greedy = true;
  return {{"event optimal offset None", optimal, Silence::kUndefined},
          {"event optimal offset zero_score", optimal, Silence::kZero},
          {"event optimal onset None", onset, Silence::kUndefined},
          {"event optimal onset zero_score", onset, Silence::kZero},
          {"event greedy offset None", greedy, Silence::kUndefined},
          {"event greedy offset zero_score", greedy, Silence::kZero},
          {"event greedy onset None", greedy_onset, Silence::kUndefined},
          {"event greedy onset zero_score", greedy_onset, Silence::kZero}};
}

TEST(EventBasedTest, AgreesWithSedEval) {
  for (const Json& golden : GoldenCases("sed_eval.json")) {
    SCOPED_TRACE(golden["name"].AsString());
    const auto input = InputOf(EventsOf(golden["truth"]), EventsOf(golden["answers"]));
    for (const Variant& variant : Variants()) {
      SCOPED_TRACE(variant.name);
      const Json& expected = golden["expected"][variant.name];
      const Counts all = Overall(MatchEvents(*input, variant.rules).tally, Once(*input));
      ExpectGolden(FScore(all, variant.silence), expected["f"], "f");
      ExpectGolden(Precision(all, variant.silence), expected["precision"], "precision");
      ExpectGolden(Recall(all), expected["recall"], "recall");
      ExpectGolden(ErrorRate(all), expected["er"], "er");
      ExpectGolden(all.substituted / all.truth, expected["substitutions"], "substitutions");
      ExpectGolden(all.deleted / all.truth, expected["deletions"], "deletions");
      ExpectGolden(all.inserted / all.truth, expected["insertions"], "insertions");
    }
  }
}

TEST(EventBasedTest, MeansOverCategoriesAgreeWithSedEval) {
  for (const Json& golden : GoldenCases("sed_eval.json")) {
    SCOPED_TRACE(golden["name"].AsString());
    const auto input = InputOf(EventsOf(golden["truth"]), EventsOf(golden["answers"]));
    for (const Variant& variant : Variants()) {
      SCOPED_TRACE(variant.name);
      const Json& expected = golden["expected"][variant.name];
      const Tally tally = MatchEvents(*input, variant.rules).tally;
      const auto score = [&](const Counts& counts) { return FScore(counts, variant.silence); };
      ExpectGolden(MacroMean(tally, Once(*input), score), expected["macro_f"], "macro f");
      ExpectGolden(MacroMean(tally, Once(*input), ErrorRate), expected["macro_er"], "macro er");
    }
  }
}

/// The two toy lists of sed_eval's tests (test_sound_event.py, test_binary and its neighbours).
TEST(EventBasedTest, ToyListsGiveSedEvalsFigures) {
  const auto right =
      InputOf({{"1", "event", 1.2, 2.3}}, {{"1", "event", 1.3, 2.2}, {"2", "event", 1.3, 2.2}});
  const Counts counts = Overall(MatchEvents(*right, {}).tally, Once(*right));
  EXPECT_DOUBLE_EQ(FScore(counts, Silence::kUndefined), 2.0 / 3);
  EXPECT_DOUBLE_EQ(ErrorRate(counts), 1.0);

  // binary5 of the same tests: four true events, two answers that begin 0.8 s and 0.4 s early.
  const auto wrong = InputOf({{"0", "babycry", 0.8814731551300574, 2.7214731551300573},
                              {"1", "babycry", 4.644176637346825, 5.424176637346826},
                              {"2", "babycry", 7.232925726313507, 9.272925726313508},
                              {"4", "babycry", 0.1479751109055967, 1.3879751109055987}},
                             {{"0", "babycry", 0.1, 2.2}, {"2", "babycry", 6.8, 9.1}});
  const Counts none = Overall(MatchEvents(*wrong, {}).tally, Once(*wrong));
  EXPECT_EQ(FScore(none, Silence::kUndefined), 0);
  EXPECT_DOUBLE_EQ(ErrorRate(none), 1.5);
}

TEST(EventBasedTest, SilenceCostsTheScoreOnlyWhereItIsAskedTo) {
  const auto input = InputOf({{"a", "x", 1, 2}, {"a", "y", 1, 2}}, {{"a", "x", 1, 2}});
  const Tally tally = MatchEvents(*input, {}).tally;
  const auto zero = [](const Counts& counts) { return FScore(counts, Silence::kZero); };
  const auto undefined = [](const Counts& counts) { return FScore(counts, Silence::kUndefined); };
  EXPECT_EQ(MacroMean(tally, Once(*input), zero), 0.5);
  EXPECT_EQ(MacroMean(tally, Once(*input), undefined), 1.0);
}

TEST(EventBasedTest, OffsetToleranceGrowsWithTheTrueLength) {
  const std::vector<TestEvent> truth = {{"a", "x", 0, 10}};
  const auto hits = [&](double end, double share) {
    const auto input = InputOf(truth, {{"a", "x", 0.2, end}});
    return Overall(MatchEvents(*input, {.offset_share = share}).tally, Once(*input)).hits;
  };
  EXPECT_EQ(hits(5, 0.5), 1);
  EXPECT_EQ(hits(4.9, 0.5), 0);
  EXPECT_EQ(hits(9.8, 0), 1);
  EXPECT_EQ(hits(9.7, 0), 0);
}

TEST(EventBasedTest, MarksWhatWasFound) {
  const auto input = InputOf({{"a", "x", 0, 1}, {"b", "x", 5, 6}}, {{"b", "x", 5, 6}, {"a", "x", 3, 4}});
  const EventMatch match = MatchEvents(*input, {});
  EXPECT_EQ(match.truth_found, (std::vector<bool>{false, true}));
  EXPECT_EQ(match.answer_is_hit, (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace cupel::algorithm::event
