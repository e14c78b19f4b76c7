// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/ledger_input.h"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cupel/application/assess/assessment.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::cli {
namespace {

using application::assess::KeyFiles;
using ledger::evidence::Bundle;
using ledger::merkle::NoteVerifier;

constexpr std::string_view kBundleSuffix = ".sigstore.json";

Result<Bytes> ReadInput(const std::string& file) {
  if (file != "-") return ReadFile(file);
  const std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  return Bytes(text.begin(), text.end());
}

/// The key that signed the bundle, after the signature was verified.
Result<crypto::PublicKey> SignerOf(const Bundle& bundle, const std::string& keys) {
  if (!keys.empty()) {
    CUPEL_TRY(const auto policy, ledger::evidence::TrustPolicy::Load(keys));
    CUPEL_TRY(const auto statement, policy.Open(bundle));
    return statement.signer;
  }
  const auto own = crypto::LoadSigningKey(KeyFiles::OfUser().evidence);
  if (!own) {
    Error error = own.error();
    error.remedy = "name the signer's public key with --signer";
    return tl::make_unexpected(std::move(error));
  }
  crypto::PublicKey signer = own->Public();
  if (Result<std::vector<crypto::PublicKey>> verified = bundle.envelope.Verify({&signer, 1}); !verified) {
    Error error = std::move(verified).error();
    error.remedy = "name the signer's public key with --signer";
    return tl::make_unexpected(std::move(error));
  }
  return signer;
}

Result<Bytes> LeafOfBundle(BytesView text, const std::string& keys) {
  CUPEL_TRY(const Bundle bundle, Bundle::Parse(AsText(text)));
  CUPEL_TRY(const crypto::PublicKey signer, SignerOf(bundle, keys));
  return ledger::log::Leaf::Of(bundle.envelope, signer).ToBody();
}

Result<NoteVerifier> ReadVerifierFile(const std::filesystem::path& path) {
  CUPEL_TRY(std::string text, ReadTextFile(path, 1 << 16));
  while (text.ends_with('\n')) text.pop_back();
  auto verifier = NoteVerifier::Parse(text);
  if (!verifier) return FailAt(path.string(), std::move(verifier).error());
  return verifier;
}

}  // namespace

Result<LedgerVerifier> ReadLedgerVerifier(const std::string& option, const std::filesystem::path& folder) {
  if (option.empty()) {
    auto verifier = ReadVerifierFile(folder / kLedgerKeyFile);
    if (verifier) return LedgerVerifier{*std::move(verifier), true};
    Error error = std::move(verifier).error();
    if (error.code == ErrorCode::kNotFound) error.remedy = "give the log's public key with --key";
    return tl::make_unexpected(std::move(error));
  }
  std::error_code ignored;
  if (std::filesystem::exists(option, ignored)) {
    CUPEL_TRY(NoteVerifier verifier, ReadVerifierFile(option));
    return LedgerVerifier{std::move(verifier), false};
  }
  auto verifier = NoteVerifier::Parse(option);
  if (verifier) return LedgerVerifier{*std::move(verifier), false};
  Error error = std::move(verifier).error();
  error.remedy = "--key takes a file, or a key such as example.com/ledger+1a2b3c4d+AZ...";
  return FailAt("--key", std::move(error));
}

std::filesystem::path LedgerKeyFile(const std::string& option) {
  return option.empty() ? KeyFiles::OfUser().ledger : std::filesystem::path(option);
}

std::filesystem::path DefaultMonitorState(const NoteVerifier& verifier) {
  const std::filesystem::path home = KeyFiles::OfUser().ledger.parent_path().parent_path();
  return home / "seen" / fmt::format("{}.checkpoint", verifier.FullId().Hex().substr(0, 16));
}

Result<Bytes> ReadLeaf(const std::string& file, const LeafInput& input) {
  const bool is_bundle = file == "-" || file.ends_with(kBundleSuffix);
  if (!input.raw && !is_bundle) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("not a bundle (*{})", kBundleSuffix), file,
                "give --raw to take its bytes as they are");
  }
  CUPEL_TRY(Bytes bytes, ReadInput(file));
  if (input.raw) return bytes;
  auto leaf = LeafOfBundle(bytes, input.signer);
  if (!leaf) return FailAt(file, std::move(leaf).error());
  return leaf;
}

Json ReceiptJson(const ledger::log::Receipt& receipt, const ledger::merkle::Checkpoint& checkpoint) {
  Json path = Json::Array{};
  for (const Digest& hash : receipt.path) path.Append(ToBase64(hash.bytes));
  return Json::Object{{"origin", checkpoint.origin},
                      {"index", std::size_t{receipt.index}},
                      {"size", std::size_t{checkpoint.size}},
                      {"root", checkpoint.root.Hex()},
                      {"path", std::move(path)},
                      {"checkpoint", receipt.checkpoint},
                      {"receipt", receipt.ToText()}};
}

Json EntryJson(std::uint64_t index, BytesView entry) {
  Json json;
  json["index"] = std::size_t{index};
  json["leafHash"] = ledger::merkle::LeafHash(entry).Hex();
  const auto leaf = ledger::log::Leaf::Parse(entry);
  json["kind"] = leaf ? "dsse" : "raw";
  if (leaf) {
    json["payload"] = leaf->payload.Hex();
    json["signer"] = leaf->signer.Id();
  } else {
    json["bytes"] = entry.size();
    json["sha256"] = crypto::Sha256(entry).Hex();
  }
  return json;
}

std::vector<std::string> EntryCells(const Json& entry) {
  const bool dsse = entry["kind"] == Json("dsse");
  const std::string what =
      dsse ? fmt::format("payload sha256:{} signed by {}", entry["payload"].AsString(),
                         entry["signer"].AsString().substr(0, 16))
           : fmt::format("{} bytes sha256:{}", entry["bytes"].AsInteger(), entry["sha256"].AsString());
  return {std::to_string(entry["index"].AsInteger()), entry["kind"].AsString(), what};
}

}  // namespace cupel::cli
