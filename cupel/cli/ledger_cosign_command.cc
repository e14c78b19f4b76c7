// SPDX-License-Identifier: Apache-2.0
// cupel ledger cosign, policy check, compare: a ledger and its witnesses.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cupel/application/server/http_client.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/ledger_server_command.h"
#include "cupel/cli/text_table.h"
#include "cupel/cli/verifier_key_argument.h"
#include "cupel/ledger/witness/cosign.h"
#include "cupel/ledger/witness/policy.h"
#include "cupel/ledger/witness/split_view.h"
#include "cupel/ledger/witness/witness_folder.h"

namespace cupel::cli {
namespace {

using ledger::witness::Cosigned;
using ledger::witness::CosignedCheckpoint;
using ledger::witness::Cosigner;
using ledger::witness::Policy;
using ledger::witness::Witness;

constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 20;

Result<Policy> LoadPolicy(const std::string& path) {
  CUPEL_TRY(const std::string text, ReadTextFile(path, kMaxTextBytes));
  auto policy = Policy::Parse(text);
  if (!policy) return FailAt(path, std::move(policy).error());
  return policy;
}

struct CosignArguments {
  std::string ledger;
  std::string policy;
  std::string log;
  std::vector<std::string> witnesses;
  std::string authority;
};

/// The key of the ledger: as given, or the policy's key for the origin that the checkpoint names.
Result<ledger::merkle::NoteVerifier> KeyOfLedger(const CosignArguments& arguments,
                                                 const std::optional<Policy>& policy) {
  if (!arguments.log.empty()) return ReadLogKey(arguments.log);
  if (!policy) {
    return Fail(ErrorCode::kInvalidArgument, "whose ledger is it?", "",
                "give --log with its verifier key, or --policy");
  }
  CUPEL_TRY(const std::string note,
            ReadTextFile(std::filesystem::path(arguments.ledger) / "checkpoint", kMaxTextBytes));
  const std::string origin = note.substr(0, note.find('\n'));
  for (const Policy::Log& log : policy->Logs()) {
    if (log.key.Name() == origin) return log.key;
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("the policy names no log {}", origin),
              arguments.policy, "add its log line, or give --log");
}

std::string TimeText(std::optional<std::int64_t> time) { return time ? FormatUtc(*time) : "-"; }

Json ToJson(const Cosigned& cosigned) {
  Json json = Json::Array{};
  for (const auto& outcome : cosigned.outcomes) {
    Json entry;
    entry["witness"] = outcome.witness;
    if (outcome.time) entry["cosignedAt"] = FormatUtc(*outcome.time);
    if (outcome.error) entry["error"] = outcome.error->ToString();
    json.Append(std::move(entry));
  }
  return json;
}

/// Whether the note is good enough: under the policy if there is one, else when nobody refused.
Status Judge(const Cosigned& cosigned, const std::optional<Policy>& policy) {
  if (policy) {
    CUPEL_TRY_STATUS(policy->Verify(cosigned.note));
    return {};
  }
  for (const auto& outcome : cosigned.outcomes) {
    if (outcome.error) return FailAt(outcome.witness, *outcome.error);
  }
  return {};
}

/// Whom to ask: the witnesses that lie `here`, then those of the policy that have an address.
Result<std::vector<Cosigner>> CosignersOf(const CosignArguments& arguments,
                                          const std::optional<Policy>& policy,
                                          std::vector<std::unique_ptr<Witness>>& here) {
  std::vector<Cosigner> cosigners;
  for (const std::string& folder : arguments.witnesses) {
    CUPEL_TRY(std::unique_ptr<Witness> witness, ledger::witness::OpenWitnessFolder(folder, SystemClock()));
    Witness& local = *witness;
    cosigners.push_back(
        {local.Verifier(),
         [&local](const std::string& body) -> Result<ledger::witness::Answer> { return local.Add(body); }});
    here.push_back(std::move(witness));
  }
  application::server::ClientOptions options;
  options.authorities = arguments.authority;
  for (const Policy::Witness& witness : policy ? policy->Witnesses() : std::vector<Policy::Witness>()) {
    const bool local = std::ranges::any_of(here, [&](const auto& w) { return w->Verifier() == witness.key; });
    if (witness.url.empty() || local) continue;
    cosigners.push_back({witness.key, application::server::PostToWitness(witness.url, options)});
  }
  if (!cosigners.empty()) return cosigners;
  return Fail(ErrorCode::kInvalidArgument, "no witness to ask", arguments.policy,
              "give witnesses an address in the policy, or --witness with a folder");
}

Status Cosign(Session& session, const CosignArguments& arguments) {
  std::optional<Policy> policy;
  if (!arguments.policy.empty()) {
    CUPEL_TRY(policy, LoadPolicy(arguments.policy));
  }
  CUPEL_TRY(const ledger::merkle::NoteVerifier key, KeyOfLedger(arguments, policy));
  std::vector<std::unique_ptr<Witness>> here;
  CUPEL_TRY(const std::vector<Cosigner> cosigners, CosignersOf(arguments, policy, here));
  CUPEL_TRY(const Cosigned cosigned, ledger::witness::CosignLog(arguments.ledger, key, cosigners));
  TextTable table({"witness", "cosigned at", "refused because"});
  for (const auto& outcome : cosigned.outcomes) {
    table.Add({outcome.witness, TimeText(outcome.time), outcome.error ? outcome.error->message : "-"});
  }
  const Status judged = Judge(cosigned, policy);
  Json json;
  json["witnesses"] = ToJson(cosigned);
  json["enough"] = judged.has_value();
  session.Print(table.ToString(), json);
  if (!judged) {
    session.exit_code = kRequirementFailed;
    session.Say("not enough: " + judged.error().message);
  }
  return {};
}

void AddCosign(CLI::App& ledger, Session& session) {
  CLI::App* command = AddCommand(
      ledger, "cosign", "Has witnesses cosign the ledger's checkpoint.",
      "  cupel ledger cosign run/ledger --policy policy.txt              # asks those with an address\n"
      "  cupel ledger cosign run/ledger --log run/keys/ledger.vkey --witness w1   # one that lies here\n");
  auto arguments = std::make_shared<CosignArguments>();
  command->add_option("ledger", arguments->ledger, "Folder of the ledger")->required();
  command->add_option("--policy", arguments->policy,
                      "C2SP policy: its witnesses are asked, its quorum is checked");
  command->add_option("--log", arguments->log, "Verifier key of the ledger, or a file with it");
  command->add_option("--witness", arguments->witnesses, "Folder of a witness on this machine; repeatable")
      ->allow_extra_args(false);
  command->add_option("--ca", arguments->authority,
                      "Certificate (PEM) of the authority to trust for https, instead of the system's");
  OnRun(command, session, [&session, arguments] { return Cosign(session, *arguments); });
}

std::string PolicyText(const Policy& policy) {
  TextTable table({"what", "name", "address"});
  for (const Policy::Log& log : policy.Logs()) {
    table.Add({"log", log.key.Name(), log.url.empty() ? "-" : log.url});
  }
  for (const Policy::Witness& witness : policy.Witnesses()) {
    table.Add({"witness", witness.name, witness.url.empty() ? "-" : witness.url});
  }
  return table.ToString() + fmt::format("\nquorum  {}\n", policy.QuorumText());
}

Json PolicyJson(const Policy& policy) {
  Json json;
  json["logs"] = Json::Array{};
  for (const Policy::Log& log : policy.Logs()) {
    json["logs"].Append(Json::Object{{"key", log.key.ToText()}, {"url", log.url}});
  }
  json["witnesses"] = Json::Array{};
  for (const Policy::Witness& witness : policy.Witnesses()) {
    json["witnesses"].Append(
        Json::Object{{"name", witness.name}, {"key", witness.key.ToText()}, {"url", witness.url}});
  }
  json["quorum"] = policy.QuorumText();
  return json;
}

Status CheckPolicy(Session& session, const std::string& path, const std::string& checkpoint) {
  CUPEL_TRY(const Policy policy, LoadPolicy(path));
  std::string text = PolicyText(policy);
  Json json = PolicyJson(policy);
  if (!checkpoint.empty()) {
    CUPEL_TRY(const std::string note, ReadTextFile(checkpoint, kMaxTextBytes));
    auto verified = policy.Verify(note);
    if (!verified) return FailAt(checkpoint, std::move(verified).error());
    const CosignedCheckpoint& seen = *verified;
    text += fmt::format("holds   {} leaves of {}, quorum since {}\n", seen.checkpoint.size,
                        seen.checkpoint.origin, TimeText(seen.cosigned_at));
    Json found;
    found["origin"] = seen.checkpoint.origin;
    found["size"] = static_cast<std::int64_t>(seen.checkpoint.size);
    found["root"] = seen.checkpoint.root.Hex();
    if (seen.cosigned_at) found["cosignedAt"] = FormatUtc(*seen.cosigned_at);
    found["witnesses"] = Json::Array{};
    for (const std::string& name : seen.witnesses) found["witnesses"].Append(name);
    json["checkpoint"] = std::move(found);
  }
  session.Print(text, json);
  return {};
}

void AddPolicy(CLI::App& ledger, Session& session) {
  CLI::App* policy =
      AddCommand(ledger, "policy", "Which ledgers and witnesses a verifier believes.",
                 "  cupel ledger policy check policy.txt --checkpoint run/ledger/checkpoint\n");
  policy->require_subcommand(1);
  CLI::App* check =
      AddCommand(*policy, "check", "Reads a C2SP policy; with --checkpoint, holds one against it.",
                 "  cupel ledger policy check policy.txt\n"
                 "  cupel ledger policy check policy.txt --checkpoint run/ledger/checkpoint\n");
  auto path = std::make_shared<std::string>();
  auto checkpoint = std::make_shared<std::string>();
  check->add_option("policy", *path, "The policy's file")->required();
  check->add_option("--checkpoint", *checkpoint, "A signed checkpoint");
  OnRun(check, session, [&session, path, checkpoint] { return CheckPolicy(session, *path, *checkpoint); });
}

/// `other` is a folder, or the file of a signed checkpoint.
Result<ledger::witness::Comparison> CompareWith(const std::string& folder, const std::string& other,
                                                const ledger::merkle::NoteVerifier& key) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(other, code)) {
    return ledger::witness::CompareFolders(folder, other, key);
  }
  CUPEL_TRY(const std::string note, ReadTextFile(other, kMaxTextBytes));
  return ledger::witness::CompareWithCheckpoint(folder, note, key);
}

Status Compare(Session& session, const std::string& folder, const std::string& other,
               const std::string& log) {
  CUPEL_TRY(const ledger::merkle::NoteVerifier key, ReadLogKey(log));
  CUPEL_TRY(const auto comparison, CompareWith(folder, other, key));
  if (comparison.relation == ledger::witness::Relation::kFork) {
    return Fail(ErrorCode::kVerificationFailed, comparison.ToText(), folder + " and " + other,
                "keep both copies: together they are proof against the log");
  }
  Json json;
  json["consistent"] = true;
  json["smaller"] = static_cast<std::int64_t>(comparison.smaller.size);
  json["larger"] = static_cast<std::int64_t>(comparison.larger.size);
  session.Print(comparison.ToText() + "\n", json);
  return {};
}

void AddCompare(CLI::App& ledger, Session& session) {
  CLI::App* command = AddCommand(ledger, "compare", "Whether two copies of a ledger are one history.",
                                 "  cupel ledger compare mine theirs --log ledger.vkey\n"
                                 "  cupel ledger compare mine checkpoint-of-a-witness --log ledger.vkey\n");
  auto folders = std::make_shared<std::pair<std::string, std::string>>();
  auto log = std::make_shared<std::string>();
  command->add_option("ledger", folders->first, "Folder of one copy")->required();
  command->add_option("other", folders->second, "Folder or signed checkpoint of somebody else")->required();
  command->add_option("--log", *log, "Verifier key of the ledger, or a file with it")->required();
  OnRun(command, session,
        [&session, folders, log] { return Compare(session, folders->first, folders->second, *log); });
}

}  // namespace

void AddLedgerCosign(CLI::App& ledger, Session& session) {
  AddCosign(ledger, session);
  AddPolicy(ledger, session);
  AddCompare(ledger, session);
}

}  // namespace cupel::cli
