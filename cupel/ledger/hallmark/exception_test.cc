// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/exception.h"

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;
using ::testing::Not;

class ExceptionTest : public ::testing::Test {
 protected:
  Exception Valid() const {
    return {crypto::Sha256(AsBytes("plan")), "inspect.pgd", "member-17",
            ParseUtc("2026-12-31T00:00:00Z").value(), reason_.Commitment()};
  }

  const ReasonText reason_ = ReasonText::Of("Dr. Example of the clinic asked for it");
  const crypto::SigningKey key_ = crypto::SigningKey::Generate().value();
};

TEST_F(ExceptionTest, SurvivesItsPayload) {
  CUPEL_ASSERT_OK(const auto bundle, Valid().Sign(key_));
  EXPECT_THAT(Exception::Parse(bundle.envelope.payload), IsOkAndHolds(Valid()));
  const crypto::PublicKey signer = key_.Public();
  EXPECT_THAT(bundle.envelope.Verify({&signer, 1}), IsOk());
}

TEST_F(ExceptionTest, HoldsNoFreeText) {
  CUPEL_ASSERT_OK(const auto bundle, Valid().Sign(key_));
  EXPECT_THAT(std::string(AsText(bundle.envelope.payload)), Not(HasSubstr("Example")));
  Exception named = Valid();
  named.approver = "Dr. Example";
  EXPECT_THAT(named.Sign(key_), HasError(ErrorCode::kInvalidArgument, HasSubstr("approver")));
  named = Valid();
  named.check = "the attack";
  EXPECT_THAT(named.Sign(key_), HasError(ErrorCode::kInvalidArgument, HasSubstr("check")));
}

TEST_F(ExceptionTest, AnotherFormIsRefused) {
  CUPEL_ASSERT_OK(const auto bundle, Valid().Sign(key_));
  const auto with = [&](const std::function<void(Json&)>& change) {
    Json json = Json::Parse(AsText(bundle.envelope.payload)).value();
    change(json);
    const std::string text = json.Canonical();
    return Exception::Parse(AsBytes(text));
  };
  EXPECT_THAT(with([](Json&) {}), IsOk());
  for (const char* member : {"check", "approver", "expires", "text"}) {
    EXPECT_THAT(with([&](Json& j) { j["predicate"].AsObject().erase(member); }),
                HasError(ErrorCode::kCorrupt));
    EXPECT_THAT(with([&](Json& j) { j["predicate"][member] = "Free text"; }), HasError(ErrorCode::kCorrupt));
  }
  EXPECT_THAT(with([](Json& j) { j["predicate"]["why"] = "x"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("why")));
  EXPECT_THAT(with([](Json& j) { j["subject"].AsArray()[0]["name"] = "other"; }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["subject"].Append(j["subject"].AsArray()[0]); }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicateType"] = "x:y"; }), HasError(ErrorCode::kUnsupported));
}

TEST(ReasonText, IsBoundByASaltedHash) {
  const ReasonText reason = ReasonText::Of("because");
  EXPECT_THAT(ReasonText::Parse(reason.ToText()), IsOkAndHolds(reason));
  EXPECT_EQ(reason.Commitment(), crypto::Sha256(reason.salt, AsBytes("because")));
  EXPECT_NE(reason.Commitment(), ReasonText::Of("because").Commitment())
      << "equal texts must not be recognisable";
  ReasonText other = reason;
  other.text = "Because";
  EXPECT_NE(other.Commitment(), reason.Commitment());
}

TEST(ReasonText, RefusesAnotherForm) {
  for (const char* text :
       {"", "{}", R"({"salt":"AAAA","text":"x"})", R"({"text":"x"})",
        R"({"salt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","text":1})",
        R"({"salt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","text":"x","name":"y"})"}) {
    EXPECT_THAT(ReasonText::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST_F(ExceptionTest, NoByteIsWithoutAMeaning) {
  CUPEL_ASSERT_OK(const auto bundle, Valid().Sign(key_));
  const Bytes& payload = bundle.envelope.payload;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    EXPECT_FALSE(Exception::Parse(BytesView(payload).first(i)).has_value()) << i;
    for (int bit = 0; bit < 7; ++bit) {
      Bytes changed = payload;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1 << bit));
      const auto exception = Exception::Parse(changed);
      if (!exception) continue;
      EXPECT_NE(*exception, Valid()) << i;
      EXPECT_EQ(exception->Sign(key_)->envelope.payload, changed) << i;
    }
  }
}

TEST(ReasonText, SurvivesItsFileWhateverItSays) {
  for (const std::string& text : {std::string(), std::string("\n\t\"\\\x01"), std::string(100'000, 'x'),
                                  std::string("\xe4\xb8\xad\xe6\x96\x87"), std::string("a\0b", 3)}) {
    const ReasonText reason = ReasonText::Of(text);
    EXPECT_THAT(ReasonText::Parse(reason.ToText()), IsOkAndHolds(reason));
    EXPECT_EQ(reason.salt.size(), 32u);
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
