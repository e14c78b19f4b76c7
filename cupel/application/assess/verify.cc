// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/evidence_writer.h"
#include "cupel/application/assess/predicate.h"
#include "cupel/application/assess/reproduction.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/log.h"

namespace cupel::application::assess {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::KeyRole;
using ledger::evidence::Statement;
using ledger::evidence::TrustedStatement;
using ledger::evidence::TrustPolicy;

tl::unexpected<Error> False(std::string message, std::string place) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), std::move(place));
}

/// Works through one run's folder; remembers which files something signed covers.
class Verifier {
 public:
  Verifier(const RunFolder& folder, const VerifyOptions& options) : folder_(folder), options_(options) {}

  Result<Verification> Run() {
    CUPEL_TRY_STATUS(LoadTrust());
    CUPEL_TRY_STATUS(OpenLedger());
    CUPEL_TRY(const std::vector<std::string> files, EvidenceFiles());
    CUPEL_TRY_STATUS(CheckStamps("ledger/checkpoint"));
    for (const std::string& file : files) CUPEL_TRY_STATUS(CheckStatement(file));
    CUPEL_TRY_STATUS(CheckComplete());
    CUPEL_TRY_STATUS(CheckCoverage());
    return std::move(verification_);
  }

 private:
  /// The run's own public keys are part of what is verified: their files must be exactly the keys.
  Status LoadTrust() {
    verification_.audit = std::filesystem::exists(folder_.root() / RunFolder::EvidenceName(0, "audit"));
    const bool begun = verification_.audit || std::filesystem::exists(folder_.FrozenPlan());
    if (!begun || !std::filesystem::exists(folder_.EvidenceKey())) {
      return Fail(ErrorCode::kNotFound, "the folder holds no assessment", folder_.root().string(),
                  "give the folder that `cupel assess` wrote");
    }
    CUPEL_TRY(const TrustPolicy own, TrustPolicy::Load(folder_.root() / "keys"));
    CUPEL_TRY(const std::string pem, ReadTextFile(folder_.EvidenceKey()));
    const auto& evidence = own.KeysOf(KeyRole::kEvidence);
    const auto& ledger = own.VerifierKeysOf(KeyRole::kLedger);
    if (evidence.size() != 1 || ledger.size() != 1 || evidence[0].Pem() != pem) {
      return False("the folder must hold one evidence key and one ledger key, as they were written", "keys");
    }
    verification_.keys_from_run = !options_.trust;
    trust_ = own;
    if (options_.trust) CUPEL_TRY_STATUS(CheckKnown(evidence[0], ledger[0]));
    verification_.signer = evidence[0].Id();
    Cover("keys/evidence.pub.pem");
    Cover("keys/ledger.vkey");
    return {};
  }

  /// The run's keys are among those that the verifier gave for the role, if any were given for it.
  Status CheckKnown(const crypto::PublicKey& evidence, const std::string& ledger) {
    CUPEL_TRY(const TrustPolicy given, TrustPolicy::Load(*options_.trust));
    stampers_ = given.Timestamps();
    const auto& signers = given.KeysOf(KeyRole::kEvidence);
    if (!signers.empty() && std::find(signers.begin(), signers.end(), evidence) == signers.end()) {
      return False("the run is not signed with a key you trust", "keys/evidence.pub.pem");
    }
    const auto& logs = given.VerifierKeysOf(KeyRole::kLedger);
    if (signers.empty() && logs.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "no evidence key and no ledger key to compare with",
                  options_.trust->string(), "give the keys of those who assess, or of their ledger");
    }
    if (!logs.empty() && std::find(logs.begin(), logs.end(), ledger) == logs.end()) {
      return False("the ledger is not signed with a key you trust", "keys/ledger.vkey");
    }
    return {};
  }

  Status OpenLedger() {
    const auto verifier = ledger::merkle::NoteVerifier::Parse(trust_.VerifierKeysOf(KeyRole::kLedger)[0]);
    if (!verifier) return FailAt("keys/ledger.vkey", verifier.error());
    CUPEL_TRY(const std::string written, ReadTextFile(folder_.LedgerKey()));
    if (written != verifier->ToText() + "\n")
      return False("the key is not in the form in which it was written", "keys/ledger.vkey");
    auto log = ledger::log::Verify(folder_.Ledger(), *verifier);
    if (!log) return FailAt("ledger", std::move(log).error());
    verification_.ledger_size = log->checkpoint.size;
    verification_.ledger_root = log->checkpoint.root;
    for (std::size_t i = 0; i < log->entries.size(); ++i) {
      leaves_.emplace(std::string(AsText(log->entries[i])), i);
    }
    return {};
  }

  /// Without time stamps: a stray one is found by CheckCoverage.
  Result<std::vector<std::string>> EvidenceFiles() const {
    std::vector<std::string> files;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.root() / "evidence", code)) {
      if (entry.path().extension() == ".tsr") continue;
      files.push_back("evidence/" + entry.path().filename().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  Status CheckStatement(const std::string& file) {
    CUPEL_TRY(const std::string text, ReadTextFile(folder_.root() / file));
    Result<Bundle> bundle = Bundle::Parse(text);
    if (!bundle) return FailAt(file, std::move(bundle).error());
    if (bundle->ToText() != text) return False("the file is not in the form in which it was written", file);
    // Neither is signed, and the report names the file by its digest: a run's stamps lie beside.
    if (!bundle->tlog_entries.empty() || !bundle->timestamps.empty())
      return False("a run's evidence holds no log entries and no time stamps", file);
    auto trusted = trust_.Open(*bundle);
    if (!trusted) return FailAt(file, std::move(trusted).error());
    const Bytes leaf = ledger::log::Leaf::Of(bundle->envelope, trusted->signer).ToBody();
    const auto found = leaves_.find(AsText(leaf));
    if (found == leaves_.end()) return False("the statement is not in the ledger", file);
    VerifiedStatement verified{file, "", found->second, ""};
    leaves_.erase(found);
    Cover(file);
    CUPEL_TRY_STATUS(CheckStamps(file));
    if (Status status = CheckPredicate(trusted->statement, verified); !status) {
      return FailAt(file, std::move(status).error());
    }
    // Number, name and place in the ledger say the same: exchanged files are found here.
    if (file != RunFolder::EvidenceName(static_cast<int>(verified.ledger_index), verified.what)) {
      return False("the statement in this file belongs to another place", file);
    }
    verification_.statements.push_back(std::move(verified));
    return {};
  }

  /// The stamp beside a file whose signature holds.
  Status CheckStamps(const std::string& file) {
    CUPEL_TRY(auto stamps, ledger::stamp::StampsOf(folder_.root() / file, stampers_));
    for (auto& stamp : stamps) {
      Cover(std::filesystem::path(file).replace_filename(stamp.file.filename()).generic_string());
      verification_.stamps.push_back({file, std::move(stamp)});
    }
    return {};
  }

  Status CheckPredicate(const Statement& statement, VerifiedStatement& verified) {
    const auto& subject = statement.subjects[0];
    const auto digest = subject.digest.find("sha256");
    if (statement.predicate_type == kReportPredicate) return CheckReport(statement, verified);
    const std::string about =
        fmt::format("{} sha256:{}", subject.name, digest == subject.digest.end() ? "none" : digest->second);
    if (verification_.subject.empty()) verification_.subject = about;
    if (about != verification_.subject) return False("the statement is about another model", "subject");
    if (statement.predicate_type == kPlanPredicate) return CheckPlan(statement, verified);
    if (statement.predicate_type == kAuditPredicate) return CheckAudit(statement, verified);
    if (statement.predicate_type == kEvidencePredicate) return CheckEvidence(statement, verified);
    return False("unknown predicate type " + statement.predicate_type, "predicateType");
  }

  Status CheckPlan(const Statement& statement, VerifiedStatement& verified) {
    verified.what = "plan";
    CUPEL_TRY(const std::string text, CheckNamedFile(statement.predicate["plan"]));
    CUPEL_TRY(frozen_, Json::Parse(text));
    plan_digest_ = crypto::Sha256(AsBytes(text));
    CUPEL_TRY([[maybe_unused]] const std::string written, CheckNamedFile(statement.predicate["planText"]));
    return {};
  }

  /// The first statement of a signed re-run: it stands for the plan and for the report.
  Status CheckAudit(const Statement& statement, VerifiedStatement& verified) {
    verified.what = "audit";
    CUPEL_TRY(const std::string digest, statement.predicate["plan"]["digest"].StringAt("sha256"));
    CUPEL_TRY(plan_digest_, Digest::FromHex(digest));
    CUPEL_TRY(const std::int64_t checks, statement.predicate.IntegerAt("checks"));
    if (checks < 0 || checks > 10'000) return False("an impossible number of checks", "predicate");
    frozen_["checks"] = Json::Array(static_cast<std::size_t>(checks));
    audit_ = statement.predicate["reproduction"];
    reported_ = true;
    return CheckReproduces(statement.predicate, "plan", 0);
  }

  /// What a statement of a re-run says it reproduces, against the original run if that is given.
  Status CheckReproduces(const Json& predicate, const std::string& what, int number) const {
    const std::string name = RunFolder::EvidenceName(number, what);
    if (predicate["reproduces"]["name"] != Json(name))
      return False("reproduces another statement", "reproduces");
    if (!options_.original) return {};
    CUPEL_TRY(const Digest digest, crypto::Sha256OfFile(*options_.original / name));
    if (predicate["reproduces"]["digest"]["sha256"] != Json(digest.Hex()))
      return False("is a re-run of another run", "reproduces");
    return {};
  }

  /// The outcome of one check must be the audit's list of differences, as far as it is about this check.
  Status CheckOutcome(const Json& predicate, const std::string& id, const VerifiedStatement& verified) const {
    CUPEL_TRY_STATUS(CheckReproduces(predicate, id, static_cast<int>(verified.ledger_index)));
    Json expected = audit_;
    expected["differences"] = Json::Array{};
    const Json* differences = audit_.Find("differences");
    if (differences == nullptr || !differences->IsArray())
      return False("lists no differences", "reproduction");
    for (const Json& difference : differences->AsArray()) {
      if (difference["check"] == Json(id)) expected["differences"].Append(difference);
    }
    const bool reproduced = expected["differences"].AsArray().empty();
    expected["reproduced"] = reproduced;
    if (predicate["reproduction"] != expected ||
        predicate["assuranceLevel"] != Json(reproduced ? "reproduced" : "third_party")) {
      return False("its outcome is not that of the audit", "reproduction");
    }
    return {};
  }

  /// A result's file is bound by digest; the numbers in the statement must be those of the file, too.
  Status CheckEvidence(const Statement& statement, VerifiedStatement& verified) {
    const Json& predicate = statement.predicate;
    if (predicate["plan"]["digest"]["sha256"] != Json(plan_digest_.Hex())) {
      return False("the evidence is of another plan", "plan");
    }
    CUPEL_TRY(const std::string text, CheckNamedFile(predicate["result"]));
    CUPEL_TRY(const Json json, Json::Parse(text));
    CUPEL_TRY(CheckRun run, ResultFromJson(json));
    if (predicate["check"]["id"] != Json(run.check->description().id))
      return False("the result is of another check", "result");
    for (const std::string& artifact : run.artifact_files) CUPEL_TRY_STATUS(CheckArtifact(artifact));
    CUPEL_TRY(const Json expected, MeasuredPart(run));
    for (const auto& [member, value] : expected.AsObject()) {
      if (predicate[member] != value)
        return False(fmt::format("\"{}\" is not what the result file says", member), "predicate");
    }
    if (verification_.audit) CUPEL_TRY_STATUS(CheckOutcome(predicate, run.check->description().id, verified));
    verified.what = run.check->description().id;
    verified.verdict = VerdictName(run.verdict);
    ++checks_;
    return {};
  }

  Status CheckReport(const Statement& statement, VerifiedStatement& verified) {
    verified.what = "report";
    for (const auto& subject : statement.subjects) {
      const auto digest = subject.digest.find("sha256");
      if (digest == subject.digest.end()) return False("a report file has no sha256", subject.name);
      CUPEL_TRY([[maybe_unused]] const std::string text, CheckFile(subject.name, digest->second));
    }
    reported_ = true;
    return {};
  }

  /// {"name": ..., "digest": {"sha256": ...}}
  Result<std::string> CheckNamedFile(const Json& descriptor) {
    if (!descriptor["name"].IsString() || !descriptor["digest"]["sha256"].IsString()) {
      return Fail(ErrorCode::kCorrupt, "a file is not named with its digest", "predicate");
    }
    return CheckFile(descriptor["name"].AsString(), descriptor["digest"]["sha256"].AsString());
  }

  Result<std::string> CheckFile(const std::string& name, const std::string& sha256) {
    if (name.find("..") != std::string::npos || name.starts_with('/'))
      return False("a file name leaves the folder", name);
    CUPEL_TRY(std::string text, ReadTextFile(folder_.root() / name));
    if (crypto::Sha256(AsBytes(text)).Hex() != sha256)
      return False("the file is not the one that was signed", name);
    Cover(name);
    return text;
  }

  /// artifacts/<sha256>.<extension>
  Status CheckArtifact(const std::string& name) {
    const std::string stem = std::filesystem::path(name).stem().string();
    CUPEL_TRY([[maybe_unused]] const std::string text, CheckFile(name, stem));
    return {};
  }

  Status CheckComplete() const {
    if (!leaves_.empty()) {
      return False(
          fmt::format("the ledger holds {} statements whose evidence files are missing", leaves_.size()),
          "evidence");
    }
    const Json* planned = frozen_.Find("checks");
    const std::size_t count = planned != nullptr && planned->IsArray() ? planned->AsArray().size() : 0;
    if (count != checks_ || !reported_) {
      return Fail(ErrorCode::kNotFound,
                  fmt::format("the run is not finished: {} of {} checks", checks_, count),
                  folder_.root().string(), "continue it with `cupel assess PLAN --out FOLDER --resume`");
    }
    return {};
  }

  Status CheckCoverage() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.root())) {
      if (entry.is_directory()) continue;
      const std::string name = std::filesystem::relative(entry.path(), folder_.root()).generic_string();
      // The ledger's own verification refuses every file under tile/ that its checkpoint does not cover.
      if (name == "ledger/checkpoint" || name.starts_with("ledger/tile/")) Cover(name);
      if (!covered_.contains(name)) return False("no signed statement covers this file", name);
    }
    verification_.files = static_cast<std::int64_t>(covered_.size());
    return {};
  }

  void Cover(const std::string& name) { covered_.insert(name); }

  const RunFolder& folder_;
  const VerifyOptions& options_;
  TrustPolicy trust_;
  std::optional<crypto::TimestampAuthority> stampers_;      ///< Whom the verifier believes about times.
  std::map<std::string, std::size_t, std::less<>> leaves_;  ///< Not yet met, by content.
  std::set<std::string> covered_;
  Json frozen_;
  Json audit_;  ///< The outcome of a signed re-run.
  Digest plan_digest_;
  std::size_t checks_ = 0;
  bool reported_ = false;
  Verification verification_;
};

}  // namespace

Result<Verification> VerifyRun(const RunFolder& folder, const VerifyOptions& options) {
  return Verifier(folder, options).Run();
}

}  // namespace cupel::application::assess
