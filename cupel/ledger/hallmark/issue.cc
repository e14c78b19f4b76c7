// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/issue.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/secure_random.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/hallmark/summary.h"
#include "cupel/ledger/log/leaf.h"

namespace cupel::ledger::hallmark {
namespace {

using evidence::Bundle;
using log::Leaf;
using log::Log;

std::string RandomId() {
  std::array<std::uint8_t, 16> bytes{};
  crypto::SecureRandom().Fill(bytes);
  return ToHex(bytes);
}

/// Why no exception covers the check; empty when one does.
std::string WhyUncovered(const AssessedRun& run, const std::string& check,
                         const std::vector<SignedException>& exceptions, std::int64_t now) {
  std::string why = "no exception covers it";
  for (const auto& [exception, bundle, signer] : exceptions) {
    if (exception.check != check) continue;
    if (exception.plan != run.plan) {
      why = "its exception is for another plan";
    } else if (exception.expires <= now) {
      why = "its exception expired at " + FormatUtc(exception.expires);
    } else {
      return "";
    }
  }
  return why;
}

Result<std::int64_t> Expiry(const IssueRequest& request, std::int64_t now) {
  const int most = MaximumMonths(request.risk);
  const int months = request.valid_months.value_or(most);
  if (months < 1 || months > most) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a hallmark of class {} must be valid for 1 to {} months, got {}",
                            RiskClassName(request.risk), most, months));
  }
  std::int64_t expires = AddMonths(now, months);
  // It does not outlive what it rests on.
  for (const SignedException& exception : request.exceptions) {
    expires = std::min(expires, exception.exception.expires);
  }
  return expires;
}

Result<LedgerState> StateOf(const Log& ledger) {
  CUPEL_TRY(const auto checkpoint, merkle::OpenCheckpoint(ledger.Note(), ledger.Verifier()));
  return LedgerState{checkpoint.origin, checkpoint.size, checkpoint.root};
}

Result<Bundle> SignStatement(const evidence::Statement& statement, const crypto::SigningKey& key) {
  CUPEL_TRY(Bytes payload, statement.ToPayload());
  return Bundle::Of(evidence::SignEnvelope(evidence::kStatementPayloadType, std::move(payload), key));
}

Result<Hallmark> Draft(const IssueRequest& request, std::int64_t now) {
  Hallmark hallmark;
  hallmark.id = RandomId();
  hallmark.model = request.run.model;
  hallmark.risk = request.risk;
  hallmark.conditions = request.conditions;
  hallmark.not_before = now;
  CUPEL_TRY(hallmark.expires, Expiry(request, now));
  hallmark.plan = request.run.plan;
  hallmark.assessment = request.run.ledger;
  hallmark.inputs = request.run.inputs;
  for (const SignedException& exception : request.exceptions) {
    hallmark.exceptions.push_back(exception.PayloadDigest());
  }
  std::sort(hallmark.exceptions.begin(), hallmark.exceptions.end());
  hallmark.policy = request.policy.value_or(PolicyReference{"plan.json", request.run.plan});
  hallmark.renews = request.renews;
  return hallmark;
}

}  // namespace

Digest SignedException::PayloadDigest() const { return crypto::Sha256(bundle.envelope.payload); }

Result<SignedException> SignedException::Open(Bundle bundle, const evidence::TrustPolicy& trust) {
  CUPEL_TRY(auto opened, trust.Open(bundle, evidence::KeyRole::kVote));
  CUPEL_TRY(Exception exception, Exception::Parse(bundle.envelope.payload));
  return SignedException{std::move(exception), std::move(bundle), std::move(opened.signer)};
}

std::vector<FailingCheck> FailingChecks(const AssessedRun& run,
                                        const std::vector<SignedException>& exceptions, std::int64_t now) {
  CUPEL_CHECK(run.required.size() == run.inputs.size());
  std::vector<FailingCheck> failing;
  for (std::size_t i = 0; i < run.inputs.size(); ++i) {
    const InputAttestation& input = run.inputs[i];
    if (!run.required[i] || input.verdict == "pass") continue;
    std::string why = WhyUncovered(run, input.what, exceptions, now);
    if (!why.empty()) failing.push_back({input.what, input.verdict, std::move(why)});
  }
  return failing;
}

Result<Bundle> WithReceipt(Bundle bundle, const crypto::PublicKey& signer, const log::Receipt& receipt,
                           const merkle::NoteVerifier& log) {
  const Bytes leaf = Leaf::Of(bundle.envelope, signer).ToBody();
  CUPEL_TRY_STATUS(receipt.Verify(leaf, log));
  CUPEL_TRY(auto entry, ToTlogEntry(receipt, leaf, log));
  bundle.tlog_entries = {std::move(entry)};
  return bundle;
}

Result<LoggedBundle> AppendBundle(Bundle bundle, const crypto::PublicKey& signer, Log& ledger) {
  CUPEL_TRY(const std::uint64_t index, ledger.Append(Leaf::Of(bundle.envelope, signer).ToBody()));
  CUPEL_TRY(log::Receipt receipt, ledger.Prove(index));
  CUPEL_TRY(Bundle logged, WithReceipt(std::move(bundle), signer, receipt, ledger.Verifier()));
  return LoggedBundle{std::move(logged), std::move(receipt)};
}

Result<IssuedHallmark> Issue(const IssueRequest& request, const crypto::SigningKey& key, Log& ledger,
                             std::int64_t now) {
  if (const auto failing = FailingChecks(request.run, request.exceptions, now); !failing.empty()) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the required check {} has the verdict {}: {}", failing[0].check,
                            failing[0].verdict, failing[0].why_uncovered));
  }
  CUPEL_TRY(Hallmark hallmark, Draft(request, now));
  CUPEL_TRY(hallmark.issued_into, StateOf(ledger));
  CUPEL_TRY(const evidence::Statement summary, SummaryOf(hallmark));
  CUPEL_TRY(Bundle summary_bundle, SignStatement(summary, key));
  std::vector<Bytes> leaves;
  for (const SignedException& exception : request.exceptions) {
    leaves.push_back(Leaf::Of(exception.bundle.envelope, exception.signer).ToBody());
  }
  leaves.push_back(Leaf::Of(summary_bundle.envelope, key.Public()).ToBody());
  CUPEL_TRY(const std::uint64_t first, ledger.Append(leaves));

  CUPEL_TRY(hallmark.issued_into, StateOf(ledger));
  CUPEL_TRY(const evidence::Statement statement, hallmark.ToStatement());
  CUPEL_TRY(Bundle bundle, SignStatement(statement, key));
  CUPEL_TRY(LoggedBundle logged, AppendBundle(std::move(bundle), key.Public(), ledger));
  CUPEL_TRY(const log::Receipt summary_receipt, ledger.Prove(first + leaves.size() - 1));
  CUPEL_TRY(summary_bundle,
            WithReceipt(std::move(summary_bundle), key.Public(), summary_receipt, ledger.Verifier()));
  return IssuedHallmark{std::move(hallmark), std::move(logged.bundle), std::move(logged.receipt),
                        std::move(summary_bundle)};
}

}  // namespace cupel::ledger::hallmark
