// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/reproduction.h"

#include <fmt/format.h>

#include "cupel/application/assess/evidence_writer.h"
#include "cupel/application/assess/predicate.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::application::assess {
namespace {

Json DigestJson(const Digest& digest) { return Json::Object{{"sha256", digest.Hex()}}; }

/// The original's statement by the digest of its file.
Result<Json> Reference(const RunFolder& original, const std::string& evidence) {
  CUPEL_TRY(const Digest digest, crypto::Sha256OfFile(original.root() / evidence));
  return Json(Json::Object{{"name", evidence}, {"digest", DigestJson(digest)}});
}

/// Differences of one check, or of all with an empty id.
Json Outcome(const Rerun& rerun, const std::string& check) {
  Json list = Json::Array{};
  for (const RerunDifference& difference : rerun.differences) {
    if (!check.empty() && difference.check != check) continue;
    list.Append(Json::Object{{"check", difference.check}, {"what", difference.what}});
  }
  Json json;
  json["reproduced"] = list.AsArray().empty();
  json["sameEngine"] = rerun.same_engine;
  json["tolerance"] = rerun.same_engine ? 0 : rerun.tolerance;
  json["differences"] = std::move(list);
  return json;
}

/// Who signs what he measured himself reproduces nothing.
Status RequireOtherKeys(const RunFolder& original, const AuditorOptions& auditor) {
  CUPEL_TRY(const auto key, crypto::LoadOrCreateSigningKey(auditor.keys.evidence));
  CUPEL_TRY(const std::string pem, ReadTextFile(original.EvidenceKey()));
  if (key.Public().Pem() == pem) {
    return Fail(ErrorCode::kInvalidArgument, "the auditor's key is the key that signed the run",
                auditor.keys.evidence.string(), "an audit needs a key of its own");
  }
  CUPEL_TRY(const auto log_key, crypto::LoadOrCreateLogKey(auditor.keys.ledger));
  CUPEL_TRY(std::string vkey, ReadTextFile(original.LedgerKey()));
  while (vkey.ends_with('\n')) vkey.pop_back();
  CUPEL_TRY(const auto ledger, ledger::merkle::NoteVerifier::Parse(vkey));
  if (ledger.Key() == log_key.Public()) {
    return Fail(ErrorCode::kInvalidArgument, "the auditor's ledger key is that of the run's ledger",
                auditor.keys.ledger.string(), "an audit needs a ledger of its own");
  }
  return {};
}

Status CopyResults(const RunFolder& again, const std::filesystem::path& out) {
  std::error_code code;
  CUPEL_TRY_STATUS(MakeFolder(out));
  for (const char* part : {"results", "artifacts"}) {
    if (!std::filesystem::exists(again.root() / part, code)) continue;
    std::filesystem::copy(again.root() / part, out / part, std::filesystem::copy_options::recursive, code);
    if (code)
      return Fail(ErrorCode::kResourceLimit, fmt::format("cannot copy: {}", code.message()),
                  (out / part).string());
  }
  return {};
}

/// The signer of the original and the checkpoint that its statements stand under.
Result<Json> OriginalFacts(const RunFolder& original) {
  CUPEL_TRY(const Digest signer, crypto::Sha256OfFile(original.EvidenceKey()));
  CUPEL_TRY(const std::string checkpoint, ReadTextFile(original.Ledger() / "checkpoint"));
  return Json(Json::Object{{"keyId", signer.Hex()}, {"checkpoint", checkpoint}});
}

/// The file that the plan assesses.
Result<Subject> AssessedSubject(const Json& frozen) {
  const Json& inputs = frozen["inputs"];
  const Json& file = inputs.Find("model") != nullptr ? inputs["model"] : inputs["predictions"];
  CUPEL_TRY(const std::string name, file.StringAt("file"));
  CUPEL_TRY(const std::string sha256, file.StringAt("sha256"));
  CUPEL_TRY(const Digest digest, Digest::FromHex(sha256));
  return Subject{name, digest};
}

Result<Json> AuditPredicate(const RunFolder& original, const Assessment& again, const Rerun& rerun) {
  Json json;
  json["assessment"] = again.name;
  json["plan"] = Json::Object{{"name", "plan.json"}, {"digest", DigestJson(again.plan_digest)}};
  json["engine"] = again.engine.ToJson();
  json["inputs"] = again.frozen["inputs"];
  CUPEL_TRY(json["reproduces"], Reference(original, RunFolder::EvidenceName(0, "plan")));
  CUPEL_TRY(json["original"], OriginalFacts(original));
  json["checks"] = rerun.checks;
  json["reproduction"] = Outcome(rerun, "");
  return json;
}

}  // namespace

Status CheckAuditor(const RunFolder& original, const AuditorOptions& auditor) {
  std::error_code code;
  if (std::filesystem::exists(auditor.out, code) && !std::filesystem::is_empty(auditor.out, code)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder is not empty", auditor.out.string(),
                "give a new one with --out");
  }
  return RequireOtherKeys(original, auditor);
}

Status SealReproduction(const RunFolder& original, const Assessment& again, const Rerun& rerun,
                        const AuditorOptions& auditor) {
  CUPEL_TRY_STATUS(CopyResults(again.folder, auditor.out));
  Assessment sealed = again;
  sealed.folder = RunFolder(auditor.out);
  CUPEL_TRY(EvidenceWriter writer, EvidenceWriter::Open(sealed.folder, auditor.keys));
  CUPEL_TRY(const Json audit, AuditPredicate(original, again, rerun));
  CUPEL_TRY(const Subject subject, AssessedSubject(again.frozen));
  const auto seal = [&](int number, const std::string& what, const char* type,
                        const Json& predicate) -> Status {
    auto record = writer.Seal(number, what, type, {subject}, predicate);
    if (!record) return tl::make_unexpected(std::move(record).error());
    return {};
  };
  CUPEL_TRY_STATUS(seal(0, "audit", kAuditPredicate, audit));
  for (const CheckRun& run : sealed.checks) {
    const std::string& id = run.check->description().id;
    CUPEL_TRY(Json predicate, EvidencePredicate(sealed, run));
    CUPEL_TRY(predicate["reproduces"], Reference(original, RunFolder::EvidenceName(run.number, id)));
    predicate["reproduction"] = Outcome(rerun, id);
    predicate["assuranceLevel"] =
        predicate["reproduction"]["reproduced"].AsBool() ? "reproduced" : "third_party";
    CUPEL_TRY_STATUS(seal(run.number, id, kEvidencePredicate, predicate));
  }
  return {};
}

}  // namespace cupel::application::assess
