// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "cupel/application/projection/evidence_claim.h"
#include "cupel/application/projection/predicate_type.h"
#include "cupel/base/clock.h"
#include "cupel/base/nearest.h"

namespace cupel::application::projection {
namespace {

using ledger::evidence::ResourceDescriptor;
using ledger::evidence::Statement;

/// "inspect.pgd" -> "CUPEL_INSPECT_PGD": a name of ours, as both SVR and VSA ask for.
std::string PropertyName(const std::string& check) {
  std::string name = "CUPEL_" + check;
  for (char& c : name) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0
            ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
            : '_';
  }
  return name;
}

/// What was tested, on what, with which result: "inspect.pgd on first 500: robust_accuracy >= 0.4 (lower
/// 0.31, n 500)".
std::string TestName(const EvidenceClaim& claim, const RequirementClaim& requirement) {
  return fmt::format(
      "{} on {}: {} ({} {}, n {})", claim.check, claim.subset, requirement.text, requirement.bound,
      requirement.compared.IsNull() ? "not measured" : requirement.compared.Canonical(), claim.sample_size);
}

ResourceDescriptor Plan(const EvidenceClaim& claim) {
  ResourceDescriptor plan = ResourceDescriptor::OfSha256("plan.json", claim.plan);
  plan.uri = NamedInformationUri(claim.plan);
  return plan;
}

std::string VerifierId(const EvidenceClaim& claim) {
  return "https://cupel.dev/engine/" + claim.engine_version;
}

/// What the other formats have no field for; its name is a URI, as in-toto asks of extensions.
void AddExtension(const Source& source, const EvidenceClaim& claim, Json& predicate) {
  Json extension;
  extension["source"] = source.file.ToJson();
  extension["verdict"] = claim.verdict;
  extension["assuranceLevel"] = claim.assurance_level;
  for (const char* member : {"check", "requirements", "sampleSize"}) {
    extension[member] = source.statement.predicate[member];
  }
  predicate[kEvidencePredicate] = std::move(extension);
}

Json TestResult(const Source& source, const EvidenceClaim& claim) {
  Json predicate;
  predicate["result"] = OutcomeName(claim.outcome);
  predicate["configuration"] =
      Json::Array{Plan(claim).ToJson(),
                  ResourceDescriptor::OfSha256("cupel " + claim.engine_version, claim.engine).ToJson(),
                  source.file.ToJson()};
  for (const char* list : {"passedTests", "warnedTests", "failedTests"}) predicate[list] = Json::Array{};
  for (const RequirementClaim& requirement : claim.requirements) {
    const char* list = requirement.outcome == Outcome::kPassed   ? "passedTests"
                       : requirement.outcome == Outcome::kWarned ? "warnedTests"
                                                                 : "failedTests";
    predicate[list].Append(TestName(claim, requirement));
  }
  return predicate;
}

Result<Json> Svr(const EvidenceClaim& claim, const Options& options) {
  const std::string name = PropertyName(claim.check);
  Json properties = Json::Array{};
  if (claim.outcome == Outcome::kPassed) properties.Append(name);
  for (const RequirementClaim& requirement : claim.requirements) {
    if (requirement.outcome == Outcome::kPassed)
      properties.Append(fmt::format("{}: {}", name, requirement.text));
  }
  if (properties.AsArray().empty()) {
    return Fail(ErrorCode::kUnsupported, "no requirement passed, and this format lists only what passed", "",
                "project to test-result or vsa, which can say that something failed");
  }
  Json predicate;
  predicate["verifier"] =
      Json::Object{{"id", VerifierId(claim)}, {"policies", Json::Array{Plan(claim).ToJson()}}};
  predicate["timeCreated"] = FormatUtc(options.unix_seconds);
  predicate["properties"] = std::move(properties);
  return predicate;
}

Result<std::string> ResourceUri(const Statement& statement, const Options& options) {
  if (!options.resource_uri.empty()) return options.resource_uri;
  const auto sha256 = statement.subjects[0].digest.find("sha256");
  if (sha256 == statement.subjects[0].digest.end()) {
    return Fail(ErrorCode::kUnsupported, "the subject has no sha256", "subject[0]", "give its URI");
  }
  CUPEL_TRY(const Digest digest, Digest::FromHex(sha256->second));
  return NamedInformationUri(digest);
}

Result<Json> Vsa(const Source& source, const EvidenceClaim& claim, const Options& options) {
  // The format knows two results: a warning is no pass.
  const bool passed = claim.outcome == Outcome::kPassed;
  Json predicate;
  predicate["verifier"] =
      Json::Object{{"id", VerifierId(claim)}, {"version", Json::Object{{"cupel", claim.engine_version}}}};
  predicate["timeVerified"] = FormatUtc(options.unix_seconds);
  CUPEL_TRY(predicate["resourceUri"], ResourceUri(source.statement, options));
  predicate["policy"] = Plan(claim).ToJson();
  predicate["inputAttestations"] = Json::Array{source.file.ToJson()};
  predicate["verificationResult"] = OutcomeName(passed ? Outcome::kPassed : Outcome::kFailed);
  predicate["verifiedLevels"] =
      Json::Array{passed ? PropertyName(claim.check) : std::string(OutcomeName(Outcome::kFailed))};
  return predicate;
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  if (text == "test-result") return Target::kTestResult;
  if (text == "svr") return Target::kSvr;
  if (text == "vsa") return Target::kVsa;
  const std::vector<std::string> known = {"test-result", "svr", "vsa"};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no projection \"{}\"", text), "",
              NearestRemedy(text, known));
}

Result<Statement> Project(const Source& source, Target target, const Options& options) {
  CUPEL_TRY(const EvidenceClaim claim, ReadClaim(source.statement));
  Statement projected;
  projected.subjects = source.statement.subjects;
  switch (target) {
    case Target::kTestResult:
      projected.predicate_type = kTestResultPredicate;
      projected.predicate = TestResult(source, claim);
      break;
    case Target::kSvr: {
      projected.predicate_type = kSvrPredicate;
      CUPEL_TRY(projected.predicate, Svr(claim, options));
      break;
    }
    case Target::kVsa: {
      projected.predicate_type = kVsaPredicate;
      CUPEL_TRY(projected.predicate, Vsa(source, claim, options));
      break;
    }
  }
  AddExtension(source, claim, projected.predicate);
  return projected;
}

std::string NamedInformationUri(const Digest& sha256) {
  std::string text = ToBase64(sha256.bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find('='));
  return "ni:///sha-256;" + text;
}

}  // namespace cupel::application::projection
