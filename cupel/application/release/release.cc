// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/release/release.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/hallmark/ledger_policy.h"
#include "cupel/ledger/hallmark/ledger_tail.h"
#include "cupel/ledger/hallmark/revocation.h"

namespace cupel::application::release {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::KeyRole;
using ledger::hallmark::Hallmark;
using ledger::hallmark::LedgerTail;
using ledger::log::Log;

Result<ledger::merkle::Checkpoint> ReadCheckpoint(const std::filesystem::path& ledger) {
  auto note = ReadTextFile(ledger / "checkpoint");
  if (!note) {
    Error error = std::move(note).error();
    if (error.code == ErrorCode::kNotFound) error.remedy = "make a ledger there with `cupel ledger init`";
    return tl::make_unexpected(std::move(error));
  }
  CUPEL_TRY(const auto signed_note, ledger::merkle::SignedNote::Parse(*note));
  return ledger::merkle::Checkpoint::Parse(signed_note.text);
}

bool IsRevoked(const LedgerTail& tail, const Digest& payload, const crypto::PublicKey& key) {
  const ledger::hallmark::RevocationIndex revocations(payload);
  return std::any_of(tail.leaves.begin(), tail.leaves.end(),
                     [&](const Bytes& leaf) { return revocations.Match(leaf, {&key, 1}).has_value(); });
}

std::filesystem::path KeyFileOf(const std::filesystem::path& folder, KeyRole role, std::string_view ending) {
  return folder / fmt::format("{}{}", KeyRoleName(role), ending);
}

}  // namespace

Result<crypto::SigningKey> ReleaseKeys::Load(KeyRole role) const {
  CUPEL_TRY(crypto::SigningKey key, crypto::LoadOrCreateSigningKey(KeyFileOf(folder, role, ".key.pem")));
  for (const KeyRole other : {KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kVote}) {
    const auto path = KeyFileOf(folder, other, ".key.pem");
    std::error_code ignored;
    if (other == role || !std::filesystem::exists(path, ignored)) continue;
    CUPEL_TRY(const crypto::SigningKey second, crypto::LoadSigningKey(path));
    if (second.Public() == key.Public()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the {} key is also the {} key", KeyRoleName(role), KeyRoleName(other)),
                  path.string(),
                  "every key has one role: remove one of the two files, and a new key is made");
    }
  }
  CUPEL_TRY_STATUS(crypto::SavePublicKey(KeyFileOf(folder, role, ".pub.pem"), key.Public()));
  return key;
}

Result<Log> OpenLedger(const std::filesystem::path& folder, const std::filesystem::path& key_file) {
  CUPEL_TRY(const auto checkpoint, ReadCheckpoint(folder));
  CUPEL_TRY(crypto::LogKey key, crypto::LoadLogKey(key_file));
  auto log = Log::Open(folder, std::move(key), checkpoint.origin);
  if (!log) return FailAt(folder.string(), std::move(log).error());
  return log;
}

Result<ReadHallmark> ReadHallmarkFile(const std::filesystem::path& path) {
  const auto read = [&]() -> Result<ReadHallmark> {
    CUPEL_TRY(const std::string text, ReadTextFile(path));
    auto bundle = Bundle::Parse(text);
    if (!bundle) return FailAt(path.string(), std::move(bundle).error());
    auto hallmark = Hallmark::Parse(bundle->envelope.payload);
    if (!hallmark) return FailAt(path.string(), std::move(hallmark).error());
    const Digest payload = crypto::Sha256(bundle->envelope.payload);
    return ReadHallmark{*std::move(bundle), *std::move(hallmark), payload};
  };
  return read();
}

std::filesystem::path Beside(const std::filesystem::path& hallmark, std::string_view ending) {
  std::filesystem::path path = hallmark;
  path.replace_extension();
  return path += ending;
}

Status CheckNew(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return Fail(ErrorCode::kInvalidArgument, "there is a hallmark already", path.string(),
                "give --out another file");
  }
  return {};
}

Status WriteHallmark(const ledger::hallmark::IssuedHallmark& issued, const std::filesystem::path& path) {
  CUPEL_TRY_STATUS(CheckNew(path));
  CUPEL_TRY_STATUS(WriteFileAtomic(Beside(path, ".tlog-proof"), issued.receipt.ToText()));
  CUPEL_TRY_STATUS(WriteFileAtomic(Beside(path, ".vsa.json"), issued.summary.ToText()));
  return WriteFileAtomic(path, issued.bundle.ToText());
}

Status CheckRenewal(const ReadHallmark& earlier, const ledger::hallmark::AssessedRun& run,
                    const crypto::PublicKey& hallmark_key, const std::filesystem::path& ledger,
                    std::int64_t now) {
  CUPEL_TRY_STATUS(earlier.bundle.envelope.Verify({&hallmark_key, 1}));
  const Hallmark& hallmark = earlier.hallmark;
  if (hallmark.assessment != run.ledger) return {};  // a new assessment speaks for itself
  const auto needs_new = [](std::string message) {
    return Fail(ErrorCode::kVerificationFailed, std::move(message), "",
                "assess the model again, and give that run");
  };
  if (hallmark.expires <= now) {
    return needs_new(fmt::format("the hallmark expired at {}: its assessment is too old to renew it",
                                 FormatUtc(hallmark.expires)));
  }
  CUPEL_TRY(const auto checkpoint, ReadCheckpoint(ledger));
  if (checkpoint.origin != hallmark.issued_into.origin) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the hallmark is in the ledger {}, this is {}", hallmark.issued_into.origin,
                            checkpoint.origin),
                ledger.string());
  }
  CUPEL_TRY(const LedgerTail tail,
            ledger::hallmark::ReadLedgerTail(ledger, checkpoint.size, hallmark.issued_into.size));
  if (IsRevoked(tail, earlier.payload, hallmark_key)) {
    return needs_new("the hallmark was revoked: its assessment cannot renew it");
  }
  return {};
}

Status RefreshReceipt(const std::filesystem::path& path, const std::filesystem::path& ledger,
                      const ledger::evidence::TrustPolicy& trust) {
  CUPEL_TRY(ReadHallmark read, ReadHallmarkFile(path));
  CUPEL_TRY(const auto signers, read.bundle.envelope.Verify(trust.KeysOf(KeyRole::kHallmark)));
  CUPEL_TRY(const auto policy, ledger::hallmark::LedgerPolicy(trust));
  const auto& logs = policy.Logs();
  const auto log = std::find_if(logs.begin(), logs.end(), [&](const auto& candidate) {
    return candidate.key.Name() == read.hallmark.issued_into.origin;
  });
  if (log == logs.end()) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the trust root's policy has no log {}", read.hallmark.issued_into.origin),
                path.string());
  }
  auto verified = ledger::log::Verify(ledger, log->key);
  if (!verified) return FailAt(ledger.string(), std::move(verified).error());
  CUPEL_TRY_STATUS(policy.Verify(verified->note));
  if (read.bundle.tlog_entries.empty()) {
    return Fail(ErrorCode::kVerificationFailed, "the bundle has no log entry", path.string());
  }
  CUPEL_TRY(const auto receipt, verified->Prove(read.bundle.tlog_entries[0].log_index));
  CUPEL_TRY(const Bundle bundle, ledger::hallmark::WithReceipt(read.bundle, signers[0], receipt, log->key));
  CUPEL_TRY_STATUS(WriteFileAtomic(path, bundle.ToText()));
  return WriteFileAtomic(Beside(path, ".tlog-proof"), receipt.ToText());
}

}  // namespace cupel::application::release
