// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/seal_report.h"

#include "cupel/application/assess/evidence_writer.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/log/log.h"

namespace cupel::application::assess {

Status SealReport(const Assessment& assessment, const KeyFiles& keys,
                  const std::map<std::string, std::string>& files) {
  std::vector<Subject> subjects;
  for (const auto& [name, text] : files) {
    CUPEL_TRY_STATUS(WriteFileAtomic(assessment.folder.root() / name, text));
    subjects.push_back({name, crypto::Sha256(AsBytes(text))});
  }
  Json predicate;
  predicate["assessment"] = assessment.name;
  predicate["plan"] =
      Json::Object{{"name", "plan.json"}, {"digest", Json::Object{{"sha256", assessment.plan_digest.Hex()}}}};
  predicate["verdict"] = VerdictName(assessment.verdict);
  CUPEL_TRY(EvidenceWriter writer, EvidenceWriter::Open(assessment.folder, keys));
  const int number = static_cast<int>(assessment.checks.size()) + 1;
  Result<EvidenceRecord> sealed = writer.Seal(number, "report", kReportPredicate, subjects, predicate);
  if (!sealed) return tl::make_unexpected(std::move(sealed).error());
  return {};
}

bool ReportIsSealed(const RunFolder& folder, int checks) {
  return std::filesystem::exists(folder.root() / RunFolder::EvidenceName(checks + 1, "report"));
}

Result<Json> LedgerFacts(const RunFolder& folder) {
  CUPEL_TRY(std::string vkey, ReadTextFile(folder.LedgerKey()));
  while (vkey.ends_with('\n')) vkey.pop_back();
  CUPEL_TRY(const auto verifier, ledger::merkle::NoteVerifier::Parse(vkey));
  CUPEL_TRY(const auto log, ledger::log::Verify(folder.Ledger(), verifier));
  CUPEL_TRY(const std::string pem, ReadTextFile(folder.EvidenceKey()));
  Json json;
  json["origin"] = log.checkpoint.origin;
  json["size"] = static_cast<std::int64_t>(log.checkpoint.size);
  json["root"] = log.checkpoint.root.Hex();
  json["checkpoint"] = "ledger/checkpoint";
  json["publicKeys"] = Json::Array{Json::Object{{"name", "evidence"},
                                                {"id", crypto::Sha256(AsBytes(pem)).Hex()},
                                                {"algorithm", "ECDSA P-256"},
                                                {"file", "keys/evidence.pub.pem"}},
                                   Json::Object{{"name", "ledger"},
                                                {"id", verifier.FullId().Hex()},
                                                {"algorithm", "Ed25519"},
                                                {"file", "keys/ledger.vkey"},
                                                {"key", vkey}}};
  return json;
}

}  // namespace cupel::application::assess
