// SPDX-License-Identifier: Apache-2.0
// Makes samples of Cupel's formats for tools that the project did not write (the tests beside this file).
//
//   cupel_interop_samples canonical                    JSON lines on stdin -> canonical lines on stdout
//   cupel_interop_samples ledger FOLDER SIZE...        a ledger that grows to each SIZE, with the proofs of
//   every stage cupel_interop_samples envelope FOLDER              a signed statement: envelope.json, pae,
//   sig, key.pem, bundle.json
#include <fmt/format.h>

#include <iostream>

#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/trusted_root.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel {
namespace {

constexpr const char* kOrigin = "example.com/interop-ledger";

Status Canonical() {
  for (std::string line; std::getline(std::cin, line);) {
    CUPEL_TRY(const Json json, Json::Parse(line));
    std::cout << json.Canonical() << '\n';
  }
  return {};
}

Json HashesJson(const std::vector<Digest>& hashes) {
  Json list = Json::Array{};
  for (const Digest& hash : hashes) list.Append(ToBase64(hash.bytes));
  return list;
}

/// One stage of the ledger: its checkpoint, receipts of a few leaves, and that earlier stages are its
/// beginnings.
Result<Json> StageJson(const ledger::log::VerifiedLog& log, const std::vector<std::uint64_t>& earlier) {
  const std::uint64_t size = log.checkpoint.size;
  ledger::merkle::Tree tree;
  for (const Bytes& leaf : log.entries) tree.Append(ledger::merkle::LeafHash(leaf));
  Json stage;
  stage["size"] = static_cast<std::int64_t>(size);
  stage["note"] = log.note;
  stage["inclusion"] = Json::Array{};
  for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
    CUPEL_TRY(const auto receipt, log.Prove(index));
    stage["inclusion"].Append(Json::Object{{"index", static_cast<std::int64_t>(index)},
                                           {"leaf", ToBase64(log.entries[index])},
                                           {"path", HashesJson(receipt.path)}});
  }
  stage["consistency"] = Json::Array{};
  for (const std::uint64_t old_size : earlier) {
    CUPEL_TRY(const auto proof, tree.ProveConsistency(old_size, size));
    CUPEL_TRY(const Digest old_root, tree.RootAt(old_size));
    stage["consistency"].Append(Json::Object{{"oldSize", static_cast<std::int64_t>(old_size)},
                                             {"oldRoot", ToBase64(old_root.bytes)},
                                             {"path", HashesJson(proof.path)}});
  }
  return stage;
}

Status MakeLedger(const std::filesystem::path& folder, const std::vector<std::uint64_t>& sizes) {
  CUPEL_TRY(auto key, crypto::LogKey::FromSeed(Bytes(crypto::LogKey::kSeedSize, 42)));
  CUPEL_TRY(auto log, ledger::log::Log::Create(folder / "ledger", std::move(key), kOrigin));
  Json json;
  json["vkey"] = log.Verifier().ToText();
  json["stages"] = Json::Array{};
  std::vector<std::uint64_t> earlier;
  for (const std::uint64_t size : sizes) {
    std::vector<Bytes> leaves;
    for (std::uint64_t i = log.size(); i < size; ++i) {
      const std::string text = fmt::format("leaf {}", i);
      leaves.emplace_back(text.begin(), text.end());
    }
    CUPEL_TRY([[maybe_unused]] const std::uint64_t first, log.Append(leaves));
    CUPEL_TRY(const auto verified, ledger::log::Verify(folder / "ledger", log.Verifier()));
    CUPEL_TRY(Json stage, StageJson(verified, earlier));
    json["stages"].Append(std::move(stage));
    earlier.push_back(size);
  }
  return WriteFileAtomic(folder / "proofs.json", json.Canonical() + "\n");
}

/// A bundle as the ledger's users make it: signed, logged, with its entry.
Status MakeEnvelope(const std::filesystem::path& folder) {
  using namespace ledger;  // NOLINT: a sample, read beside those modules
  CUPEL_TRY(const auto key, crypto::SigningKey::Generate());
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256("model.onnx", Digest{})};
  statement.predicate_type = "https://cupel.dev/predicate/evidence/v0.1";
  statement.predicate = Json::Object{{"metric", "accuracy"}, {"value", 0.5}};
  CUPEL_TRY(Bytes payload, statement.ToPayload());
  evidence::Bundle bundle =
      evidence::Bundle::Of(evidence::SignEnvelope(evidence::kStatementPayloadType, std::move(payload), key));
  CUPEL_TRY(auto log_key, crypto::LogKey::FromSeed(Bytes(crypto::LogKey::kSeedSize, 43)));
  CUPEL_TRY(auto log, log::Log::Create(folder / "ledger", std::move(log_key), kOrigin));
  const Bytes leaf = log::Leaf::Of(bundle.envelope, key.Public()).ToBody();
  CUPEL_TRY(const std::uint64_t index, log.Append(leaf));
  CUPEL_TRY(const auto receipt, log.Prove(index));
  CUPEL_TRY(auto entry, log::ToTlogEntry(receipt, leaf, log.Verifier()));
  bundle.tlog_entries = {std::move(entry)};
  const auto& envelope = bundle.envelope;
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "bundle.json", bundle.ToText()));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "envelope.json", envelope.ToText()));
  CUPEL_TRY_STATUS(WriteFileAtomic(
      folder / "pae", evidence::PreAuthenticationEncoding(envelope.payload_type, envelope.payload)));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "sig", envelope.signatures[0].signature.der));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "ledger.vkey", log.Verifier().ToText() + "\n"));
  const merkle::NoteVerifier verifier = log.Verifier();
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "trusted_root.json", log::TrustedRoot({&verifier, 1})));
  return crypto::SavePublicKey(folder / "key.pem", key.Public());
}

/// Sigstore's place for a time stamp, and what Cupel's verifier says about it: Unix seconds on stdout.
Status Stamp(const std::filesystem::path& folder) {
  CUPEL_TRY(const std::string text, ReadTextFile(folder / "bundle.json"));
  CUPEL_TRY(ledger::evidence::Bundle bundle, ledger::evidence::Bundle::Parse(text));
  CUPEL_TRY(Bytes response, ReadFile(folder / "response.tsr"));
  bundle.timestamps = {std::move(response)};
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "stamped.json", bundle.ToText()));
  CUPEL_TRY(const std::string anchors, ReadTextFile(folder / "ca.pem"));
  CUPEL_TRY(const auto authority, crypto::TimestampAuthority::FromPem(anchors));
  CUPEL_TRY(const std::string chain, ReadTextFile(folder / "chain.pem"));
  CUPEL_TRY(const auto certificates, crypto::TimestampAuthority::FromPem(chain));
  CUPEL_TRY(std::string vkey, ReadTextFile(folder / "ledger.vkey"));
  vkey.pop_back();
  CUPEL_TRY(const auto log, ledger::merkle::NoteVerifier::Parse(vkey));
  const std::vector<std::vector<Bytes>> chains = {certificates.Certificates()};
  CUPEL_TRY_STATUS(
      WriteFileAtomic(folder / "stamped_root.json", ledger::log::TrustedRoot({&log, 1}, chains)));
  CUPEL_TRY(const auto times, ledger::evidence::VerifyTimestamps(bundle, authority));
  std::cout << times[0] << '\n';
  return {};
}

Status Run(const std::vector<std::string>& words) {
  if (words.size() == 1 && words[0] == "canonical") return Canonical();
  if (words.size() == 2 && words[0] == "envelope") return MakeEnvelope(words[1]);
  if (words.size() == 2 && words[0] == "stamp") return Stamp(words[1]);
  if (words.size() > 2 && words[0] == "ledger") {
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 2; i < words.size(); ++i) sizes.push_back(std::stoull(words[i]));
    return MakeLedger(words[1], sizes);
  }
  return Fail(ErrorCode::kInvalidArgument,
              "expected canonical, ledger FOLDER SIZE..., envelope FOLDER or stamp FOLDER");
}

}  // namespace
}  // namespace cupel

int main(int argc, char** argv) {
  const cupel::Status status = cupel::Run(std::vector<std::string>(argv + 1, argv + argc));
  if (!status) std::cerr << status.error().ToString() << '\n';
  return status ? 0 : 1;
}
