// SPDX-License-Identifier: Apache-2.0
// cupel ledger verify and monitor: is the ledger whole, and is it still the one it was?
#include "cupel/cli/ledger_check_command.h"

#include <fmt/format.h>

#include "cupel/base/file.h"
#include "cupel/cli/ledger_input.h"
#include "cupel/cli/text_table.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/log/monitor.h"
#include "cupel/ledger/log/verify.h"

namespace cupel::cli {
namespace {

using ledger::log::LogReader;
using ledger::log::Receipt;
using ledger::merkle::Checkpoint;

constexpr const char* kKeyFromFolder =
    "the key comes from the folder itself: nothing changed since it was signed; give --key to check who "
    "signed\n";

struct VerifyArguments {
  std::string path, leaf_file, key;
  LeafInput leaf;
};

Json CheckpointJson(const Checkpoint& checkpoint) {
  return Json::Object{
      {"origin", checkpoint.origin}, {"size", std::size_t{checkpoint.size}}, {"root", checkpoint.root.Hex()}};
}

Status VerifyFolder(Session& session, const VerifyArguments& arguments) {
  CUPEL_TRY(const LedgerVerifier key, ReadLedgerVerifier(arguments.key, arguments.path));
  CUPEL_TRY(const auto verified, ledger::log::VerifyStreaming(arguments.path, key.verifier));
  Json json = CheckpointJson(verified.checkpoint);
  json["verified"] = true;
  json["keyFromFolder"] = key.from_folder;
  session.Print(
      fmt::format("{} {}: {} entries, every tile and the signature hold\nroot {}\n{}",
                  session.Styled("verified", "green"), verified.checkpoint.origin, verified.checkpoint.size,
                  verified.checkpoint.root.Hex(), key.from_folder ? kKeyFromFolder : ""),
      json);
  return {};
}

Status VerifyReceipt(Session& session, const VerifyArguments& arguments) {
  if (arguments.leaf_file.empty() || arguments.key.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a receipt is verified with the entry and the log's public key",
                arguments.path, "give --leaf and --key");
  }
  CUPEL_TRY(const LedgerVerifier key, ReadLedgerVerifier(arguments.key, {}));
  CUPEL_TRY(const std::string text, ReadTextFile(arguments.path));
  auto receipt = Receipt::Parse(text);
  if (!receipt) return FailAt(arguments.path, std::move(receipt).error());
  CUPEL_TRY(const Bytes leaf, ReadLeaf(arguments.leaf_file, arguments.leaf));
  auto checkpoint = receipt->Verify(leaf, key.verifier);
  if (!checkpoint) return FailAt(arguments.path, std::move(checkpoint).error());
  Json json = CheckpointJson(*checkpoint);
  json["verified"] = true;
  json["index"] = std::size_t{receipt->index};
  session.Print(fmt::format("{} {} is entry {} of the {} in {}\nroot {}\n",
                            session.Styled("verified", "green"), arguments.leaf_file, receipt->index,
                            checkpoint->size, checkpoint->origin, checkpoint->root.Hex()),
                json);
  return {};
}

Status Verify(Session& session, const VerifyArguments& arguments) {
  std::error_code ignored;
  return std::filesystem::is_directory(arguments.path, ignored) ? VerifyFolder(session, arguments)
                                                                : VerifyReceipt(session, arguments);
}

struct MonitorArguments {
  std::string folder, state, key;
  std::uint64_t limit = 100;
};

Status Monitor(Session& session, const MonitorArguments& arguments) {
  CUPEL_TRY(const LedgerVerifier key, ReadLedgerVerifier(arguments.key, arguments.folder));
  CUPEL_TRY(const LogReader log, LogReader::Open(arguments.folder, key.verifier));
  const std::filesystem::path file =
      arguments.state.empty() ? DefaultMonitorState(key.verifier) : std::filesystem::path(arguments.state);
  const ledger::log::MonitorState state(file);
  CUPEL_TRY(const std::optional<std::uint64_t> known, state.Compare(log, key.verifier));
  const std::uint64_t from = known.value_or(0);
  TextTable table({"index", "kind", "entry"});
  Json entries = Json::Array{};
  // All that is new is read and checked; what is listed is limited.
  CUPEL_TRY_STATUS(log.ForEachEntry(from, log.size(), [&](std::uint64_t index, BytesView entry) -> Status {
    if (index - from >= arguments.limit) return {};
    Json json = EntryJson(index, entry);
    table.Add(EntryCells(json));
    entries.Append(std::move(json));
    return {};
  }));
  CUPEL_TRY_STATUS(state.Save(log.Note()));
  const std::uint64_t fresh = log.size() - from;
  std::string text = fresh > 0 ? table.ToString() + "\n" : "";
  if (fresh > arguments.limit)
    text += fmt::format("... and {} more; --limit lists them\n", fresh - arguments.limit);
  text += known
              ? fmt::format("{} {}: {} entries, {} since the last visit\n",
                            session.Styled("consistent", "green"), log.checkpoint().origin, log.size(), fresh)
              : fmt::format("first visit of {}: {} entries, taken as they are\n", log.checkpoint().origin,
                            log.size());
  Json json = CheckpointJson(log.checkpoint());
  json["firstVisit"] = !known.has_value();
  json["new"] = std::size_t{fresh};
  json["entries"] = std::move(entries);
  json["state"] = file.string();
  session.Print(text, json);
  return {};
}

}  // namespace

void AddLedgerVerify(CLI::App& ledger, Session& session) {
  CLI::App* command =
      AddCommand(ledger, "verify", "Checks a whole ledger, or a receipt with its entry.",
                 "  cupel ledger verify ledger --key ledger.vkey\n"
                 "  cupel ledger verify entry.tlog-proof --leaf notice.txt --raw --key ledger.vkey\n");
  auto arguments = std::make_shared<VerifyArguments>();
  command->add_option("path", arguments->path, "Folder of the ledger, or a receipt")->required();
  command->add_option("--key", arguments->key,
                      "The log's public key, or its file (default: the one in the folder)");
  command->add_option("--leaf", arguments->leaf_file,
                      "With a receipt: the entry, a bundle or anything with --raw");
  command->add_flag("--raw", arguments->leaf.raw, "Take the file's bytes as the entry");
  command->add_option("--signer", arguments->leaf.signer,
                      "Who may have signed the bundle: a *.pem or a folder of them");
  OnRun(command, session, [&session, arguments] { return Verify(session, *arguments); });
}

void AddLedgerMonitor(CLI::App& ledger, Session& session) {
  CLI::App* command =
      AddCommand(ledger, "monitor",
                 "Compares a ledger with the last visit, and lists what is new. Exit code 4 when it "
                 "went back or shows another history.",
                 "  cupel ledger monitor ledger --key ledger.vkey --state seen.checkpoint\n");
  auto arguments = std::make_shared<MonitorArguments>();
  command->add_option("folder", arguments->folder, "Folder of the ledger, or of a copy of it")->required();
  command->add_option("--state", arguments->state,
                      "Where the last visit is remembered (default: by the log's key)");
  command->add_option("--key", arguments->key,
                      "The log's public key, or its file (default: the one in the folder)");
  command->add_option("--limit", arguments->limit, "Entries to list");
  OnRun(command, session, [&session, arguments] { return Monitor(session, *arguments); });
}

}  // namespace cupel::cli
