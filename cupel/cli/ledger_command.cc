// SPDX-License-Identifier: Apache-2.0
// cupel ledger init, append and prove; verify and monitor are in ledger_check_command.cc.
#include <fmt/format.h>

#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/ledger_check_command.h"
#include "cupel/cli/ledger_input.h"
#include "cupel/cli/ledger_server_command.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/log_reader.h"

namespace cupel::cli {
namespace {

using ledger::log::Log;
using ledger::log::LogReader;
using ledger::log::Receipt;

constexpr const char* kReceiptSuffix = ".tlog-proof";

struct InitArguments {
  std::string folder, origin, key;
};

Status Init(Session& session, const InitArguments& arguments) {
  CUPEL_TRY(crypto::LogKey key, crypto::LoadOrCreateLogKey(LedgerKeyFile(arguments.key)));
  CUPEL_TRY(const Log log, Log::Create(arguments.folder, std::move(key), arguments.origin));
  const std::string vkey = log.Verifier().ToText();
  CUPEL_TRY_STATUS(WriteFileAtomic(std::filesystem::path(arguments.folder) / kLedgerKeyFile, vkey + "\n"));
  session.Print(
      fmt::format("an empty ledger {} in {}\npublic key {}\n", arguments.origin, arguments.folder, vkey),
      Json::Object{{"folder", arguments.folder}, {"origin", arguments.origin}, {"key", vkey}});
  return {};
}

struct AppendArguments {
  std::string folder, key;
  std::vector<std::string> files;
  LeafInput leaf;
  bool receipt = false;
  std::string receipts_in;
  int timeout_s = 30;
};

/// Where the receipt of a file goes: beside it, or into the folder that was named.
std::filesystem::path ReceiptFile(const AppendArguments& arguments, const std::string& file,
                                  std::uint64_t index) {
  const std::filesystem::path path = file == "-" ? fmt::format("leaf-{}", index) : file;
  const std::string name = path.filename().string() + kReceiptSuffix;
  return (arguments.receipts_in.empty() ? path.parent_path() : std::filesystem::path(arguments.receipts_in)) /
         name;
}

/// A receipt for each file, all under the checkpoint that the append published. Returns their names.
Result<std::vector<std::string>> WriteReceipts(const AppendArguments& arguments, const Log& log,
                                               std::uint64_t first) {
  std::vector<std::string> names;
  if (!arguments.receipts_in.empty()) CUPEL_TRY_STATUS(MakeFolder(arguments.receipts_in));
  CUPEL_TRY(const LogReader reader,
            LogReader::OpenAt(std::make_shared<const ledger::log::FolderSource>(arguments.folder), log.Note(),
                              log.Verifier()));
  for (std::size_t i = 0; i < arguments.files.size(); ++i) {
    CUPEL_TRY(const Receipt receipt, reader.Prove(first + i));
    names.push_back(ReceiptFile(arguments, arguments.files[i], first + i).string());
    CUPEL_TRY_STATUS(WriteFileAtomic(names.back(), receipt.ToText()));
  }
  return names;
}

Status Append(Session& session, const AppendArguments& arguments) {
  std::vector<Bytes> leaves;
  for (const std::string& file : arguments.files) {
    CUPEL_TRY(Bytes leaf, ReadLeaf(file, arguments.leaf));
    if (leaf.size() > ledger::merkle::kMaxLeafBytes) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("a leaf must have at most {} bytes, got {}", ledger::merkle::kMaxLeafBytes,
                              leaf.size()),
                  file, "log a digest instead");
    }
    leaves.push_back(std::move(leaf));
  }
  CUPEL_TRY(const std::string origin, ledger::log::OriginOf(arguments.folder));
  CUPEL_TRY(crypto::LogKey key, crypto::LoadLogKey(LedgerKeyFile(arguments.key)));
  CUPEL_TRY(Log log, Log::Open(arguments.folder, std::move(key), origin,
                               {.lock_timeout_ms = std::int64_t{1000} * arguments.timeout_s}));
  CUPEL_TRY(const std::uint64_t first, log.Append(leaves));
  std::vector<std::string> receipts;
  if (arguments.receipt || !arguments.receipts_in.empty()) {
    CUPEL_TRY(receipts, WriteReceipts(arguments, log, first));
  }
  TextTable table({"index", "file", "receipt"});
  Json entries = Json::Array{};
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const std::string receipt = receipts.empty() ? "" : receipts[i];
    table.Add({std::to_string(first + i), arguments.files[i], receipt});
    Json entry = EntryJson(first + i, leaves[i]);
    entry["file"] = arguments.files[i];
    if (!receipt.empty()) entry["receipt"] = receipt;
    entries.Append(std::move(entry));
  }
  session.Print(table.ToString(), Json::Object{{"origin", origin},
                                               {"size", std::size_t{log.size()}},
                                               {"checkpoint", log.Note()},
                                               {"entries", std::move(entries)}});
  return {};
}

struct ProveArguments {
  std::string folder, file, key, out;
  LeafInput leaf;
  std::optional<std::uint64_t> index, from, to;
};

Status ProveConsistency(Session& session, const ProveArguments& arguments, const LogReader& log) {
  const std::uint64_t from = arguments.from.value_or(0);
  const std::uint64_t to = arguments.to.value_or(log.size());
  CUPEL_TRY(const auto proof, log.ProveConsistency(from, to));
  CUPEL_TRY(const Digest old_root, log.RootAt(from));
  CUPEL_TRY(const Digest new_root, log.RootAt(to));
  CUPEL_TRY_STATUS(ledger::merkle::VerifyConsistency(proof, old_root, new_root));
  std::string text =
      fmt::format("from {} {}\nto {} {}\n", from, ToBase64(old_root.bytes), to, ToBase64(new_root.bytes));
  Json path = Json::Array{};
  for (const Digest& hash : proof.path) {
    path.Append(ToBase64(hash.bytes));
    text += ToBase64(hash.bytes) + "\n";
  }
  if (!arguments.out.empty()) return WriteFileAtomic(arguments.out, text);
  session.Print(text,
                Json::Object{{"origin", log.checkpoint().origin},
                             {"from", Json::Object{{"size", std::size_t{from}}, {"root", old_root.Hex()}}},
                             {"to", Json::Object{{"size", std::size_t{to}}, {"root", new_root.Hex()}}},
                             {"path", std::move(path)}});
  return {};
}

/// The index that --index or the file names.
Result<std::uint64_t> IndexOf(const ProveArguments& arguments, const LogReader& log) {
  if (arguments.index) return *arguments.index;
  if (arguments.file.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "nothing to prove", "",
                "give a file or --index for an entry, --from and --to for growth");
  }
  CUPEL_TRY(const Bytes leaf, ReadLeaf(arguments.file, arguments.leaf));
  CUPEL_TRY(const auto found, log.Find(ledger::merkle::LeafHash(leaf)));
  if (found) return *found;
  return Fail(ErrorCode::kNotFound, "the ledger has no such entry", arguments.file,
              "append it with `cupel ledger append`");
}

Status Prove(Session& session, const ProveArguments& arguments) {
  CUPEL_TRY(const LedgerVerifier key, ReadLedgerVerifier(arguments.key, arguments.folder));
  CUPEL_TRY(const LogReader log, LogReader::Open(arguments.folder, key.verifier));
  if (arguments.from || arguments.to) return ProveConsistency(session, arguments, log);
  CUPEL_TRY(const std::uint64_t index, IndexOf(arguments, log));
  CUPEL_TRY(const Receipt receipt, log.Prove(index));
  if (!arguments.out.empty()) return WriteFileAtomic(arguments.out, receipt.ToText());
  session.Print(receipt.ToText(), ReceiptJson(receipt, log.checkpoint()));
  return {};
}

void AddLedgerInit(CLI::App& ledger, Session& session) {
  CLI::App* command = AddCommand(ledger, "init", "Makes an empty ledger.",
                                 "  cupel ledger init ledger --origin example.com/ledger\n");
  auto arguments = std::make_shared<InitArguments>();
  command->add_option("folder", arguments->folder, "Folder to make")->required();
  command->add_option("--origin", arguments->origin, "Its name for ever: a URL without scheme")->required();
  command->add_option("--key", arguments->key,
                      "Private key, made if absent (default: the user's ledger.key.pem)");
  OnRun(command, session, [&session, arguments] { return Init(session, *arguments); });
}

void AddLeafOptions(CLI::App* command, LeafInput& leaf) {
  command->add_flag("--raw", leaf.raw, "Take the file's bytes as the entry");
  command->add_option(
      "--signer", leaf.signer,
      "Who may have signed a bundle: a *.pem or a folder of them (default: the user's evidence key)");
}

void AddLedgerAppend(CLI::App& ledger, Session& session) {
  CLI::App* command =
      AddCommand(ledger, "append", "Adds entries: bundles as their dsse record, or raw bytes.",
                 "  cupel ledger append ledger run/evidence/0001-accuracy.sigstore.json --receipt\n"
                 "  date | cupel ledger append ledger --raw -\n");
  auto arguments = std::make_shared<AppendArguments>();
  command->add_option("folder", arguments->folder, "Folder of the ledger")->required();
  command->add_option("files", arguments->files, "*.sigstore.json, or anything with --raw; - for stdin")
      ->required();
  command->add_option("--key", arguments->key,
                      "The ledger's private key (default: the user's ledger.key.pem)");
  command->add_flag("--receipt", arguments->receipt, "Write FILE.tlog-proof beside every file");
  command->add_option("--receipts-in", arguments->receipts_in, "Write them into this folder instead");
  command->add_option("--wait", arguments->timeout_s, "Seconds to wait for other writers")
      ->check(CLI::Range(0, 86400));
  AddLeafOptions(command, arguments->leaf);
  OnRun(command, session, [&session, arguments] { return Append(session, *arguments); });
}

void AddLedgerProve(CLI::App& ledger, Session& session) {
  CLI::App* command =
      AddCommand(ledger, "prove", "Proves that an entry is in the ledger, or that the ledger only grew.",
                 "  cupel ledger prove ledger --index 5 --out entry.tlog-proof\n"
                 "  cupel ledger prove ledger --from 3 --to 12\n");
  auto arguments = std::make_shared<ProveArguments>();
  command->add_option("folder", arguments->folder, "Folder of the ledger")->required();
  command->add_option("file", arguments->file, "The entry: a bundle, or anything with --raw");
  auto* index = command->add_option("--index", arguments->index, "Number of the entry, from 0");
  auto* from = command->add_option("--from", arguments->from, "Growth since so many entries (default 0)");
  auto* to = command->add_option("--to", arguments->to, "... until so many (default: all)");
  index->excludes(from)->excludes(to);
  command->add_option("--key", arguments->key,
                      "The log's public key, or its file (default: the one in the folder)");
  command->add_option("--out,-o", arguments->out, "File to write (default: stdout)");
  AddLeafOptions(command, arguments->leaf);
  OnRun(command, session, [&session, arguments] { return Prove(session, *arguments); });
}

}  // namespace

void AddLedger(CLI::App& app, Session& session) {
  CLI::App* ledger =
      AddCommand(app, "ledger", "The append-only ledger: make, extend, prove, verify and watch it.",
                 "  cupel ledger init ledger --origin example.com/ledger\n"
                 "  cupel ledger append ledger --raw notice.txt --receipt\n"
                 "  cupel ledger verify ledger\n");
  ledger->require_subcommand(1);
  AddLedgerInit(*ledger, session);
  AddLedgerAppend(*ledger, session);
  AddLedgerProve(*ledger, session);
  AddLedgerVerify(*ledger, session);
  AddLedgerMonitor(*ledger, session);
  AddLedgerServer(*ledger, session);
}

}  // namespace cupel::cli
