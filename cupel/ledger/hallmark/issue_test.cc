// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/issue.h"

#include <set>
#include <tuple>

#include "cupel/base/file.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/ledger/hallmark/summary.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IssueTest : public ::testing::Test {
 protected:
  IssueTest() {
    const Hallmark valid = world_.Valid();
    request_.run = {valid.model, valid.plan, valid.assessment, valid.inputs, {false, true, true, false}};
    request_.run.inputs[2].verdict = "pass";
    request_.risk = RiskClass::kE2;
    EXPECT_THAT(ledger_.Append(Bytes{'x'}), IsOk());
  }

  SignedException ExceptionFor(const Digest& plan, const std::string& check, std::int64_t expires) const {
    const Exception exception{plan, check, "member-17", expires, reason_.Commitment()};
    return SignedException::Open(exception.Sign(world_.vote_key).value(), world_.Trust("quorum none\n"))
        .value();
  }

  Result<IssuedHallmark> IssueNow() {
    return Issue(request_, world_.hallmark_key, ledger_, world_.issued_at);
  }

  const GateWorld world_;
  const ReasonText reason_ = ReasonText::Of("Dr. Example allowed it");
  const ScratchFolder folder_;
  log::Log ledger_ =
      log::Log::Create(folder_ / "ledger", GateWorld::LogKeyOf(1), "example.com/ledger").value();
  IssueRequest request_;
};

TEST_F(IssueTest, HallmarkIsTheLastLeafAndItsReceiptsHold) {
  CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
  EXPECT_EQ(ledger_.size(), 3u);
  EXPECT_EQ(issued.receipt.index, 2u);
  EXPECT_EQ(issued.hallmark.issued_into.size, 2u);
  EXPECT_THAT(log::VerifyLogged(issued.bundle, ledger_.Verifier()), cupel::testing::IsOkAndHolds(2u));
  EXPECT_THAT(log::VerifyLogged(issued.summary, ledger_.Verifier()), cupel::testing::IsOkAndHolds(1u));
  EXPECT_THAT(issued.receipt.Verify(issued.bundle.tlog_entries[0].body, ledger_.Verifier()), IsOk());
  CUPEL_ASSERT_OK(const Hallmark read, Hallmark::Parse(issued.bundle.envelope.payload));
  EXPECT_EQ(read, issued.hallmark);
  EXPECT_EQ(read.policy.digest, request_.run.plan);
}

TEST_F(IssueTest, ValidityFollowsTheClassAndMayBeShorter) {
  for (const auto& [risk, text] : {std::pair{RiskClass::kE0, "2028-11-25T10:00:00Z"},
                                   {RiskClass::kE1, "2028-11-25T10:00:00Z"},
                                   {RiskClass::kE2, "2027-11-25T10:00:00Z"},
                                   {RiskClass::kE3, "2027-05-25T10:00:00Z"}}) {
    request_.risk = risk;
    CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
    EXPECT_EQ(FormatUtc(issued.hallmark.expires), text);
  }
  request_.valid_months = 1;
  EXPECT_EQ(FormatUtc(IssueNow()->hallmark.expires), "2026-12-25T10:00:00Z");
  for (const int months : {0, -1, 7}) {
    request_.valid_months = months;
    EXPECT_THAT(IssueNow(), HasError(ErrorCode::kInvalidArgument, HasSubstr("1 to 6 months")));
  }
}

TEST_F(IssueTest, EveryVerdictButPassOfARequiredCheckIsRefused) {
  for (const char* verdict : {"warn", "fail", "not-run", "not-applicable"}) {
    request_.run.inputs[2].verdict = verdict;
    EXPECT_THAT(IssueNow(), HasError(ErrorCode::kVerificationFailed, HasSubstr("inspect.pgd")));
    const auto failing = FailingChecks(request_.run, {}, world_.issued_at);
    ASSERT_EQ(failing.size(), 1u);
    EXPECT_EQ(failing[0].check, "inspect.pgd");
    EXPECT_EQ(failing[0].verdict, verdict);
  }
  EXPECT_EQ(ledger_.size(), 1u) << "nothing is logged for a hallmark that is not issued";
  request_.run.required[2] = false;
  EXPECT_THAT(IssueNow(), IsOk());
}

TEST_F(IssueTest, AnExceptionCoversItsCheckOfItsPlanUntilItExpires) {
  request_.run.inputs[2].verdict = "fail";
  const std::int64_t now = world_.issued_at;
  const auto why = [&](const SignedException& exception) {
    const auto failing = FailingChecks(request_.run, {exception}, now);
    return failing.empty() ? "covered" : failing[0].why_uncovered;
  };
  EXPECT_EQ(why(ExceptionFor(request_.run.plan, "inspect.pgd", now + 1)), "covered");
  EXPECT_THAT(why(ExceptionFor(request_.run.plan, "inspect.pgd", now)), HasSubstr("expired at 2026-11-25"));
  EXPECT_THAT(why(ExceptionFor(GateWorld::DigestOf("other"), "inspect.pgd", now + 1)),
              HasSubstr("another plan"));
  EXPECT_THAT(why(ExceptionFor(request_.run.plan, "inspect.fgsm", now + 1)), HasSubstr("no exception"));

  request_.exceptions = {ExceptionFor(request_.run.plan, "inspect.pgd", now + 30 * kDay)};
  CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
  EXPECT_THAT(issued.hallmark.exceptions, ElementsAre(request_.exceptions[0].PayloadDigest()));
  EXPECT_EQ(issued.hallmark.expires, now + 30 * kDay) << "a hallmark does not outlive its exception";
  EXPECT_EQ(issued.receipt.index, 3u) << "exception, twin, hallmark";
}

TEST_F(IssueTest, OnlyAVoteKeyMakesExceptions) {
  const Exception exception{request_.run.plan, "inspect.pgd", "member-17", world_.issued_at + 1,
                            reason_.Commitment()};
  for (const auto* key : {&world_.hallmark_key, &world_.evidence_key, &world_.stranger_key}) {
    EXPECT_THAT(SignedException::Open(exception.Sign(*key).value(), world_.Trust("quorum none\n")),
                HasError(ErrorCode::kVerificationFailed));
  }
}

TEST_F(IssueTest, TwinListsAllInputsAndOneLevel) {
  request_.run.inputs[2].verdict = "fail";
  request_.exceptions = {ExceptionFor(request_.run.plan, "inspect.pgd", world_.issued_at + kDay)};
  CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
  CUPEL_ASSERT_OK(const auto summary, evidence::Statement::Parse(issued.summary.envelope.payload));
  EXPECT_EQ(summary.predicate_type, "https://slsa.dev/verification_summary/v1");
  EXPECT_EQ(summary.subjects, issued.hallmark.ToStatement()->subjects);
  const Json& predicate = summary.predicate;
  EXPECT_EQ(predicate["verificationResult"], Json("PASSED"));
  EXPECT_EQ(predicate["verifiedLevels"].Canonical(), R"(["CUPEL_E2"])");
  EXPECT_EQ(predicate["inputAttestations"].AsArray().size(), 5u);
  EXPECT_EQ(predicate["policy"]["digest"]["sha256"], Json(request_.run.plan.Hex()));
  EXPECT_THAT(predicate["resourceUri"].AsString(),
              ::testing::MatchesRegex("ni:///sha-256;[A-Za-z0-9_-]{43}"));
  for (const char* member : {"verifier", "timeVerified", "slsaVersion"})
    EXPECT_NE(predicate.Find(member), nullptr);
}

TEST_F(IssueTest, AReceiptOfAnotherLeafIsNotAccepted) {
  CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
  CUPEL_ASSERT_OK(const log::Receipt other, ledger_.Prove(1));
  EXPECT_THAT(WithReceipt(issued.bundle, world_.hallmark_key.Public(), other, ledger_.Verifier()),
              HasError(ErrorCode::kVerificationFailed));
  ASSERT_THAT(ledger_.Append(Bytes{'y'}), IsOk());
  CUPEL_ASSERT_OK(const log::Receipt newer, ledger_.Prove(2));
  CUPEL_ASSERT_OK(const auto bundle,
                  WithReceipt(issued.bundle, world_.hallmark_key.Public(), newer, ledger_.Verifier()));
  EXPECT_EQ(bundle.tlog_entries[0].tree_size, 4u);
}

/// Names and reasons are erased; what is in the ledger and everything that was signed still verifies.
TEST_F(IssueTest, ErasingAPersonLeavesTheLedgerWhole) {
  request_.run.inputs[2].verdict = "fail";
  request_.exceptions = {ExceptionFor(request_.run.plan, "inspect.pgd", world_.issued_at + kDay)};
  const auto text_file = folder_ / "exception.text.json";
  ASSERT_THAT(WriteFileAtomic(text_file, reason_.ToText()), IsOk());
  CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());

  // With the file, the text is proven to be the one that was signed.
  CUPEL_ASSERT_OK(const std::string stored, ReadTextFile(text_file));
  CUPEL_ASSERT_OK(const ReasonText reason, ReasonText::Parse(stored));
  EXPECT_EQ(reason.Commitment(), request_.exceptions[0].exception.text);

  std::filesystem::remove(text_file);
  CUPEL_ASSERT_OK(const auto verified, log::Verify(folder_ / "ledger", ledger_.Verifier()));
  EXPECT_EQ(verified.entries.size(), 4u);
  EXPECT_THAT(log::VerifyLogged(issued.bundle, ledger_.Verifier()), IsOk());
  // Nothing that remains holds the name or the text, in plain or in base64.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = ReadTextFile(entry.path()).value();
    EXPECT_EQ(bytes.find("Example"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("member-17"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(ToBase64(AsBytes(std::string_view("Dr. Example")))), std::string::npos)
        << entry.path();
  }
  const std::string payload(AsText(request_.exceptions[0].bundle.envelope.payload));
  EXPECT_EQ(payload.find("Example"), std::string::npos);
}

/// Every verdict of two checks, required or not, with every exception that there can be: only a required
/// check that does not pass and has no exception of its own, for this plan and still valid, is in the way.
TEST_F(IssueTest, EveryCombinationOfVerdictsAndExceptions) {
  const char* const verdicts[] = {"pass", "warn", "fail", "not-run", "not-applicable"};
  const std::int64_t now = world_.issued_at;
  const Digest other = GateWorld::DigestOf("other");
  const std::vector<std::pair<SignedException, bool>> exceptions = {
      // and whether it covers inspect.pgd
      {ExceptionFor(request_.run.plan, "inspect.pgd", now + 1), true},
      {ExceptionFor(request_.run.plan, "inspect.pgd", now), false},
      {ExceptionFor(other, "inspect.pgd", now + 1), false},
      {ExceptionFor(request_.run.plan, "evaluate.accuracy", now + 1), false}};
  for (const char* first : verdicts) {
    for (const char* second : verdicts) {
      for (unsigned required = 0; required < 4; ++required) {
        for (unsigned given = 0; given < 16; ++given) {
          AssessedRun run = request_.run;
          run.inputs[1].verdict = first;
          run.inputs[2].verdict = second;
          run.required = {false, (required & 1) != 0, (required & 2) != 0, false};
          std::vector<SignedException> some;
          bool pgd_covered = false;
          bool accuracy_covered = false;
          for (unsigned i = 0; i < 4; ++i) {
            if ((given >> i & 1) == 0) continue;
            some.push_back(exceptions[i].first);
            pgd_covered = pgd_covered || exceptions[i].second;
            accuracy_covered = accuracy_covered || i == 3;
          }
          std::vector<std::string> expected;
          if ((required & 1) != 0 && first != verdicts[0] && !accuracy_covered)
            expected.emplace_back("evaluate.accuracy");
          if ((required & 2) != 0 && second != verdicts[0] && !pgd_covered)
            expected.emplace_back("inspect.pgd");
          std::vector<std::string> failing;
          for (const FailingCheck& check : FailingChecks(run, some, now)) failing.push_back(check.check);
          ASSERT_EQ(failing, expected) << first << " " << second << " " << required << " " << given;
        }
      }
    }
  }
}

TEST_F(IssueTest, AHallmarkLivesNoLongerThanTheShortestExceptionItRestsOn) {
  request_.run.inputs[1].verdict = "fail";
  request_.run.inputs[2].verdict = "fail";
  const std::int64_t now = world_.issued_at;
  for (const auto& [first, second, expected] : {std::tuple{10 * kDay, 20 * kDay, 10 * kDay},
                                                {20 * kDay, 10 * kDay, 10 * kDay},
                                                {5000 * kDay, 5000 * kDay, AddMonths(now, 12) - now},
                                                {1L, 5000 * kDay, 1L}}) {
    request_.exceptions = {ExceptionFor(request_.run.plan, "evaluate.accuracy", now + first),
                           ExceptionFor(request_.run.plan, "inspect.pgd", now + second)};
    CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
    EXPECT_EQ(issued.hallmark.expires, now + expected);
    EXPECT_TRUE(std::ranges::is_sorted(issued.hallmark.exceptions));
    EXPECT_THAT(issued.hallmark.exceptions,
                ::testing::UnorderedElementsAre(request_.exceptions[0].PayloadDigest(),
                                                request_.exceptions[1].PayloadDigest()));
  }
}

TEST_F(IssueTest, NothingIsLoggedForAHallmarkThatBreaksARule) {
  const auto refused = [&](const std::function<void(IssueRequest&)>& change) {
    IssueRequest request = request_;
    change(request);
    const auto issued = Issue(request, world_.hallmark_key, ledger_, world_.issued_at);
    EXPECT_FALSE(issued.has_value());
    EXPECT_EQ(ledger_.size(), 1u) << "the twin is in the ledger and the hallmark is not";
  };
  refused([](IssueRequest& r) { r.run.model.name = "models/face.onnx"; });
  refused([](IssueRequest& r) { r.run.inputs.pop_back(), r.run.required.pop_back(); });
  refused([](IssueRequest& r) { r.valid_months = 13; });
  refused([](IssueRequest& r) { r.policy = PolicyReference{"", {}}; });
  refused([](IssueRequest& r) { CUPEL_CHECK(r.conditions.Add("guard=observe").has_value()); });
  refused([&](IssueRequest& r) {
    r.run.inputs[2].verdict = "fail";
    r.exceptions = {ExceptionFor(r.run.plan, "inspect.pgd", world_.issued_at)};
  });
}

TEST_F(IssueTest, EveryHallmarkHasAnIdOfItsOwnAndFollowsTheLedger) {
  std::set<std::string> ids;
  for (std::uint64_t i = 0; i < 5; ++i) {
    CUPEL_ASSERT_OK(const IssuedHallmark issued, IssueNow());
    EXPECT_TRUE(ids.insert(issued.hallmark.id).second);
    EXPECT_EQ(issued.hallmark.issued_into.size, ledger_.size() - 1);
    EXPECT_EQ(issued.hallmark.issued_into.origin, "example.com/ledger");
    CUPEL_ASSERT_OK(const auto verified, log::Verify(folder_ / "ledger", ledger_.Verifier()));
    merkle::Tree tree;
    for (std::uint64_t leaf = 0; leaf + 1 < ledger_.size(); ++leaf) {
      tree.Append(merkle::LeafHash(verified.entries[leaf]));
    }
    EXPECT_EQ(issued.hallmark.issued_into.root, tree.Root());
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
