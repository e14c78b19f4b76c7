// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/evidence_writer.h"

#include <fmt/format.h>

#include "cupel/application/assess/predicate.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/log.h"

namespace cupel::application::assess {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::ResourceDescriptor;
using ledger::evidence::Statement;
using ledger::log::Leaf;
using ledger::log::Log;

/// The name of a run's ledger: local to the run, so it carries the run's own key and no host.
constexpr const char* kOrigin = "cupel.dev/run-ledger";

Statement MakeStatement(const std::string& predicate_type, const std::vector<Subject>& subjects,
                        const Json& predicate) {
  Statement statement;
  for (const Subject& subject : subjects) {
    statement.subjects.push_back(ResourceDescriptor::OfSha256(subject.name, subject.digest));
  }
  statement.predicate_type = predicate_type;
  statement.predicate = predicate;
  return statement;
}

bool SameApartFromTimes(const Statement& a, const Statement& b) {
  return a.subjects == b.subjects && a.predicate_type == b.predicate_type &&
         WithoutTimes(a.predicate) == WithoutTimes(b.predicate);
}

/// Public keys beside the evidence. A run that was begun with another key is not continued with this one.
Status PublishKeys(const RunFolder& folder, const crypto::SigningKey& key, const std::string& ledger_key) {
  CUPEL_TRY_STATUS(MakeFolder(folder.root() / "keys"));
  const auto publish = [](const std::filesystem::path& path, const std::string& text) -> Status {
    if (!std::filesystem::exists(path)) return WriteFileAtomic(path, text);
    CUPEL_TRY(const std::string earlier, ReadTextFile(path));
    if (earlier == text) return {};
    return Fail(ErrorCode::kInvalidArgument, "the run was begun with another key", path.string(),
                "give the same --key, or start a new run");
  };
  CUPEL_TRY_STATUS(publish(folder.EvidenceKey(), key.Public().Pem()));
  return publish(folder.LedgerKey(), ledger_key + "\n");
}

}  // namespace

struct EvidenceWriter::State {
  RunFolder folder;
  crypto::SigningKey key;
  Log log;
  std::vector<Bytes> leaves;  ///< What the ledger holds, in order.

  std::optional<std::int64_t> IndexOf(const Bytes& leaf) const {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (leaves[i] == leaf) return static_cast<std::int64_t>(i);
    }
    return std::nullopt;
  }

  /// The evidence file of an earlier, interrupted run, if it says the same thing and its signature holds.
  std::optional<Bundle> Earlier(const std::string& name, const Statement& statement) const {
    const Result<std::string> text = ReadTextFile(folder.root() / name);
    if (!text) return std::nullopt;
    Result<Bundle> bundle = Bundle::Parse(*text);
    const crypto::PublicKey signer = key.Public();
    if (!bundle || !bundle->envelope.Verify({&signer, 1})) return std::nullopt;
    const Result<Statement> earlier = Statement::Parse(bundle->envelope.payload);
    if (!earlier || !SameApartFromTimes(*earlier, statement)) return std::nullopt;
    return *std::move(bundle);
  }
};

EvidenceWriter::EvidenceWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
EvidenceWriter::EvidenceWriter(EvidenceWriter&&) noexcept = default;
EvidenceWriter::~EvidenceWriter() = default;

Result<EvidenceWriter> EvidenceWriter::Open(const RunFolder& folder, const KeyFiles& keys) {
  CUPEL_TRY(crypto::SigningKey key, crypto::LoadOrCreateSigningKey(keys.evidence));
  CUPEL_TRY(crypto::LogKey log_key, crypto::LoadOrCreateLogKey(keys.ledger));
  CUPEL_TRY(const auto verifier, ledger::merkle::NoteVerifier::Create(kOrigin, log_key.Public()));
  CUPEL_TRY_STATUS(PublishKeys(folder, key, verifier.ToText()));
  const bool exists = std::filesystem::exists(folder.Ledger() / "checkpoint");
  // A run has one writer: its statements are numbered by their place in the ledger.
  const ledger::log::LogOptions options{.lock_timeout_ms = 0, .exclusive = true};
  CUPEL_TRY(Log log, exists ? Log::Open(folder.Ledger(), std::move(log_key), kOrigin, options)
                            : Log::Create(folder.Ledger(), std::move(log_key), kOrigin, options));
  std::vector<Bytes> leaves;
  if (exists) {
    CUPEL_TRY(auto verified, ledger::log::Verify(folder.Ledger(), verifier));
    leaves = std::move(verified.entries);
  }
  return EvidenceWriter(
      std::unique_ptr<State>(new State{folder, std::move(key), std::move(log), std::move(leaves)}));
}

Result<EvidenceRecord> EvidenceWriter::Seal(int number, const std::string& what,
                                            const std::string& predicate_type,
                                            const std::vector<Subject>& subjects, const Json& predicate) {
  const std::string name = RunFolder::EvidenceName(number, what);
  const Statement statement = MakeStatement(predicate_type, subjects, predicate);
  std::optional<Bundle> bundle = state_->Earlier(name, statement);
  if (!bundle) {
    CUPEL_TRY(Bytes payload, statement.ToPayload());
    bundle = Bundle::Of(ledger::evidence::SignEnvelope(ledger::evidence::kStatementPayloadType,
                                                       std::move(payload), state_->key));
    CUPEL_TRY_STATUS(MakeFolder(state_->folder.root() / "evidence"));
    CUPEL_TRY_STATUS(WriteFileAtomic(state_->folder.root() / name, bundle->ToText()));
  }
  Bytes leaf = Leaf::Of(bundle->envelope, state_->key.Public()).ToBody();
  std::optional<std::int64_t> index = state_->IndexOf(leaf);
  if (!index) {
    CUPEL_TRY(const std::uint64_t appended, state_->log.Append(leaf));
    index = static_cast<std::int64_t>(appended);
    state_->leaves.push_back(std::move(leaf));
  }
  CUPEL_TRY(Statement sealed, Statement::Parse(bundle->envelope.payload));
  return EvidenceRecord{name, crypto::Sha256(AsBytes(bundle->ToText())), state_->key.Public().Id(), *index,
                        std::move(sealed.predicate)};
}

KeyFiles KeyFiles::In(const std::filesystem::path& folder) {
  return {folder / "evidence.key.pem", folder / "ledger.key.pem"};
}

KeyFiles KeyFiles::OfUser() {
  if (const char* home = std::getenv("CUPEL_HOME"); home != nullptr && *home != '\0') {
    return In(std::filesystem::path(home) / "keys");
  }
  const char* home = std::getenv("HOME");
  return In(std::filesystem::path(home == nullptr ? "." : home) / ".config/cupel/keys");
}

}  // namespace cupel::application::assess
