// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/trust_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "cupel/base/file.h"
#include "cupel/base/toml_table.h"
#include "cupel/crypto/key_file.h"

namespace cupel::ledger::evidence {
namespace {

constexpr std::uint64_t kMaxKeyFileBytes = 1 << 16;
constexpr std::string_view kPolicyFile = "log.policy";
constexpr std::string_view kPolicyKey = "log_policy";
/// Anchors of time-stamp authorities: a role of keys that sign no documents of ours.
constexpr std::string_view kTimestampRole = "timestamp";

std::size_t Index(KeyRole role) { return static_cast<std::size_t>(role); }

std::optional<KeyRole> RoleNamed(std::string_view name) {
  const auto it = std::find_if(kKeyRoles.begin(), kKeyRoles.end(),
                               [&](KeyRole role) { return KeyRoleName(role) == name; });
  return it == kKeyRoles.end() ? std::nullopt : std::optional(*it);
}

/// The regular files of a folder, sorted by name so that results do not depend on the file system.
Result<std::vector<std::filesystem::path>> FilesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    files.push_back(it->path());
  }
  if (code)
    return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
                folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

/// The raw key of "<name>+<id>+<base64(type || key)>". The name has no '+', the base64 may have one.
Result<Bytes> RawVerifierKey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  Result<Bytes> decoded = second == std::string_view::npos
                              ? Result<Bytes>(Fail(ErrorCode::kCorrupt, "no '+'"))
                              : FromBase64(text.substr(second + 1));
  if (!decoded || decoded->size() < 2) {
    return Fail(ErrorCode::kCorrupt, fmt::format("not a verifier key: \"{}\"", text), "",
                "expected <name>+<key id>+<base64>");
  }
  return Bytes(decoded->begin() + 1, decoded->end());
}

/// The verifier keys of a C2SP policy with their roles: `log <vkey> ...` and `witness <name> <vkey> ...`.
/// Lines of another form are left to ledger/witness, which reads policies.
std::vector<std::pair<KeyRole, std::string>> KeysOfPolicy(const std::string& text) {
  std::vector<std::pair<KeyRole, std::string>> keys;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, key;
    words >> kind >> key;
    if (kind == "witness") words >> key;
    if (!words) continue;
    if (kind == "log") keys.emplace_back(KeyRole::kLedger, key);
    if (kind == "witness") keys.emplace_back(KeyRole::kWitness, key);
  }
  return keys;
}

}  // namespace

Result<Statement> StatementIn(const Envelope& envelope) {
  if (envelope.payload_type != kStatementPayloadType) {
    return Fail(ErrorCode::kCorrupt, fmt::format("\"payloadType\" must be \"{}\", got \"{}\"",
                                                 kStatementPayloadType, envelope.payload_type));
  }
  return Statement::Parse(envelope.payload);
}

std::string_view KeyRoleName(KeyRole role) {
  switch (role) {
    case KeyRole::kEvidence: return "evidence";
    case KeyRole::kHallmark: return "hallmark";
    case KeyRole::kLedger: return "ledger";
    case KeyRole::kWitness: return "witness";
    case KeyRole::kVote: return "vote";
  }
  return "unknown";
}

bool IsNoteRole(KeyRole role) { return role == KeyRole::kLedger || role == KeyRole::kWitness; }

Status TrustPolicy::Claim(std::string_view role, BytesView key) {
  const auto it = std::find_if(owners_.begin(), owners_.end(),
                               [&](const Owner& owner) { return std::ranges::equal(owner.key, key); });
  if (it == owners_.end()) {
    owners_.push_back({Bytes(key.begin(), key.end()), role});
  } else if (it->role != role) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the key has the role {} already and cannot have the role {} too", it->role, role), "",
        "make a key of its own for each role");
  }
  return {};
}

Status TrustPolicy::Trust(KeyRole role, crypto::PublicKey key) {
  if (IsNoteRole(role)) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("a {} key is a C2SP verifier key (.vkey), not a PEM public key", KeyRoleName(role)));
  }
  CUPEL_TRY_STATUS(Claim(KeyRoleName(role), key.Der()));
  auto& keys = keys_[Index(role)];
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  return {};
}

Status TrustPolicy::Trust(KeyRole role, std::string verifier_key) {
  if (!IsNoteRole(role)) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("a {} key is a PEM public key, not a C2SP verifier key (.vkey)", KeyRoleName(role)));
  }
  CUPEL_TRY(const Bytes raw, RawVerifierKey(verifier_key));
  CUPEL_TRY_STATUS(Claim(KeyRoleName(role), raw));
  auto& keys = verifier_keys_[Index(role)];
  if (std::find(keys.begin(), keys.end(), verifier_key) == keys.end())
    keys.push_back(std::move(verifier_key));
  return {};
}

Status TrustPolicy::TrustLogPolicy(std::string text) {
  if (!log_policy.empty())
    return Fail(ErrorCode::kInvalidArgument, "there must be one policy of the log only");
  for (const auto& [role, key] : KeysOfPolicy(text)) {
    CUPEL_TRY(const Bytes raw, RawVerifierKey(key));
    CUPEL_TRY_STATUS(Claim(KeyRoleName(role), raw));
  }
  log_policy = std::move(text);
  return {};
}

Status TrustPolicy::TrustTimestamps(std::string_view pem) {
  CUPEL_TRY(const auto authority, crypto::TimestampAuthority::FromPem(pem));
  for (const Bytes& key : authority.PublicKeys()) CUPEL_TRY_STATUS(Claim(kTimestampRole, key));
  if (timestamps_) {
    timestamps_->Add(authority);
  } else {
    timestamps_ = authority;
  }
  return {};
}

const std::vector<crypto::PublicKey>& TrustPolicy::KeysOf(KeyRole role) const { return keys_[Index(role)]; }

const std::vector<std::string>& TrustPolicy::VerifierKeysOf(KeyRole role) const {
  return verifier_keys_[Index(role)];
}

Status TrustPolicy::AddFile(const std::filesystem::path& path, KeyRole role) {
  const auto add = [&]() -> Status {
    if (path.extension() == ".vkey") {
      CUPEL_TRY(std::string text, ReadTextFile(path, kMaxKeyFileBytes));
      while (text.ends_with('\n')) text.pop_back();
      return Trust(role, std::move(text));
    }
    CUPEL_TRY(crypto::PublicKey key, crypto::LoadPublicKey(path));
    return Trust(role, std::move(key));
  };
  Status status = add();
  if (!status && status.error().place.empty()) return FailAt(path.string(), std::move(status).error());
  return status;
}

Status TrustPolicy::AddAnchors(const std::filesystem::path& path) {
  CUPEL_TRY(const std::string pem, ReadTextFile(path, kMaxKeyFileBytes));
  Status status = TrustTimestamps(pem);
  if (!status) return FailAt(path.string(), std::move(status).error());
  return status;
}

/// A file of a folder: the role is in its name, or follows from its kind.
Status TrustPolicy::AddNamedFile(const std::filesystem::path& path) {
  if (path.filename() == kPolicyFile) {
    CUPEL_TRY(std::string text, ReadTextFile(path, kMaxKeyFileBytes));
    Status status = TrustLogPolicy(std::move(text));
    if (!status) return FailAt(path.string(), std::move(status).error());
    return {};
  }
  const bool is_note = path.extension() == ".vkey";
  if (!is_note && path.extension() != ".pem") return {};
  const std::string name = path.filename().string();
  const std::string role = name.substr(0, name.find_first_of(".-"));
  if (!is_note && role == kTimestampRole) return AddAnchors(path);
  const std::optional<KeyRole> named = RoleNamed(role);
  return AddFile(path, named.value_or(is_note ? KeyRole::kLedger : KeyRole::kEvidence));
}

Result<TrustPolicy> TrustPolicy::FromToml(std::string_view text, const std::filesystem::path& folder,
                                          std::string name) {
  CUPEL_TRY(const TomlTable table, TomlTable::Parse(text, std::move(name)));
  std::vector<std::string> known = {std::string(kPolicyKey), std::string(kTimestampRole)};
  for (const KeyRole role : kKeyRoles) known.emplace_back(KeyRoleName(role));
  CUPEL_TRY_STATUS(table.OnlyKeys(known));
  TrustPolicy policy;
  for (const KeyRole role : kKeyRoles) {
    CUPEL_TRY(const auto files, table.TextsOr(KeyRoleName(role), {}));
    for (const std::string& file : files) {
      Status status = policy.AddFile(folder / file, role);
      if (!status) return FailAt(table.Place(KeyRoleName(role)), std::move(status).error());
    }
  }
  CUPEL_TRY(const auto anchors, table.TextsOr(kTimestampRole, {}));
  for (const std::string& file : anchors) {
    Status status = policy.AddAnchors(folder / file);
    if (!status) return FailAt(table.Place(kTimestampRole), std::move(status).error());
  }
  if (table.Has(kPolicyKey)) {
    CUPEL_TRY(const std::string file, table.Text(kPolicyKey));
    auto rules = ReadTextFile(folder / file, kMaxKeyFileBytes);
    if (!rules) return FailAt(table.Place(kPolicyKey), std::move(rules).error());
    Status status = policy.TrustLogPolicy(*std::move(rules));
    if (!status) return FailAt(table.Place(kPolicyKey), std::move(status).error());
  }
  return policy;
}

Result<TrustPolicy> TrustPolicy::Load(const std::filesystem::path& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    return Fail(ErrorCode::kNotFound, "no such file or folder of trusted keys", path.string(),
                "check the path");
  }
  const bool is_folder = std::filesystem::is_directory(status);
  const std::filesystem::path toml = is_folder ? path / "trust.toml" : path;
  TrustPolicy policy;
  if (toml.extension() == ".toml" && std::filesystem::exists(toml, code)) {
    CUPEL_TRY(const std::string text, ReadTextFile(toml, kMaxKeyFileBytes));
    CUPEL_TRY(policy, FromToml(text, toml.parent_path(), toml.string()));
  } else {
    std::vector<std::filesystem::path> files = {path};
    if (is_folder) {
      CUPEL_TRY(files, FilesOf(path));
    }
    for (const auto& file : files) CUPEL_TRY_STATUS(policy.AddNamedFile(file));
  }
  if (policy.owners_.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no trusted key found", path.string(),
                "give public keys as .pem files and .vkey files, or a trust.toml that names them");
  }
  return policy;
}

Result<TrustedStatement> TrustPolicy::Open(const Bundle& bundle, KeyRole role) const {
  const Envelope& envelope = bundle.envelope;
  auto signers = envelope.Verify(KeysOf(role));
  if (!signers) {
    for (const KeyRole other : kKeyRoles) {
      if (!envelope.Verify(KeysOf(other))) continue;
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("signed with a key whose role is {}, expected a key whose role is {}",
                              KeyRoleName(other), KeyRoleName(role)),
                  "", "have it signed with the key of that role");
    }
    return tl::make_unexpected(std::move(signers).error());
  }
  TrustedStatement opened{{}, (*signers)[0], {}};
  CUPEL_TRY(opened.statement, StatementIn(envelope));
  if (timestamps_) {
    CUPEL_TRY(opened.stamped_at, VerifyTimestamps(bundle, *timestamps_));
  }
  return opened;
}

}  // namespace cupel::ledger::evidence
