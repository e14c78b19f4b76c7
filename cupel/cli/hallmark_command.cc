// SPDX-License-Identifier: Apache-2.0
// cupel hallmark issue|renew: from an assessment to the signed statement that a model may be used.
#include "cupel/cli/hallmark_command.h"

#include <fmt/format.h>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/release/assessed_run.h"
#include "cupel/application/release/release.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"

namespace cupel::cli {
namespace {

using application::release::ReadHallmark;
using application::release::ReleaseKeys;
using ledger::evidence::KeyRole;
using ledger::evidence::TrustPolicy;
using ledger::hallmark::IssuedHallmark;
using ledger::hallmark::IssueRequest;
using ledger::hallmark::SignedException;

struct IssueArguments {
  std::string earlier;  ///< With renew.
  std::string assessment;
  std::string model;
  std::string risk;
  std::vector<std::string> conditions;
  std::string ledger;
  std::string ledger_key;
  std::optional<int> valid_months;
  std::vector<std::string> exceptions;
  std::string trust;
  std::string out;
};

std::optional<std::filesystem::path> PathOrNone(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::filesystem::path>(text);
}

Status ReadExceptions(const IssueArguments& arguments, IssueRequest& request) {
  if (arguments.exceptions.empty()) return {};
  if (arguments.trust.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "an exception needs --trust: whose votes count", "--exception");
  }
  CUPEL_TRY(const TrustPolicy trust, TrustPolicy::Load(arguments.trust));
  for (const std::string& path : arguments.exceptions) {
    CUPEL_TRY(const std::string text, ReadTextFile(path));
    auto bundle = ledger::evidence::Bundle::Parse(text);
    if (!bundle) return FailAt(path, std::move(bundle).error());
    auto exception = SignedException::Open(*std::move(bundle), trust);
    if (!exception) return FailAt(path, std::move(exception).error());
    request.exceptions.push_back(*std::move(exception));
  }
  return {};
}

Result<IssueRequest> ReadRequest(const IssueArguments& arguments,
                                 const std::optional<ReadHallmark>& earlier) {
  IssueRequest request;
  const application::assess::RunFolder folder(arguments.assessment);
  CUPEL_TRY(request.run,
            application::release::ReadAssessedRun(folder, PathOrNone(arguments.trust), arguments.model));
  if (earlier) {
    request.risk = earlier->hallmark.risk;
    request.conditions = earlier->hallmark.conditions;
    request.renews = earlier->payload;
  }
  if (!arguments.risk.empty()) {
    CUPEL_TRY(request.risk, ledger::hallmark::ParseRiskClass(arguments.risk));
  }
  if (!arguments.conditions.empty()) request.conditions = {};
  for (const std::string& condition : arguments.conditions)
    CUPEL_TRY_STATUS(request.conditions.Add(condition));
  request.valid_months = arguments.valid_months;
  CUPEL_TRY_STATUS(ReadExceptions(arguments, request));
  return request;
}

void PrintFailing(Session& session, const std::vector<ledger::hallmark::FailingCheck>& failing) {
  std::string text = "no hallmark: a required check does not pass\n";
  Json json = Json::Object{{"issued", false}, {"failing", Json::Array{}}};
  for (const auto& check : failing) {
    text += fmt::format("  {}: {}; {}\n", check.check, check.verdict, check.why_uncovered);
    json["failing"].Append(
        Json::Object{{"check", check.check}, {"verdict", check.verdict}, {"why", check.why_uncovered}});
  }
  session.Print(text, json);
  session.exit_code = kRequirementFailed;
}

void PrintIssued(Session& session, const IssuedHallmark& issued, const std::filesystem::path& out) {
  const auto& hallmark = issued.hallmark;
  session.Print(
      fmt::format(
          "hallmark  {}\nclass     {}\nfor       {} sha256:{}\nholds     {} to {}\nledger    {}, leaf "
          "{}\nsigned by {}\n",
          out.string(), RiskClassName(hallmark.risk), hallmark.model.name, hallmark.model.file.Hex(),
          FormatUtc(hallmark.not_before), FormatUtc(hallmark.expires), hallmark.issued_into.origin,
          issued.receipt.index, issued.bundle.key_hint),
      Json::Object{{"issued", true},
                   {"file", out.string()},
                   {"id", hallmark.id},
                   {"class", RiskClassName(hallmark.risk)},
                   {"notBefore", FormatUtc(hallmark.not_before)},
                   {"expires", FormatUtc(hallmark.expires)},
                   {"ledgerIndex", static_cast<std::int64_t>(issued.receipt.index)},
                   {"signer", issued.bundle.key_hint}});
}

Status Issue(Session& session, const IssueArguments& arguments) {
  const std::int64_t now = SystemClock().UnixSeconds();
  const std::filesystem::path out =
      arguments.out.empty()
          ? std::filesystem::path(arguments.model).filename().replace_extension(".hallmark.json")
          : std::filesystem::path(arguments.out);
  CUPEL_TRY_STATUS(application::release::CheckNew(out));
  std::optional<ReadHallmark> earlier;
  if (!arguments.earlier.empty()) {
    CUPEL_TRY(earlier, application::release::ReadHallmarkFile(arguments.earlier));
  }
  CUPEL_TRY(const IssueRequest request, ReadRequest(arguments, earlier));
  if (const auto failing = FailingChecks(request.run, request.exceptions, now); !failing.empty()) {
    PrintFailing(session, failing);
    return {};
  }
  const ReleaseKeys keys{UserKeyFolder()};
  CUPEL_TRY(const auto key, keys.Load(KeyRole::kHallmark));
  if (earlier) CUPEL_TRY_STATUS(CheckRenewal(*earlier, request.run, key.Public(), arguments.ledger, now));
  const std::filesystem::path ledger_key = arguments.ledger_key.empty()
                                               ? keys.folder / "ledger.key.pem"
                                               : std::filesystem::path(arguments.ledger_key);
  CUPEL_TRY(auto ledger, application::release::OpenLedger(arguments.ledger, ledger_key));
  CUPEL_TRY(const IssuedHallmark issued, ledger::hallmark::Issue(request, key, ledger, now));
  CUPEL_TRY_STATUS(application::release::WriteHallmark(issued, out));
  PrintIssued(session, issued, out);
  return {};
}

void AddOptions(CLI::App& command, IssueArguments& arguments) {
  command.add_option("--assessment", arguments.assessment, "Folder of the finished run")->required();
  command.add_option("--model", arguments.model, "The ONNX file that was assessed")->required();
  command.add_option("--ledger", arguments.ledger, "The organisation's ledger")->required();
  command.add_option("--ledger-key", arguments.ledger_key,
                     "Its signing key (default: the user's ledger.key.pem)");
  command.add_option(
      "--condition", arguments.conditions,
      "KIND=VALUE[,VALUE]; KIND is host, purpose, region or guard; without one, any is allowed");
  command.add_option("--valid-months", arguments.valid_months,
                     "At most 24 for E0 and E1, 12 for E2, 6 for E3, which is the default");
  command.add_option("--exception", arguments.exceptions, "Signed exception for a check that does not pass");
  command.add_option("--trust", arguments.trust, "Whose evidence and votes to believe");
  command.add_option("--out,-o", arguments.out, "File to write (default: MODEL.hallmark.json here)");
}

void AddIssue(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "issue", "Issues a hallmark if every required check of an assessment passes.",
                 "  cupel hallmark issue --assessment run --model m.onnx --class E1 --ledger ledger\n"
                 "  cupel hallmark issue --assessment run --model m.onnx --class E2 --ledger ledger "
                 "--condition host=gate-7\n");
  auto arguments = std::make_shared<IssueArguments>();
  AddOptions(*command, *arguments);
  command->add_option("--class", arguments->risk, "E0, E1, E2 or E3: how much harm the use can do")
      ->required();
  OnRun(command, session, [&session, arguments] { return Issue(session, *arguments); });
}

void AddRenew(CLI::App& hallmark, Session& session) {
  CLI::App* command = AddCommand(
      hallmark, "renew", "Issues a hallmark that follows an earlier one.",
      "  cupel hallmark renew m.hallmark.json --assessment run2 --model m.onnx --ledger ledger -o m2.json\n");
  auto arguments = std::make_shared<IssueArguments>();
  command->add_option("hallmark", arguments->earlier, "The earlier hallmark")->required();
  AddOptions(*command, *arguments);
  command->get_option("--out")->required();
  command->add_option("--class", arguments->risk, "Default: the earlier hallmark's; so are the conditions");
  OnRun(command, session, [&session, arguments] { return Issue(session, *arguments); });
}

}  // namespace

std::filesystem::path UserKeyFolder() {
  return application::assess::KeyFiles::OfUser().evidence.parent_path();
}

void AddHallmark(CLI::App& app, Session& session) {
  CLI::App* hallmark = AddCommand(
      app, "hallmark", "Permits an assessed model, for a time and under conditions; takes that back.",
      "  cupel hallmark issue --assessment run --model m.onnx --class E1 --ledger ledger\n"
      "  cupel hallmark show m.hallmark.json\n"
      "  cupel hallmark revoke m.hallmark.json --reason model-defect --ledger ledger\n");
  hallmark->require_subcommand(1);
  AddIssue(*hallmark, session);
  AddRenew(*hallmark, session);
  AddHallmarkException(*hallmark, session);
  AddHallmarkShow(*hallmark, session);
  AddHallmarkRevoke(*hallmark, session);
  AddHallmarkReceipt(*hallmark, session);
  AddHallmarkTrust(*hallmark, session);
}

}  // namespace cupel::cli
