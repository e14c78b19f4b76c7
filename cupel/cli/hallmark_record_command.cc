// SPDX-License-Identifier: Apache-2.0
// cupel hallmark exception|show|revoke|receipt|trust: what belongs to hallmarks besides issuing them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/application/assess/run_folder.h"
#include "cupel/application/release/release.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/hallmark_command.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/hallmark/exception.h"
#include "cupel/ledger/hallmark/revocation.h"

namespace cupel::cli {
namespace {

using application::release::Beside;
using application::release::ReadHallmark;
using application::release::ReleaseKeys;
using ledger::evidence::KeyRole;
using ledger::evidence::TrustPolicy;

struct ExceptionArguments {
  std::string assessment, check, approver, expires, reason, out;
};

Status MakeException(Session& session, const ExceptionArguments& arguments) {
  const application::assess::RunFolder folder(arguments.assessment);
  CUPEL_TRY(const std::string plan, ReadTextFile(folder.FrozenPlan()));
  const std::string day = arguments.expires;
  CUPEL_TRY(const std::int64_t expires, ParseUtc(day.size() == 10 ? day + "T00:00:00Z" : day));
  const auto reason = ledger::hallmark::ReasonText::Of(arguments.reason);
  const ledger::hallmark::Exception exception{crypto::Sha256(AsBytes(plan)), arguments.check,
                                              arguments.approver, expires, reason.Commitment()};
  CUPEL_TRY(const auto key, ReleaseKeys{UserKeyFolder()}.Load(KeyRole::kVote));
  CUPEL_TRY(const auto bundle, exception.Sign(key));
  const std::filesystem::path text_file = Beside(arguments.out, ".text.json");
  CUPEL_TRY_STATUS(WriteFileAtomic(text_file, reason.ToText()));
  CUPEL_TRY_STATUS(WriteFileAtomic(arguments.out, bundle.ToText()));
  session.Print(
      fmt::format("exception {}\nreason    {}  (may be removed; the exception stays valid)\nsigned by {}\n",
                  arguments.out, text_file.string(), bundle.key_hint),
      Json::Object{{"file", arguments.out}, {"text", text_file.string()}, {"signer", bundle.key_hint}});
  return {};
}

Status Show(Session& session, const std::string& path) {
  CUPEL_TRY(const ReadHallmark read, application::release::ReadHallmarkFile(path));
  CUPEL_TRY(const auto statement, ledger::evidence::Statement::Parse(read.bundle.envelope.payload));
  const auto& hallmark = read.hallmark;
  std::string text = fmt::format(
      "id          {}\nclass       {}\nmodel       {}\n  file      sha256:{}\n  root      sha256:{}\nholds   "
      "    {} to "
      "{}\n",
      hallmark.id, RiskClassName(hallmark.risk), hallmark.model.name, hallmark.model.file.Hex(),
      hallmark.model.root.Hex(), FormatUtc(hallmark.not_before), FormatUtc(hallmark.expires));
  for (const std::string_view kind : ledger::hallmark::kConditionKinds) {
    const auto* values = hallmark.conditions.Of(kind);
    text += fmt::format("{:<10}  {}\n", kind,
                        values == nullptr ? "any" : fmt::format("{}", fmt::join(*values, ", ")));
  }
  TextTable inputs({"input", "verdict", "file"});
  for (const auto& input : hallmark.inputs) inputs.Add({input.what, input.verdict, input.uri});
  text += fmt::format(
      "plan        sha256:{}\nledger      {}, leaf {}\nexceptions  {}\n{}signed by   {}\n\n{}",
      hallmark.plan.Hex(), hallmark.issued_into.origin,
      read.bundle.tlog_entries.empty() ? "none" : std::to_string(read.bundle.tlog_entries[0].log_index),
      hallmark.exceptions.size(),
      hallmark.renews ? fmt::format("renews      sha256:{}\n", hallmark.renews->Hex()) : "",
      read.bundle.key_hint, inputs.ToString());
  session.Print(text, statement.predicate);
  session.Say("nothing was verified; `cupel run` checks all of it before a model is loaded");
  return {};
}

struct RevokeArguments {
  std::string hallmark, reason, ledger, ledger_key;
};

Status Revoke(Session& session, const RevokeArguments& arguments) {
  CUPEL_TRY(const ReadHallmark read, application::release::ReadHallmarkFile(arguments.hallmark));
  const ReleaseKeys keys{UserKeyFolder()};
  CUPEL_TRY(const auto key, keys.Load(KeyRole::kHallmark));
  CUPEL_TRY(auto bundle, ledger::hallmark::Revoke(read.payload, arguments.reason, key));
  const std::filesystem::path ledger_key = arguments.ledger_key.empty()
                                               ? keys.folder / "ledger.key.pem"
                                               : std::filesystem::path(arguments.ledger_key);
  CUPEL_TRY(auto ledger, application::release::OpenLedger(arguments.ledger, ledger_key));
  if (ledger.Verifier().Name() != read.hallmark.issued_into.origin) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the hallmark is in the ledger {}, this is {}", read.hallmark.issued_into.origin,
                            ledger.Verifier().Name()),
                arguments.ledger, "revoke it in its own ledger: runtimes look nowhere else");
  }
  CUPEL_TRY(const auto logged, ledger::hallmark::AppendBundle(std::move(bundle), key.Public(), ledger));
  const std::filesystem::path out = Beside(arguments.hallmark, ".revocation.json");
  CUPEL_TRY_STATUS(WriteFileAtomic(out, logged.bundle.ToText()));
  session.Print(fmt::format("revoked   {}\nledger    {}, leaf {}\nrecord    {}\n", arguments.hallmark,
                            read.hallmark.issued_into.origin, logged.receipt.index, out.string()),
                Json::Object{{"hallmark", read.payload.Hex()},
                             {"reason", arguments.reason},
                             {"ledgerIndex", static_cast<std::int64_t>(logged.receipt.index)},
                             {"file", out.string()}});
  session.Say("runtimes refuse the model as soon as they have the ledger's new checkpoint");
  return {};
}

/// The trust root that a runtime needs to believe this user's keys and this ledger.
Status WriteTrust(Session& session, const std::string& ledger_folder, const std::string& policy_file,
                  const std::string& out) {
  const ReleaseKeys keys{UserKeyFolder()};
  std::string policy;
  if (policy_file.empty()) {
    CUPEL_TRY(const auto ledger,
              application::release::OpenLedger(ledger_folder, keys.folder / "ledger.key.pem"));
    policy = fmt::format("log {}\nquorum none\n", ledger.Verifier().ToText());
  } else {
    CUPEL_TRY(policy, ReadTextFile(policy_file));
  }
  CUPEL_TRY_STATUS(MakeFolder(out));
  for (const KeyRole role : {KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kVote}) {
    CUPEL_TRY(const auto key, keys.Load(role));
    const std::filesystem::path path =
        std::filesystem::path(out) / fmt::format("{}.pub.pem", KeyRoleName(role));
    CUPEL_TRY_STATUS(WriteFileAtomic(path, key.Public().Pem()));
  }
  CUPEL_TRY_STATUS(WriteFileAtomic(std::filesystem::path(out) / "log.policy", policy));
  CUPEL_TRY([[maybe_unused]] const TrustPolicy readable, TrustPolicy::Load(out));
  session.Print(fmt::format("trust root {}\n", out), Json::Object{{"folder", out}});
  return {};
}

}  // namespace

void AddHallmarkException(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "exception", "Signs, with a vote, that a required check need not pass.",
                 "  cupel hallmark exception --assessment run --check inspect.pgd --approver member-17 "
                 "--expires 2027-01-31 --reason \"...\" -o exception.json\n");
  auto arguments = std::make_shared<ExceptionArguments>();
  command->add_option("--assessment", arguments->assessment, "Folder of the run")->required();
  command->add_option("--check", arguments->check, "Id of the check")->required();
  command->add_option("--approver", arguments->approver, "Opaque id of who votes; not a name")->required();
  command->add_option("--expires", arguments->expires, "Day or time (UTC)")->required();
  command
      ->add_option("--reason", arguments->reason, "Free text; kept in a file of its own that may be erased")
      ->required();
  command->add_option("--out,-o", arguments->out, "File to write")->required();
  OnRun(command, session, [&session, arguments] { return MakeException(session, *arguments); });
}

void AddHallmarkShow(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "show", "What a hallmark says.", "  cupel hallmark show m.hallmark.json\n");
  auto path = std::make_shared<std::string>();
  command->add_option("hallmark", *path, "The hallmark")->required();
  OnRun(command, session, [&session, path] { return Show(session, *path); });
}

void AddHallmarkRevoke(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "revoke", "Takes a hallmark back, for ever.",
                 "  cupel hallmark revoke m.hallmark.json --reason model-defect --ledger ledger\n");
  auto arguments = std::make_shared<RevokeArguments>();
  command->add_option("hallmark", arguments->hallmark, "The hallmark")->required();
  command
      ->add_option("--reason", arguments->reason,
                   fmt::format("{}", fmt::join(ledger::hallmark::kRevocationReasons, ", ")))
      ->required();
  command->add_option("--ledger", arguments->ledger, "The ledger that the hallmark is in")->required();
  command->add_option("--ledger-key", arguments->ledger_key,
                      "Its signing key (default: the user's ledger.key.pem)");
  OnRun(command, session, [&session, arguments] { return Revoke(session, *arguments); });
}

void AddHallmarkReceipt(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "receipt", "Proves the hallmark anew, under the ledger's newest checkpoint.",
                 "  cupel hallmark receipt m.hallmark.json --ledger ledger --trust trust\n");
  struct Arguments {
    std::string hallmark, ledger, trust;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("hallmark", arguments->hallmark, "The hallmark")->required();
  command->add_option("--ledger", arguments->ledger, "The ledger that it is in")->required();
  command->add_option("--trust", arguments->trust, "Trust root with the ledger's policy")->required();
  OnRun(command, session, [&session, arguments]() -> Status {
    CUPEL_TRY(const TrustPolicy trust, TrustPolicy::Load(arguments->trust));
    CUPEL_TRY_STATUS(application::release::RefreshReceipt(arguments->hallmark, arguments->ledger, trust));
    session.Print(fmt::format("receipt   {}\n", Beside(arguments->hallmark, ".tlog-proof").string()),
                  Json::Object{{"file", Beside(arguments->hallmark, ".tlog-proof").string()}});
    return {};
  });
}

void AddHallmarkTrust(CLI::App& hallmark, Session& session) {
  CLI::App* command =
      AddCommand(hallmark, "trust", "Writes the trust root for runtimes that shall believe your keys.",
                 "  cupel hallmark trust --ledger ledger --out trust\n"
                 "  cupel hallmark trust --policy log.policy --out trust       # with witnesses\n");
  struct Arguments {
    std::string ledger, policy, out;
  };
  auto arguments = std::make_shared<Arguments>();
  auto* ledger =
      command->add_option("--ledger", arguments->ledger, "Your ledger; its policy is then: no witnesses");
  auto* policy = command->add_option("--policy", arguments->policy, "C2SP policy: logs, witnesses, quorum");
  ledger->excludes(policy);
  command->add_option("--out,-o", arguments->out, "Folder to write")->required();
  OnRun(command, session, [&session, arguments]() -> Status {
    if (arguments->ledger.empty() && arguments->policy.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "a trust root needs --ledger or --policy");
    }
    return WriteTrust(session, arguments->ledger, arguments->policy, arguments->out);
  });
}

}  // namespace cupel::cli
