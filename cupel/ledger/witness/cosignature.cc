// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/cosignature.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::ledger::witness {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kCosignatureBytes = kTimeBytes + crypto::LogSignature::kSize;

std::string SignedText(std::string_view text, std::int64_t time) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

/// The time of one line, after it was verified.
Result<std::int64_t> VerifyLine(const crypto::LogVerifier& key, BytesView line, std::string_view text) {
  if (line.size() != kCosignatureBytes) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("a cosignature must have {} bytes, got {}", kCosignatureBytes, line.size()));
  }
  std::uint64_t time = 0;
  for (const std::uint8_t byte : line.first(kTimeBytes)) time = time << 8 | byte;
  const auto seconds = static_cast<std::int64_t>(time);
  if (seconds <= 0) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("a cosignature's time must be 1 to 2^63 - 1, got {}", time));
  }
  crypto::LogSignature signature;
  std::copy(line.begin() + kTimeBytes, line.end(), signature.bytes.begin());
  CUPEL_TRY_STATUS(key.Verify(AsBytes(SignedText(text, seconds)), signature));
  return seconds;
}

}  // namespace

Result<CosignatureVerifier> CosignatureVerifier::Create(std::string name, const crypto::LogVerifier& key) {
  CUPEL_TRY_STATUS(merkle::CheckKeyName(name));
  return CosignatureVerifier(merkle::NamedKey{std::move(name), key});
}

Result<CosignatureVerifier> CosignatureVerifier::Parse(std::string_view vkey) {
  CUPEL_TRY(merkle::NamedKey key, merkle::NamedKey::Parse(vkey, merkle::SignatureType::kCosignature));
  return CosignatureVerifier(std::move(key));
}

bool CosignatureVerifier::Made(const merkle::NoteSignature& line) const {
  return line.name == Name() && line.key_id == KeyId();
}

Result<std::optional<std::int64_t>> CosignatureVerifier::TimeOf(const merkle::SignedNote& note) const {
  std::optional<std::int64_t> latest;
  for (const merkle::NoteSignature& line : note.signatures) {
    if (!Made(line)) continue;
    auto time = VerifyLine(Key(), line.signature, note.text);
    if (!time) return FailAt(fmt::format("cosignature of {}", Name()), std::move(time).error());
    latest = std::max(latest.value_or(0), *time);
  }
  return latest;
}

Result<CosignatureKey> CosignatureKey::Create(std::string name, crypto::LogKey key) {
  CUPEL_TRY(CosignatureVerifier verifier, CosignatureVerifier::Create(std::move(name), key.Public()));
  return CosignatureKey(std::move(verifier), std::move(key));
}

Result<merkle::NoteSignature> CosignatureKey::Sign(std::string_view text, std::int64_t time) const {
  if (time <= 0) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a cosignature's time must be > 0, got {}", time));
  }
  CUPEL_TRY_STATUS(merkle::CheckNoteText(text));
  merkle::NoteSignature line{verifier_.Name(), verifier_.KeyId(), {}};
  for (int shift = 56; shift >= 0; shift -= 8) {
    line.signature.push_back(static_cast<std::uint8_t>(time >> shift));
  }
  const crypto::LogSignature signature = key_.Sign(AsBytes(SignedText(text, time)));
  line.signature.insert(line.signature.end(), signature.bytes.begin(), signature.bytes.end());
  return line;
}

}  // namespace cupel::ledger::witness
