// SPDX-License-Identifier: Apache-2.0
// Signs a claim, appends it to a ledger, proves it with public keys alone, and sees a forgery. Exits with 0
// only if every step says what it must. Argument: a folder that does not exist yet.
#include <cupel/crypto/hash.h>
#include <cupel/crypto/signing_key.h>
#include <cupel/ledger/evidence/bundle.h>
#include <cupel/ledger/evidence/statement.h>
#include <cupel/ledger/log/leaf.h>
#include <cupel/ledger/log/log.h>

#include <cstdio>

namespace {

using namespace cupel;
using ledger::evidence::Bundle;

Result<Bundle> SignClaim(const crypto::SigningKey& key) {
  ledger::evidence::Statement statement;
  statement.subjects = {
      ledger::evidence::ResourceDescriptor::OfSha256("model.onnx", crypto::Sha256(AsBytes("weights")))};
  statement.predicate_type = "https://example.com/claim/v1";
  statement.predicate["accuracy"] = 0.875;
  CUPEL_TRY(Bytes payload, statement.ToPayload());
  return Bundle::Of(
      ledger::evidence::SignEnvelope(ledger::evidence::kStatementPayloadType, std::move(payload), key));
}

Status Run(const std::filesystem::path& folder) {
  CUPEL_TRY(const crypto::SigningKey key, crypto::SigningKey::Generate());
  CUPEL_TRY(Bundle bundle, SignClaim(key));
  CUPEL_TRY(ledger::log::Log log,
            ledger::log::Log::Create(folder, crypto::LogKey::Generate(), "example.com/consumer"));
  const Bytes leaf = ledger::log::Leaf::Of(bundle.envelope, key.Public()).ToBody();
  CUPEL_TRY(const std::uint64_t index, log.Append(leaf));
  CUPEL_TRY(const ledger::log::Receipt receipt, log.Prove(index));
  CUPEL_TRY(auto entry, ToTlogEntry(receipt, leaf, log.Verifier()));
  bundle.tlog_entries = {std::move(entry)};

  // What a stranger does with the file and two public keys.
  CUPEL_TRY(const Bundle read, Bundle::Parse(bundle.ToText()));
  const std::vector<crypto::PublicKey> trusted = {key.Public()};
  CUPEL_TRY(const auto signers, read.envelope.Verify(trusted));
  CUPEL_TRY(const std::uint64_t logged, ledger::log::VerifyLogged(read, log.Verifier()));
  std::printf("leaf %llu, %zu signer\n", static_cast<unsigned long long>(logged), signers.size());

  Bundle forged = read;
  forged.envelope.payload.back() ^= 1;
  const auto refused = forged.envelope.Verify(trusted);
  if (refused || refused.error().code != ErrorCode::kVerificationFailed) {
    return Fail(ErrorCode::kInternal, "a forged claim was not refused");
  }
  const auto unlogged = ledger::log::VerifyLogged(forged, log.Verifier());
  if (unlogged || unlogged.error().code != ErrorCode::kVerificationFailed) {
    return Fail(ErrorCode::kInternal, "a claim that is not in the ledger was not refused");
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Status status = Run(argv[1]);
  if (!status) std::fprintf(stderr, "consumer: %s\n", status.error().ToString().c_str());
  return status ? 0 : 1;
}
