// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cupel/base/utf8.h"
#include "cupel/crypto/hash.h"

namespace cupel::ledger::merkle {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kMaxNoteBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxSignatures = 64;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kKeyIdBytes = 4;

/// UTF-8 without control characters other than the newline.
bool IsNoteText(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || (first < 0x20 && first != '\n') || first == 0x7F) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Unicode's White_Space beyond ASCII, which C2SP forbids in names and Go's reader refuses.
bool HasUnicodeSpace(std::string_view text) {
  constexpr std::string_view kSpaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
                                          "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  for (const std::string_view space : kSpaces) {
    if (text.find(space) != std::string_view::npos) return true;
  }
  for (char last = '\x80'; last <= '\x8A'; ++last) {  // U+2000 to U+200A
    if (text.find(std::string("\xE2\x80") + last) != std::string_view::npos) return true;
  }
  return false;
}

std::uint32_t BigEndian32(BytesView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

Bytes WithKeyId(std::uint32_t id, BytesView rest) {
  Bytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(id >> shift));
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

tl::unexpected<Error> Corrupt(std::string message) { return Fail(ErrorCode::kCorrupt, std::move(message)); }

/// What the first byte of a verifier key's base64 says (signed-note, "Signature types").
std::string TypeOf(BytesView key) {
  if (key.empty()) return "no key";
  switch (key[0]) {
    case 0x01: return "type 1 (Ed25519)";
    case 0x02: return "type 2 (ECDSA)";
    case 0x04: return "type 4 (cosignature/v1)";
    case 0x05: return "type 5 (RFC 6962)";
    case 0x06: return "type 6 (ML-DSA-44)";
    default: return fmt::format("type {}", key[0]);
  }
}

/// One signature line, without its newline.
Result<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kDash))
    return Corrupt("a signature line must begin with a dash (U+2014) and a space");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos)
    return Corrupt("a signature line must have a key name and a signature");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!CheckKeyName(signature.name)) return Corrupt("a signature line has no valid key name");
  CUPEL_TRY(const Bytes bytes, DecodeExactBase64(line.substr(space + 1)));
  if (bytes.size() <= kKeyIdBytes) return Corrupt("a signature line has no signature");
  signature.key_id = BigEndian32(bytes);
  signature.signature.assign(bytes.begin() + kKeyIdBytes, bytes.end());
  return signature;
}

}  // namespace

Result<Bytes> DecodeExactBase64(std::string_view text) {
  CUPEL_TRY(Bytes bytes, FromBase64(text));
  if (ToBase64(bytes) != text) return Corrupt("base64 text must use the standard alphabet with padding");
  return bytes;
}

Status CheckKeyName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.find_first_of(" +\n") != std::string_view::npos ||
      !IsNoteText(name) || HasUnicodeSpace(name)) {
    return Fail(ErrorCode::kInvalidArgument,
                "a key name must have 1 to 255 bytes without white space, control characters and '+'", "",
                "use a URL without its scheme, such as example.com/ledger");
  }
  return {};
}

Digest NamedKey::FullId(SignatureType type) const {
  const std::string prefix = name + "\n" + static_cast<char>(type);
  return crypto::Sha256(AsBytes(prefix), key.Raw());
}

std::uint32_t NamedKey::KeyId(SignatureType type) const { return BigEndian32(FullId(type).bytes); }

std::string NamedKey::ToText(SignatureType type) const {
  Bytes typed = {static_cast<std::uint8_t>(type)};
  typed.insert(typed.end(), key.Raw().begin(), key.Raw().end());
  return fmt::format("{}+{:08x}+{}", name, KeyId(type), ToBase64(typed));
}

Result<NamedKey> NamedKey::Parse(std::string_view vkey, SignatureType type) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return Corrupt("a verifier key must read <name>+<id>+<base64 key>");
  CUPEL_TRY(const Bytes key, DecodeExactBase64(vkey.substr(second + 1)));
  if (key.empty() || key[0] != static_cast<std::uint8_t>(type)) {
    return Fail(
        ErrorCode::kUnsupported,
        fmt::format("{}, got {}",
                    type == SignatureType::kNote ? "the verifier key must be Ed25519 (type 1)"
                                                 : "the witness's key must be of cosignature/v1 (type 4)",
                    TypeOf(key)));
  }
  CUPEL_TRY(const crypto::LogVerifier raw, crypto::LogVerifier::FromRaw(BytesView(key).subspan(1)));
  if (!CheckKeyName(vkey.substr(0, first))) return Corrupt("the verifier key has no valid name");
  NamedKey named{std::string(vkey.substr(0, first)), raw};
  if (named.ToText(type) != vkey) return Corrupt("the verifier key's id is not that of its name and key");
  return named;
}

Result<NoteVerifier> NoteVerifier::Create(std::string name, const crypto::LogVerifier& key) {
  CUPEL_TRY_STATUS(CheckKeyName(name));
  return NoteVerifier(NamedKey{std::move(name), key});
}

Result<NoteVerifier> NoteVerifier::Parse(std::string_view vkey) {
  CUPEL_TRY(NamedKey key, NamedKey::Parse(vkey, SignatureType::kNote));
  return NoteVerifier(std::move(key));
}

std::string NoteVerifier::ToText() const { return key_.ToText(SignatureType::kNote); }
Digest NoteVerifier::FullId() const { return key_.FullId(SignatureType::kNote); }
std::uint32_t NoteVerifier::KeyId() const { return key_.KeyId(SignatureType::kNote); }

Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view lines) {
  if (!lines.empty() && lines.back() != '\n') return Corrupt("a signature line must end in a newline");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == kMaxSignatures) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("a note must have at most {} signatures", kMaxSignatures));
    }
    const std::size_t end = lines.find('\n');
    CUPEL_TRY(NoteSignature signature, ParseSignature(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

std::string SignatureLines(std::span<const NoteSignature> signatures) {
  std::string lines;
  for (const NoteSignature& signature : signatures) {
    lines += fmt::format("{}{} {}\n", kDash, signature.name,
                         ToBase64(WithKeyId(signature.key_id, signature.signature)));
  }
  return lines;
}

Result<SignedNote> SignedNote::Parse(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return Fail(ErrorCode::kResourceLimit, "a note must have at most 1 MiB");
  if (!IsNoteText(note)) return Corrupt("a note must be UTF-8 without control characters");
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos || note.back() != '\n') {
    return Corrupt("a note must be a text, an empty line and signature lines");
  }
  SignedNote parsed;
  parsed.text = note.substr(0, split + 1);
  CUPEL_TRY(parsed.signatures, ParseSignatureLines(note.substr(split + 2)));
  if (parsed.signatures.empty()) return Corrupt("the note has no signature");
  return parsed;
}

std::string SignedNote::ToText() const { return text + "\n" + SignatureLines(signatures); }

Status SignedNote::Verify(const NoteVerifier& verifier) const {
  bool signed_by = false;
  for (const NoteSignature& candidate : signatures) {
    if (candidate.name != verifier.Name() || candidate.key_id != verifier.KeyId()) continue;
    crypto::LogSignature signature;
    if (candidate.signature.size() != signature.bytes.size()) {
      return Fail(ErrorCode::kVerificationFailed, "the signature under the log's name has a wrong length");
    }
    std::copy(candidate.signature.begin(), candidate.signature.end(), signature.bytes.begin());
    CUPEL_TRY_STATUS(verifier.Key().Verify(AsBytes(text), signature));
    signed_by = true;
  }
  if (!signed_by) {
    return Fail(ErrorCode::kVerificationFailed, fmt::format("not signed by {}", verifier.ToText()), "",
                "check that this is the log's key");
  }
  return {};
}

Status CheckNoteText(std::string_view text) {
  if (text.empty() || text.back() != '\n' || !IsNoteText(text)) {
    return Fail(ErrorCode::kInvalidArgument,
                "a note's text must be whole lines of UTF-8 without control characters");
  }
  return {};
}

Result<SignedNote> SignNote(std::string text, const std::string& name, const crypto::LogKey& key) {
  CUPEL_TRY(const NoteVerifier verifier, NoteVerifier::Create(name, key.Public()));
  CUPEL_TRY_STATUS(CheckNoteText(text));
  const crypto::LogSignature signature = key.Sign(AsBytes(text));
  NoteSignature line{name, verifier.KeyId(), Bytes(signature.bytes.begin(), signature.bytes.end())};
  return SignedNote{std::move(text), {std::move(line)}};
}

}  // namespace cupel::ledger::merkle
