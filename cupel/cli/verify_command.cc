// SPDX-License-Identifier: Apache-2.0
// cupel verify: is a run what its signatures say, and does it give the same results again?
#include <fmt/format.h>

#include "cupel/application/assess/verify.h"
#include "cupel/application/pack/claims.h"
#include "cupel/application/pack/pack.h"
#include "cupel/application/pack/zip.h"
#include "cupel/base/clock.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/ledger/hallmark/admit.h"

namespace cupel::cli {
namespace {

using application::assess::AuditorOptions;
using application::assess::Rerun;
using application::assess::RunFolder;
using application::assess::Verification;

struct Arguments {
  std::string run;
  std::string trust;
  std::string ledger;
  bool rerun = false;
  std::string plan;
  int jobs = 0;
  double tolerance = 0.01;
  std::string original;
  std::string auditor_key;
  std::string out;
};

Json ToJson(const Verification& verification) {
  Json json;
  json["verified"] = true;
  json["subject"] = verification.subject;
  json["signer"] = verification.signer;
  json["keysFromRun"] = verification.keys_from_run;
  json["files"] = verification.files;
  json["ledger"] = Json::Object{{"size", static_cast<std::int64_t>(verification.ledger_size)},
                                {"root", verification.ledger_root.Hex()}};
  json["statements"] = Json::Array{};
  for (const auto& statement : verification.statements) {
    json["statements"].Append(Json::Object{{"file", statement.file},
                                           {"what", statement.what},
                                           {"ledgerIndex", static_cast<std::int64_t>(statement.ledger_index)},
                                           {"verdict", statement.verdict}});
  }
  json["timestamps"] = Json::Array{};
  for (const auto& [of, stamp] : verification.stamps) {
    json["timestamps"].Append(
        Json::Object{{"of", of}, {"time", FormatUtc(stamp.unix_seconds)}, {"verified", stamp.verified}});
  }
  return json;
}

std::string ToText(const Session& session, const Verification& verification) {
  TextTable table({"ledger", "statement", "verdict", "file"});
  for (const auto& statement : verification.statements) {
    table.Add({std::to_string(statement.ledger_index), statement.what, statement.verdict, statement.file});
  }
  std::string text = table.ToString();
  text += fmt::format(
      "\n{} {} statements, {} files, signatures, digests and ledger hold\nabout     {}\nsigned by {}\n",
      session.Styled("verified", "green"), verification.statements.size(), verification.files,
      verification.subject, verification.signer);
  for (const auto& [of, stamp] : verification.stamps) {
    text +=
        fmt::format("stamped   {} {}{}\n", FormatUtc(stamp.unix_seconds), of,
                    stamp.verified ? ", verified" : ", by its own word: no time-stamp authority is trusted");
  }
  if (verification.keys_from_run) {
    text +=
        "the keys come from the folder itself: nothing changed since it was signed; give --trust to check "
        "who signed\n";
  }
  return text;
}

Json ToJson(const Rerun& rerun) {
  Json json;
  json["sameEngine"] = rerun.same_engine;
  json["checks"] = rerun.checks;
  json["reproduced"] = rerun.differences.empty();
  json["differences"] = Json::Array{};
  for (const auto& difference : rerun.differences) {
    json["differences"].Append(Json::Object{{"check", difference.check}, {"what", difference.what}});
  }
  return json;
}

/// The auditor's ledger key lies beside the signing key: auditor.pem and auditor.ledger.pem.
AuditorOptions AuditorOf(const Arguments& arguments) {
  const std::filesystem::path key = arguments.auditor_key;
  std::filesystem::path ledger = key;
  ledger.replace_extension(".ledger.pem");
  return {{key, ledger}, arguments.out};
}

Status RunAgain(const Arguments& arguments, Session& session, std::string& text, Json& json) {
  application::assess::RerunOptions options;
  if (!arguments.plan.empty()) options.plan = arguments.plan;
  options.workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  options.tolerance = arguments.tolerance;
  options.progress = &session.progress();
  if (!arguments.auditor_key.empty()) options.auditor = AuditorOf(arguments);
  CUPEL_TRY(const Rerun rerun, RerunAndCompare(RunFolder(arguments.run), options));
  json["rerun"] = ToJson(rerun);
  text += fmt::format("\nrerun     {} checks with {} engine\n", rerun.checks,
                      rerun.same_engine ? "the same" : "another");
  for (const auto& difference : rerun.differences)
    text += fmt::format("  {}: {}\n", difference.check, difference.what);
  if (options.auditor) text += fmt::format("signed    {}\n", arguments.out);
  if (!rerun.differences.empty()) {
    return Fail(
        ErrorCode::kVerificationFailed,
        fmt::format("the rerun differs: {}: {}", rerun.differences[0].check, rerun.differences[0].what),
        arguments.run);
  }
  text += rerun.same_engine ? "reproduced, byte for byte\n"
                            : fmt::format("reproduced within {} in every metric\n", arguments.tolerance);
  return {};
}

/// A finished run's folder, a signed re-run's, an unpacked audit pack, or one in one file.
Result<Verification> VerifyGiven(const Arguments& arguments) {
  application::assess::VerifyOptions options;
  if (!arguments.trust.empty()) options.trust = arguments.trust;
  if (!arguments.original.empty()) options.original = arguments.original;
  if (application::pack::LooksLikeZip(arguments.run)) {
    if (arguments.rerun) {
      return Fail(ErrorCode::kInvalidArgument, "an audit pack cannot be run again as it is", arguments.run,
                  "unpack it and give its folder run/, with --plan for the plan beside model and data");
    }
    return application::pack::VerifyPack(arguments.run, options);
  }
  if (application::pack::LooksUnpacked(arguments.run))
    return application::pack::VerifyUnpacked(arguments.run, options);
  CUPEL_TRY(Verification verification, VerifyRun(RunFolder(arguments.run), options));
  if (!verification.audit) CUPEL_TRY_STATUS(application::pack::CheckClaims(RunFolder(arguments.run)));
  return verification;
}

/// The one file that is no archive.
bool LooksLikeHallmark(const std::string& path) {
  return std::filesystem::is_regular_file(path) && !application::pack::LooksLikeZip(path);
}

Status VerifyOneHallmark(Session& session, const Arguments& arguments) {
  if (arguments.trust.empty() || arguments.ledger.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a hallmark is verified against a trust root and its ledger",
                arguments.run, "give --trust and --ledger");
  }
  AdmissionPolicy policy;
  policy.trust = arguments.trust;
  policy.ledger = arguments.ledger;
  const Admission admission = VerifyHallmark(arguments.run, policy);
  if (!admission.admitted()) {
    Status refused = admission.ToStatus();
    return FailAt(arguments.run, std::move(refused).error());
  }
  const auto& hallmark = *admission.hallmark;
  session.Print(
      fmt::format("{} the hallmark holds now: signature, time, receipt, newest checkpoint, not revoked\n"
                  "about     {} sha256:{}\nclass     {}\nholds     {} to {}\nledger    {}, leaf {} of {}\n"
                  "whether a model at hand is this one, and may run here, is what `cupel run` checks\n",
                  session.Styled("verified", "green"), hallmark.model.name, hallmark.model.file.Hex(),
                  RiskClassName(hallmark.risk), FormatUtc(hallmark.not_before), FormatUtc(hallmark.expires),
                  admission.newest->origin, *admission.index, admission.newest->size),
      Json::Object{{"verified", true},
                   {"hallmark", admission.payload->Hex()},
                   {"model", Json::Object{{"name", hallmark.model.name},
                                          {"sha256", hallmark.model.file.Hex()},
                                          {"omsRoot", hallmark.model.root.Hex()}}},
                   {"class", RiskClassName(hallmark.risk)},
                   {"notBefore", FormatUtc(hallmark.not_before)},
                   {"expires", FormatUtc(hallmark.expires)},
                   {"ledger", Json::Object{{"origin", admission.newest->origin},
                                           {"index", static_cast<std::int64_t>(*admission.index)},
                                           {"size", static_cast<std::int64_t>(admission.newest->size)}}}});
  return {};
}

Status Verify(Session& session, const Arguments& arguments) {
  if (LooksLikeHallmark(arguments.run)) return VerifyOneHallmark(session, arguments);
  if (arguments.auditor_key.empty() != arguments.out.empty() ||
      (!arguments.out.empty() && !arguments.rerun)) {
    return Fail(ErrorCode::kInvalidArgument, "--as-auditor, --out and --rerun belong together", "",
                "give all three: --rerun --as-auditor KEY --out FOLDER");
  }
  CUPEL_TRY(const Verification verification, VerifyGiven(arguments));
  std::string text = ToText(session, verification);
  Json json = ToJson(verification);
  if (arguments.rerun) CUPEL_TRY_STATUS(RunAgain(arguments, session, text, json));
  session.Print(text, json);
  return {};
}

}  // namespace

void AddVerify(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "verify", "Checks a run's signatures, digests and ledger; with --rerun, its results.",
                 "  cupel verify run\n"
                 "  cupel verify run --trust keys/          # and who signed it\n"
                 "  cupel verify run --rerun --plan plan.toml\n"
                 "  cupel verify audit.zip --trust keys/    # an audit pack\n"
                 "  cupel verify m.hallmark.json --trust trust --ledger ledger\n"
                 "  cupel verify run --rerun --plan plan.toml --as-auditor auditor.pem --out audit\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->run, "Folder of the run, an audit pack (ZIP), or a hallmark")
      ->required();
  command->add_option("--trust", arguments->trust,
                      "Keys to believe: a trust.toml, a folder of *.pem and *.vkey, or one file");
  command->add_option("--ledger", arguments->ledger, "For a hallmark: folder of the ledger that it is in");
  command->add_flag("--rerun", arguments->rerun, "Run the checks again and compare");
  command->add_option("--plan", arguments->plan, "With --rerun: the plan in its own folder");
  command->add_option("--jobs,-j", arguments->jobs, "With --rerun: workers")->check(CLI::Range(1, 1024));
  command->add_option("--tolerance", arguments->tolerance,
                      "With --rerun by another engine: largest difference of a metric");
  command->add_option("--reproduces", arguments->original,
                      "For a re-run that an auditor signed: folder of the run that it must be of");
  command->add_option("--as-auditor", arguments->auditor_key,
                      "With --rerun: sign the outcome with this key (PEM, mode 0600, made on first use)");
  command->add_option("--out,-o", arguments->out, "With --as-auditor: folder for the signed outcome");
  OnRun(command, session, [&session, arguments] { return Verify(session, *arguments); });
}

}  // namespace cupel::cli
