// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/hallmark.h"

#include <time.h>

#include <ctime>
#include <random>

#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class HallmarkTest : public ::testing::Test {
 protected:
  HallmarkTest() {
    valid_ = GateWorld().Valid();
    valid_.issued_into = {"example.com/ledger", 7, GateWorld::DigestOf("ledger")};
  }

  /// A hallmark with one thing changed cannot be written.
  void ExpectRule(const std::function<void(Hallmark&)>& change, const std::string& text) const {
    Hallmark broken = valid_;
    change(broken);
    EXPECT_THAT(broken.ToStatement(), HasError(ErrorCode::kInvalidArgument, HasSubstr(text)));
  }

  Hallmark valid_;
};

TEST_F(HallmarkTest, SurvivesItsPayload) {
  CUPEL_ASSERT_OK(const auto statement, valid_.ToStatement());
  CUPEL_ASSERT_OK(const Bytes payload, statement.ToPayload());
  EXPECT_THAT(Hallmark::Parse(payload), IsOkAndHolds(valid_));
  Hallmark plain = valid_;
  plain.conditions = {};
  plain.exceptions.clear();
  plain.renews.reset();
  EXPECT_THAT(Hallmark::Parse(plain.ToStatement()->ToPayload().value()), IsOkAndHolds(plain));
}

TEST_F(HallmarkTest, HasTheMembersOfItsPage) {
  CUPEL_ASSERT_OK(const auto statement, valid_.ToStatement());
  ASSERT_EQ(statement.subjects.size(), 2u);
  EXPECT_EQ(statement.subjects[0].annotations.Canonical(),
            R"({"https://cupel.dev/annotation/digest-of":"file"})");
  EXPECT_EQ(statement.subjects[1].annotations.Canonical(),
            R"({"https://cupel.dev/annotation/digest-of":"openssf-model-signing-v1.0-root"})");
  const Json& predicate = statement.predicate;
  EXPECT_EQ(predicate["class"], Json("E3"));
  EXPECT_EQ(predicate["notBefore"], Json("2026-11-25T10:00:00Z"));
  EXPECT_EQ(predicate["expires"], Json("2027-05-25T10:00:00Z"));
  EXPECT_EQ(predicate["assessment"]["ledger"]["size"], Json("4"));
  EXPECT_EQ(predicate["inputAttestations"].AsArray().size(), 4u);
  EXPECT_EQ(predicate["inputAttestations"].AsArray()[2]["verdict"], Json("fail"));
  EXPECT_EQ(predicate["inputAttestations"].AsArray()[0].Find("verdict"), nullptr);
}

TEST_F(HallmarkTest, KeepsItsRules) {
  ExpectRule([](Hallmark& h) { h.id = "1"; }, "\"id\"");
  ExpectRule([](Hallmark& h) { h.id[0] = 'G'; }, "\"id\"");
  ExpectRule([](Hallmark& h) { h.model.name = "models/face.onnx"; }, "file name");
  ExpectRule([](Hallmark& h) { h.model.name.clear(); }, "file name");
  ExpectRule([](Hallmark& h) { h.model.name = "a\nb"; }, "file name");
  ExpectRule([](Hallmark& h) { h.policy.uri.clear(); }, "policy");
  ExpectRule([](Hallmark& h) { h.issued_into.origin = "two words"; }, "name");
  ExpectRule([](Hallmark& h) { h.expires = h.not_before; }, "later");
  ExpectRule([](Hallmark& h) { ++h.expires; }, "within 6 months");
  ExpectRule([](Hallmark& h) { h.inputs.clear(); }, "plan");
  ExpectRule([](Hallmark& h) { h.inputs.erase(h.inputs.begin()); }, "first input must be the plan");
  ExpectRule([](Hallmark& h) { h.inputs.pop_back(); }, "last input must be the report");
  ExpectRule([](Hallmark& h) { h.inputs.erase(h.inputs.begin() + 1, h.inputs.begin() + 3); },
             "a check or more");
  ExpectRule([](Hallmark& h) { h.inputs[1].verdict.clear(); }, "inputAttestations[1]");
  ExpectRule([](Hallmark& h) { h.inputs[1].verdict = "perfect"; }, "verdict");
  ExpectRule([](Hallmark& h) { h.inputs[0].verdict = "pass"; }, "verdict");
  ExpectRule([](Hallmark& h) { h.inputs[2].uri = h.inputs[1].uri; }, "twice");
  ExpectRule(
      [](Hallmark& h) {
        h.inputs[2].what = "plan";
        h.inputs[2].verdict.clear();
      },
      "one plan");
  ExpectRule([](Hallmark& h) { h.inputs[1].what = "Free text"; }, "token");
  ExpectRule([](Hallmark& h) { h.exceptions.push_back(h.exceptions[0]); }, "sorted");
  ExpectRule([](Hallmark& h) { EXPECT_THAT(h.conditions.Add("guard=observe,enforce"), IsOk()); },
             "fail-closed");
}

TEST_F(HallmarkTest, WhatIsWrittenInAnotherFormIsRefused) {
  const std::string text(AsText(valid_.ToStatement()->ToPayload().value()));
  EXPECT_THAT(Hallmark::Parse(AsBytes(" " + text)), HasError(ErrorCode::kCorrupt));
  const auto with = [&](const std::function<void(Json&)>& change) {
    Json json = Json::Parse(text).value();
    change(json);
    const std::string changed = json.Canonical();
    return Hallmark::Parse(AsBytes(changed));
  };
  ASSERT_THAT(with([](Json&) {}), IsOkAndHolds(valid_));
  EXPECT_THAT(with([](Json& j) { j["note"] = "x"; }), HasError(ErrorCode::kCorrupt, HasSubstr("one form")));
  EXPECT_THAT(with([](Json& j) { j["subject"].AsArray()[0]["note"] = "x"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["subject"].AsArray()[0]["uri"] = "x"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["subject"].AsArray()[0]["digest"]["sha512"] = "ab"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("no other digest")));
  EXPECT_THAT(with([](Json& j) { std::swap(j["subject"].AsArray()[0], j["subject"].AsArray()[1]); }),
              HasError(ErrorCode::kCorrupt, HasSubstr("labelled")));
  EXPECT_THAT(with([](Json& j) { j["subject"].AsArray().pop_back(); }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["clas"] = "E3"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"class\"")));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["class"] = "E4"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("never hallmarked")));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["issuedInto"]["size"] = "07"; }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["issuedInto"]["size"] = 7; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["expires"] = "2027-05-25"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicateType"] = "https://example.com/x"; }),
              HasError(ErrorCode::kUnsupported, HasSubstr("hallmark/v0.1")));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["renews"] = Json(); }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["inputAttestations"].AsArray()[0]["verdict"] = ""; }),
              HasError(ErrorCode::kCorrupt));
}

TEST_F(HallmarkTest, EveryTruncationIsRefused) {
  const Bytes payload = valid_.ToStatement()->ToPayload().value();
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(Hallmark::Parse(BytesView(payload).first(size)).has_value()) << size;
  }
}

TEST(RiskClasses, FollowTheTable) {
  const std::vector<std::tuple<RiskClass, int, GuardLevel, std::optional<std::int64_t>>> table = {
      {RiskClass::kE0, 24, GuardLevel::kObserve, std::nullopt},
      {RiskClass::kE1, 24, GuardLevel::kObserve, std::nullopt},
      {RiskClass::kE2, 12, GuardLevel::kEnforce, 30 * kDay},
      {RiskClass::kE3, 6, GuardLevel::kFailClosed, 7 * kDay},
  };
  for (const auto& [risk, months, guard, age] : table) {
    EXPECT_EQ(MaximumMonths(risk), months);
    EXPECT_EQ(RequiredGuard(risk), guard);
    EXPECT_EQ(MaximumCheckpointAgeSeconds(risk), age);
    EXPECT_THAT(ParseRiskClass(RiskClassName(risk)), IsOkAndHolds(risk));
  }
  EXPECT_THAT(ParseRiskClass("E4"), HasError(ErrorCode::kInvalidArgument, HasSubstr("never hallmarked")));
  EXPECT_THAT(ParseRiskClass("e2"), HasError(ErrorCode::kInvalidArgument));
}

TEST(Months, AreThoseOfTheCalendar) {
  const auto later = [](const char* from, int months) {
    return FormatUtc(AddMonths(ParseUtc(from).value(), months));
  };
  EXPECT_EQ(later("2026-11-25T10:00:00Z", 0), "2026-11-25T10:00:00Z");
  EXPECT_EQ(later("2026-11-25T10:00:00Z", 6), "2027-05-25T10:00:00Z");
  EXPECT_EQ(later("2026-11-25T10:00:00Z", 24), "2028-11-25T10:00:00Z");
  EXPECT_EQ(later("2026-08-31T23:59:59Z", 6), "2027-02-28T23:59:59Z");
  EXPECT_EQ(later("2027-08-31T00:00:00Z", 6), "2028-02-29T00:00:00Z");
  EXPECT_EQ(later("2028-02-29T00:00:00Z", 12), "2029-02-28T00:00:00Z");
}

/// Another way to the same calendar: day by day from the first of the month, until there is no such day.
std::int64_t LaterDayByDay(std::int64_t from, int months) {
  const std::time_t time = from;
  std::tm date{};
  ::gmtime_r(&time, &date);
  const int month = date.tm_mon + months;
  std::tm first = date;
  first.tm_year += month / 12;
  first.tm_mon = month % 12;
  first.tm_mday = 1;
  std::int64_t best = ::timegm(&first);
  for (int day = 2; day <= date.tm_mday; ++day) {
    const std::time_t next = best + kDay;
    std::tm there{};
    ::gmtime_r(&next, &there);
    if (there.tm_mon != first.tm_mon) break;
    best = next;
  }
  return best;
}

TEST(Months, AgreeWithCountingDaysForEveryDayOfEightYears) {
  const std::int64_t start = ParseUtc("2026-01-01T23:59:59Z").value();
  for (int day = 0; day < 8 * 366; ++day) {
    const std::int64_t from = start + day * kDay;
    for (const int months : {0, 1, 2, 6, 12, 24}) {
      ASSERT_EQ(FormatUtc(AddMonths(from, months)), FormatUtc(LaterDayByDay(from, months)))
          << FormatUtc(from) << " and " << months;
    }
  }
}

/// Hallmarks of every kind, made at random within the rules, are read back as they were written.
TEST_F(HallmarkTest, EveryHallmarkWithinTheRulesSurvives) {
  std::mt19937_64 random(17);
  const auto digest = [&] { return GateWorld::DigestOf(std::to_string(random())); };
  for (int round = 0; round < 200; ++round) {
    Hallmark hallmark = valid_;
    hallmark.id = digest().Hex().substr(0, 32);
    hallmark.model = {fmt::format("m{}.onnx", round), digest(), digest()};
    hallmark.risk = static_cast<RiskClass>(random() % 4);
    hallmark.conditions = {};
    for (const char* text : {"host=a,b", "purpose=x", "region=eu/de", "guard=fail-closed,observe"}) {
      if (random() % 2 == 0) {
        ASSERT_THAT(hallmark.conditions.Add(text), IsOk());
      }
    }
    hallmark.not_before = static_cast<std::int64_t>(random() % 4'000'000'000);
    const std::int64_t last = AddMonths(hallmark.not_before, MaximumMonths(hallmark.risk));
    const auto span = static_cast<std::uint64_t>(last - hallmark.not_before);
    hallmark.expires = hallmark.not_before + 1 + static_cast<std::int64_t>(random() % span);
    hallmark.issued_into.size = random() >> (1 + random() % 60);
    hallmark.exceptions.clear();
    for (std::uint64_t n = random() % 4; n > 0; --n) hallmark.exceptions.push_back(digest());
    std::ranges::sort(hallmark.exceptions);
    hallmark.renews = random() % 2 == 0 ? std::optional(digest()) : std::nullopt;
    CUPEL_ASSERT_OK(const auto statement, hallmark.ToStatement());
    CUPEL_ASSERT_OK(const Bytes payload, statement.ToPayload());
    EXPECT_THAT(Hallmark::Parse(payload), IsOkAndHolds(hallmark));
  }
}

/// Whatever is read prints the bytes that it was read from: nothing in them is without a meaning.
TEST_F(HallmarkTest, NoByteIsWithoutAMeaning) {
  const Bytes payload = valid_.ToStatement()->ToPayload().value();
  int read = 0;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    for (const int bit : {0, 1, 5}) {
      Bytes changed = payload;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1 << bit));
      const auto hallmark = Hallmark::Parse(changed);
      if (!hallmark) continue;
      ++read;
      EXPECT_NE(*hallmark, valid_) << i;
      EXPECT_EQ(hallmark->ToStatement()->ToPayload().value(), changed) << i;
    }
  }
  EXPECT_GT(read, 100) << "digits of digests, letters of names";
}

}  // namespace
}  // namespace cupel::ledger::hallmark
