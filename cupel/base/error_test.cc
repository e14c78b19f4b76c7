// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/error.h"

#include <memory>
#include <set>

#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

constexpr ErrorCode kAllCodes[] = {
    ErrorCode::kInvalidArgument,    ErrorCode::kNotFound,      ErrorCode::kCorrupt,
    ErrorCode::kUnsupported,        ErrorCode::kResourceLimit, ErrorCode::kPermission,
    ErrorCode::kVerificationFailed, ErrorCode::kInterrupted,   ErrorCode::kInternal};

TEST(ErrorCodeName, IsAnotherLowerCaseWordForEveryCode) {
  std::set<std::string_view> names;
  for (const ErrorCode code : kAllCodes) {
    const std::string_view name = ErrorCodeName(code);
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), std::size(kAllCodes));
  // Scripts read these two from --json.
  EXPECT_EQ(ErrorCodeName(ErrorCode::kVerificationFailed), "verification-failed");
  EXPECT_EQ(ErrorCodeName(ErrorCode::kCorrupt), "corrupt");
}

TEST(Error, JoinsWhatItHasAndLeavesOutWhatItHasNot) {
  EXPECT_EQ((Error{ErrorCode::kCorrupt, "cut off", "", ""}).ToString(), "cut off");
  EXPECT_EQ((Error{ErrorCode::kCorrupt, "cut off", "a.idx", ""}).ToString(), "a.idx: cut off");
  EXPECT_EQ((Error{ErrorCode::kCorrupt, "cut off", "", "copy it again"}).ToString(),
            "cut off; copy it again");
  EXPECT_EQ((Error{ErrorCode::kCorrupt, "cut off", "a.idx", "copy it again"}).ToString(),
            "a.idx: cut off; copy it again");
}

TEST(FailAt, PutsTheOuterPlaceBeforeTheInner) {
  const Result<int> inner = Fail(ErrorCode::kCorrupt, "odd", "checks[2]", "mend it");
  const Result<int> outer = FailAt("plan.toml", inner.error());
  EXPECT_EQ(outer.error().ToString(), "plan.toml: checks[2]: odd; mend it");
  EXPECT_EQ(outer.error().code, ErrorCode::kCorrupt);
  const Result<int> first = FailAt("plan.toml", Error{ErrorCode::kCorrupt, "odd", "", ""});
  EXPECT_EQ(first.error().place, "plan.toml");
}

Result<std::unique_ptr<int>> Made(bool good) {
  if (!good) return Fail(ErrorCode::kNotFound, "no number");
  return std::make_unique<int>(7);
}

Result<int> Twice(bool good, int& runs) {
  CUPEL_TRY(const std::unique_ptr<int> number, (++runs, Made(good)));
  return *number * 2;
}

Status Reached(Status status, bool& reached) {
  CUPEL_TRY_STATUS(status);
  reached = true;
  return {};
}

TEST(CupelTry, EvaluatesOnceMovesTheValueAndHandsOnTheError) {
  int runs = 0;
  EXPECT_THAT(Twice(true, runs), IsOkAndHolds(14));
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(Twice(false, runs), HasError(ErrorCode::kNotFound, ::testing::StrEq("no number")));
  EXPECT_EQ(runs, 2);
}

TEST(CupelTryStatus, StopsAtAnError) {
  bool reached = false;
  EXPECT_THAT(Reached(Fail(ErrorCode::kPermission, "no"), reached), HasError(ErrorCode::kPermission));
  EXPECT_FALSE(reached);
  EXPECT_THAT(Reached({}, reached), IsOk());
  EXPECT_TRUE(reached);
}

TEST(CupelCheckDeathTest, AbortsAndNamesConditionFileAndLine) {
  const int two = 2;
  CUPEL_CHECK(two == 2);
  EXPECT_DEATH(CUPEL_CHECK(two == 3), "two == 3 does not hold at .*error_test\\.cc:[0-9]+");
}

}  // namespace
}  // namespace cupel
