// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A statement as `cupel assess` writes it, with requirements of the test's choice; for tests only.

#include <string>
#include <vector>

#include "cupel/application/projection/predicate_type.h"
#include "cupel/application/projection/projection.h"

namespace cupel::application::projection {

inline Json RequirementForTest(const std::string& metric, const std::string& comparator, double threshold,
                               const std::string& verdict, Json compared) {
  return Json::Object{{"metric", metric},
                      {"comparator", comparator},
                      {"threshold", threshold},
                      {"verdict", verdict},
                      {"passed", verdict == "pass"},
                      {"bound", "lower"},
                      {"compared", std::move(compared)}};
}

inline ledger::evidence::Statement EvidenceForTest(const std::string& verdict,
                                                   std::vector<Json> requirements) {
  const auto digest = [](char digit) { return Json::Object{{"sha256", std::string(64, digit)}}; };
  ledger::evidence::Statement statement;
  statement.subjects = {ledger::evidence::ResourceDescriptor::OfSha256(
      "model.onnx", Digest::FromHex(std::string(64, 'a')).value())};
  statement.predicate_type = kEvidencePredicate;
  Json& predicate = statement.predicate;
  predicate["assessment"] = "tiny";
  predicate["plan"] = Json::Object{{"name", "plan.json"}, {"digest", digest('b')}};
  predicate["engine"] = Json::Object{{"name", "cupel"}, {"version", "0.1.0"}, {"executable", digest('c')}};
  predicate["check"] = Json::Object{{"id", "inspect.pgd"}, {"subset", "first 500"}};
  predicate["requirements"] = Json::ArrayOf(requirements);
  predicate["verdict"] = verdict;
  predicate["sampleSize"] = 500;
  predicate["assuranceLevel"] = "self_attested";
  return statement;
}

inline Source SourceForTest(ledger::evidence::Statement statement) {
  return {std::move(statement),
          ledger::evidence::ResourceDescriptor::OfSha256("0001-inspect.pgd.sigstore.json",
                                                         Digest::FromHex(std::string(64, 'd')).value())};
}

}  // namespace cupel::application::projection
