// SPDX-License-Identifier: Apache-2.0
// Every combination of class, guard, conditions and times, compared with rules that are written here once
// more, from docs/formats/hallmark.md and without the gate's code.
#include <fstream>
#include <sstream>

#include "cupel/ledger/hallmark/gate_faults_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr GuardLevel kGuards[] = {GuardLevel::kObserve, GuardLevel::kEnforce, GuardLevel::kFailClosed};
constexpr RiskClass kClasses[] = {RiskClass::kE0, RiskClass::kE1, RiskClass::kE2, RiskClass::kE3};

class Matrix : public ::testing::Test {
 protected:
  const GateWorld world_;
};

TEST_F(Matrix, ClassesAndGuards) {
  const unsigned weakest[] = {0, 0, 1, 2};  // of each class, as an index into kGuards
  int cases = 0;
  for (unsigned risk = 0; risk < 4; ++risk) {
    for (unsigned allowed = 0; allowed < 8; ++allowed) {  // a set of guards; none: no condition on guards
      if (allowed != 0 && allowed >> weakest[risk] == 0)
        continue;  // nothing could run it: it cannot be written
      Scenario scenario;
      scenario.hallmark = [&](Hallmark& hallmark) {
        hallmark.risk = kClasses[risk];
        for (unsigned guard = 0; guard < 3; ++guard) {
          if ((allowed >> guard & 1) == 0) continue;
          CUPEL_CHECK(hallmark.conditions.Add(fmt::format("guard={}", kGuardLevelNames[guard])).has_value());
        }
      };
      const GateCase made = world_.Make(scenario);
      for (unsigned guard = 0; guard < 3; ++guard) {
        for (const unsigned accepted : {0u, 1u << risk, 15u ^ 1u << risk, 15u}) {
          GateCase here = made;
          here.context.guard = kGuards[guard];
          here.context.accepted_classes.clear();
          for (unsigned other = 0; other < 4; ++other) {
            if ((accepted >> other & 1) != 0) here.context.accepted_classes.push_back(kClasses[other]);
          }
          std::string expected = "admitted";
          if (guard < weakest[risk]) expected = "guard-too-weak";
          if (allowed != 0 && (allowed >> guard & 1) == 0) expected = "guard-not-allowed";
          if ((accepted >> risk & 1) == 0) expected = "class-not-accepted";
          EXPECT_EQ(CodeOf(here), expected) << risk << " " << allowed << " " << guard << " " << accepted;
          ++cases;
        }
      }
    }
  }
  EXPECT_EQ(cases, (8 + 8 + 7 + 5) * 3 * 4);
}

TEST_F(Matrix, HostsPurposesAndRegions) {
  const char* const kinds[] = {"host", "purpose", "region"};
  const char* const codes[] = {"host-not-allowed", "purpose-not-allowed", "region-not-allowed"};
  const char* const values[] = {"a", "b", "c", ""};  // allowed are a and b, where there is a condition
  for (unsigned present = 0; present < 8; ++present) {
    Scenario scenario;
    scenario.hallmark = [&](Hallmark& hallmark) {
      hallmark.conditions = {};
      for (unsigned kind = 0; kind < 3; ++kind) {
        if ((present >> kind & 1) == 0) continue;
        CUPEL_CHECK(hallmark.conditions.Add(fmt::format("{}=a,b", kinds[kind])).has_value());
      }
    };
    const GateCase made = world_.Make(scenario);
    for (int stated = 0; stated < 64; ++stated) {
      const int index[] = {stated % 4, stated / 4 % 4, stated / 16};
      GateCase here = made;
      here.context.host = values[index[0]];
      here.context.purpose = values[index[1]];
      here.context.region = values[index[2]];
      std::string expected = "admitted";
      for (unsigned kind = 3; kind-- > 0;) {
        if ((present >> kind & 1) != 0 && index[kind] >= 2) expected = codes[kind];
      }
      EXPECT_EQ(CodeOf(here), expected) << present << " " << stated;
    }
  }
}

TEST_F(Matrix, ClocksAndCheckpointsToTheSecond) {
  const int months[] = {24, 24, 12, 6};
  const std::int64_t oldest[] = {-1, -1, 30 * kDay, 7 * kDay};  // -1: any
  for (int risk = 0; risk < 4; ++risk) {
    const std::int64_t begins = world_.issued_at;
    const std::int64_t ends = AddMonths(begins, months[risk]);
    for (const std::int64_t now : {begins - 1, begins, begins + 1, ends - 1, ends, ends + 1}) {
      for (const std::int64_t age :
           {-kDay, -301L, -300L, 0L, 7 * kDay, 7 * kDay + 1, 30 * kDay, 30 * kDay + 1}) {
        Scenario scenario;
        scenario.hallmark = [&](Hallmark& hallmark) {
          hallmark.risk = kClasses[risk];
          hallmark.expires = ends;
        };
        scenario.now = now;
        scenario.seen_at = now - age;
        std::string expected = "admitted";
        if (oldest[risk] >= 0 && age > oldest[risk]) expected = "checkpoint-stale";
        if (age < -300) expected = "clock-behind";
        if (now >= ends) expected = "expired";
        if (now < begins) expected = "not-yet-valid";
        EXPECT_EQ(CodeOf(world_.Make(scenario)), expected) << risk << " " << now - begins << " " << age;
      }
    }
  }
}

TEST_F(Matrix, AClockAtTheEdgesOfTimeAdmitsNothing) {
  const GateCase good = world_.Make({});
  for (const std::int64_t now : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN / 2, INT64_MAX / 2,
                                 std::int64_t{253402300799}, std::int64_t{253402300800}}) {
    GateCase here = good;
    here.now = now;
    EXPECT_EQ(CodeOf(here), now < world_.issued_at ? "not-yet-valid" : "expired") << now;
  }
}

/// Every code is explained where people look for it, in the row of its step.
TEST_F(Matrix, TheFormatPagesNameEveryCode) {
  const auto read = [](const char* name) {
    std::ifstream file(std::string(CUPEL_SOURCE_DIR) + "/docs/formats/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const std::string page = read("hallmark.md");
  for (std::size_t i = 1; i < kAdmissionCodes; ++i) {
    const auto code = static_cast<AdmissionCode>(i);
    const std::size_t row = page.find(fmt::format("\n| {} ", AdmissionStep(code)));
    ASSERT_NE(row, std::string::npos);
    const std::string line = page.substr(row + 1, page.find('\n', row + 1) - row - 1);
    EXPECT_THAT(line, ::testing::HasSubstr(fmt::format("`{}`", AdmissionCodeName(code))));
  }
  const std::string position = read("position.md");
  for (const AdmissionCode code : {AdmissionCode::kPositionUnreadable, AdmissionCode::kLedgerRolledBack,
                                   AdmissionCode::kLedgerInconsistent, AdmissionCode::kPositionNotKept}) {
    EXPECT_THAT(position, ::testing::HasSubstr(fmt::format("`{}`", AdmissionCodeName(code))));
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
