// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/summary.h"

#include "cupel/base/clock.h"
#include "cupel/base/version.h"
#include "cupel/ledger/hallmark/fields.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::string_view kVerifierId = "https://cupel.dev/hallmark";

/// RFC 6920: a name made of a digest; base64url without padding.
std::string DigestUri(const Digest& digest) {
  std::string text = ToBase64(digest.bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  text.resize(text.find('='));
  return "ni:///sha-256;" + text;
}

}  // namespace

Result<evidence::Statement> SummaryOf(const Hallmark& hallmark) {
  CUPEL_TRY(evidence::Statement statement, hallmark.ToStatement());
  statement.predicate_type = kSummaryPredicate;
  Json predicate;
  predicate["verifier"] = Json::Object{{"id", kVerifierId}, {"version", Json::Object{{"cupel", kVersion}}}};
  predicate["timeVerified"] = FormatUtc(hallmark.not_before);
  predicate["resourceUri"] = DigestUri(hallmark.model.file);
  predicate["policy"] =
      Json::Object{{"uri", hallmark.policy.uri}, {"digest", DigestSet(hallmark.policy.digest)}};
  // If the member is there it must list everything the decision rests on: evidence and exceptions.
  predicate["inputAttestations"] = Json::Array{};
  for (const InputAttestation& input : hallmark.inputs) {
    predicate["inputAttestations"].Append(
        Json::Object{{"uri", input.uri}, {"digest", DigestSet(input.bundle)}});
  }
  for (const Digest& exception : hallmark.exceptions) {
    predicate["inputAttestations"].Append(
        Json::Object{{"uri", DigestUri(exception)}, {"digest", DigestSet(exception)}});
  }
  predicate["verificationResult"] = "PASSED";
  predicate["verifiedLevels"] = Json::Array{"CUPEL_" + std::string(RiskClassName(hallmark.risk))};
  predicate["slsaVersion"] = "1.0";
  statement.predicate = std::move(predicate);
  return statement;
}

}  // namespace cupel::ledger::hallmark
