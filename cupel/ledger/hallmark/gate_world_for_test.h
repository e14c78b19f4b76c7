// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A complete small world around one hallmark, in memory: keys of every role, a ledger with witnesses, a
/// trust root, a runtime. `Make` builds what the gate is given; a `Scenario` says what is different from a
/// valid hallmark of class E3. For tests only.

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/hallmark/admission.h"
#include "cupel/ledger/hallmark/revocation.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/witness/cosignature.h"

namespace cupel::ledger::hallmark {

inline constexpr std::int64_t kDay = 86400;
inline constexpr std::uint64_t kLeavesBefore =
    261;  ///< More than one tile, so that a tail has hashes on its left.

/// A position in memory, and what can go wrong with a real one.
struct MemoryPosition : PositionStore {
  std::optional<VerifiedPosition> kept;
  std::optional<Error> load_error;
  std::optional<Error> save_error;
  int saves = 0;

  Result<std::optional<VerifiedPosition>> Load() override {
    if (load_error) return tl::make_unexpected(*load_error);
    return kept;
  }
  Status Save(const VerifiedPosition& position) override {
    if (save_error) return tl::make_unexpected(*save_error);
    ++saves;
    kept = position;
    return {};
  }
};

/// What the gate is given, ready to be damaged.
struct GateCase {
  Result<evidence::TrustPolicy> trust = evidence::TrustPolicy{};
  Result<std::string> bundle = std::string();
  std::optional<Result<std::string>> receipt;
  Result<ModelDigests> model = ModelDigests{};
  Result<std::string> checkpoint = std::string();
  std::optional<Result<LedgerTail>> tail;
  mutable std::optional<MemoryPosition> position;  ///< The gate writes to it.
  RuntimeContext context;
  std::int64_t now = 0;

  AdmissionInputs Inputs() const {
    AdmissionInputs inputs;
    inputs.trust = trust;
    inputs.bundle = bundle;
    inputs.receipt = receipt;
    inputs.model = [this] { return model; };
    inputs.ledger = [this](std::uint64_t) { return LedgerView{checkpoint, tail}; };
    inputs.position = position ? &*position : nullptr;
    inputs.context = context;
    inputs.now = now;
    return inputs;
  }
};

/// The name of the code with which the gate decides.
inline std::string CodeOf(const AdmissionInputs& inputs) {
  return std::string(AdmissionCodeName(Admit(inputs).code));
}
inline std::string CodeOf(const GateCase& gate_case) { return CodeOf(gate_case.Inputs()); }

/// A ledger in memory that grows, and what it looked like at every size before.
class GrowingLedger {
 public:
  std::uint64_t size() const { return leaves_.size(); }
  const merkle::Tree& tree() const { return tree_; }
  const Bytes& Leaf(std::uint64_t index) const { return leaves_[index]; }

  /// Returns its index.
  std::uint64_t Append(Bytes leaf) {
    tree_.Append(merkle::LeafHash(leaf));
    leaves_.push_back(std::move(leaf));
    return size() - 1;
  }
  void AppendMany(std::uint64_t count, std::string_view text) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string leaf = fmt::format("{} {}", text, i);
      Append(Bytes(leaf.begin(), leaf.end()));
    }
  }

  LedgerState StateAt(const std::string& origin, std::uint64_t size) const {
    return {origin, size, tree_.RootAt(size).value()};
  }

  /// Precondition: from <= size <= size().
  LedgerTail Tail(std::uint64_t from, std::uint64_t size) const {
    LedgerTail tail;
    tail.start = from;
    for (unsigned level = 64; level-- > 0;) {
      if ((from >> level & 1) == 0) continue;
      tail.left.push_back(tree_.Subtree(level, level == 63 ? 0 : (from >> (level + 1)) << 1));
    }
    tail.leaves.assign(leaves_.begin() + static_cast<std::ptrdiff_t>(from),
                       leaves_.begin() + static_cast<std::ptrdiff_t>(size));
    return tail;
  }

 private:
  merkle::Tree tree_;
  std::vector<Bytes> leaves_;
};

struct Scenario {
  std::function<void(Hallmark&)> hallmark = [](Hallmark&) {};
  std::function<void(Json&)> statement = [](Json&) {};                       ///< Changed before it is signed.
  const crypto::SigningKey* signer = nullptr;                                ///< Default: the hallmark key.
  std::function<void(evidence::Bundle&)> bundle = [](evidence::Bundle&) {};  ///< Changed when all is done.
  std::vector<int> receipt_witnesses = {0, 1};
  std::vector<int> newest_witnesses = {0, 1};
  std::string quorum = "group q 2 w1 w2 w3\nquorum q\n";
  std::int64_t now = 0;      ///< Default: ten days after issue.
  std::int64_t seen_at = 0;  ///< When witnesses cosigned the newest checkpoint. Default: a day before now.
  std::string revoked;       ///< A reason: the revocation follows the hallmark.
  const crypto::SigningKey* revoker = nullptr;  ///< Default: the hallmark key.
  bool logged_again = false;  ///< The same leaf once more at the end, and the receipts are of that one.
  bool alone = false;         ///< The runtime has a checkpoint and no leaves; nothing follows the hallmark.
};

class GateWorld {
 public:
  const crypto::SigningKey hallmark_key = crypto::SigningKey::Generate().value();
  const crypto::SigningKey evidence_key = crypto::SigningKey::Generate().value();
  const crypto::SigningKey vote_key = crypto::SigningKey::Generate().value();
  const crypto::SigningKey stranger_key = crypto::SigningKey::Generate().value();
  const std::string origin = "example.com/ledger";
  const std::int64_t issued_at = ParseUtc("2026-11-25T10:00:00Z").value();

  static crypto::LogKey LogKeyOf(std::uint8_t seed) {
    return crypto::LogKey::FromSeed(Bytes(32, seed)).value();
  }
  const crypto::LogKey log_key = LogKeyOf(1);
  merkle::NoteVerifier Log() const { return merkle::NoteVerifier::Create(origin, log_key.Public()).value(); }

  static witness::CosignatureKey Witness(int i) {
    return witness::CosignatureKey::Create(fmt::format("w{}.example.com", i + 1),
                                           LogKeyOf(static_cast<std::uint8_t>(10 + i)))
        .value();
  }

  std::string PolicyText(const std::string& quorum) const {
    std::string text = fmt::format("log {}\n", Log().ToText());
    for (int i = 0; i < 3; ++i)
      text += fmt::format("witness w{} {}\n", i + 1, Witness(i).Verifier().ToText());
    return text + quorum;
  }

  using Keys = std::vector<const crypto::SigningKey*>;

  static evidence::TrustPolicy TrustIn(const Keys& hallmark, const Keys& evidence, const Keys& vote,
                                       std::string policy) {
    evidence::TrustPolicy trust;
    const auto add = [&](evidence::KeyRole role, const Keys& keys) {
      for (const auto* key : keys) CUPEL_CHECK(trust.Trust(role, key->Public()).has_value());
    };
    add(evidence::KeyRole::kHallmark, hallmark);
    add(evidence::KeyRole::kEvidence, evidence);
    add(evidence::KeyRole::kVote, vote);
    trust.log_policy = std::move(policy);
    return trust;
  }

  evidence::TrustPolicy Trust(const std::string& quorum) const {
    return TrustIn({&hallmark_key}, {&evidence_key}, {&vote_key}, PolicyText(quorum));
  }

  static Digest DigestOf(std::string_view text) { return crypto::Sha256(AsBytes(text)); }

  /// Class E3 with a condition of every kind but the guard, an exception, and an earlier hallmark.
  Hallmark Valid() const {
    Hallmark hallmark;
    hallmark.id = "0123456789abcdef0123456789abcdef";
    hallmark.model = {"face.onnx", DigestOf("file"), DigestOf("root")};
    hallmark.risk = RiskClass::kE3;
    for (const char* condition : {"host=gate-7,gate-8", "purpose=access-control", "region=eu"}) {
      CUPEL_CHECK(hallmark.conditions.Add(condition).has_value());
    }
    hallmark.not_before = issued_at;
    hallmark.expires = AddMonths(issued_at, 6);
    hallmark.plan = DigestOf("plan");
    hallmark.assessment = {"cupel.dev/run-ledger", 4, DigestOf("run")};
    hallmark.inputs = {
        {"evidence/0000-plan.sigstore.json", DigestOf("0"), "plan", ""},
        {"evidence/0001-evaluate.accuracy.sigstore.json", DigestOf("1"), "evaluate.accuracy", "pass"},
        {"evidence/0002-inspect.pgd.sigstore.json", DigestOf("2"), "inspect.pgd", "fail"},
        {"evidence/0003-report.sigstore.json", DigestOf("3"), "report", ""}};
    hallmark.exceptions = {DigestOf("exception")};
    hallmark.policy = {"plan.json", DigestOf("plan")};
    hallmark.renews = DigestOf("earlier");
    return hallmark;
  }

  /// The checkpoint of the first `size` leaves, signed by the log and by these witnesses.
  std::string Note(const merkle::Tree& tree, std::uint64_t size, const std::vector<int>& witnesses,
                   std::int64_t time) const {
    const merkle::Checkpoint checkpoint{origin, size, tree.RootAt(size).value(), {}};
    merkle::SignedNote note = merkle::SignNote(checkpoint.ToText(), origin, log_key).value();
    for (const int i : witnesses) note.signatures.push_back(Witness(i).Sign(note.text, time).value());
    return note.ToText();
  }

  evidence::Bundle Sign(const Hallmark& hallmark, const Scenario& scenario) const {
    Json statement = Json::Parse(AsText(hallmark.ToStatement().value().ToPayload().value())).value();
    scenario.statement(statement);
    const std::string text = statement.Canonical();
    return evidence::Bundle::Of(evidence::SignEnvelope(evidence::kStatementPayloadType,
                                                       Bytes(text.begin(), text.end()),
                                                       scenario.signer ? *scenario.signer : hallmark_key));
  }

  GateCase Make(const Scenario& scenario) const {
    Hallmark hallmark = Valid();
    GrowingLedger ledger;
    ledger.AppendMany(kLeavesBefore, "leaf");
    hallmark.issued_into = ledger.StateAt(origin, ledger.size());
    scenario.hallmark(hallmark);
    evidence::Bundle bundle = Sign(hallmark, scenario);
    const crypto::SigningKey& signer = scenario.signer ? *scenario.signer : hallmark_key;
    const Bytes leaf = log::Leaf::Of(bundle.envelope, signer.Public()).ToBody();
    std::uint64_t index = ledger.Append(leaf);
    if (!scenario.revoked.empty()) {
      const crypto::SigningKey& revoker = scenario.revoker ? *scenario.revoker : hallmark_key;
      const auto revocation =
          Revoke(crypto::Sha256(bundle.envelope.payload), scenario.revoked, revoker).value();
      ledger.Append(log::Leaf::Of(revocation.envelope, revoker.Public()).ToBody());
    }
    if (scenario.logged_again) index = ledger.Append(leaf);
    const std::uint64_t proven = ledger.size();
    if (!scenario.alone) ledger.Append(Bytes{'x'});
    const merkle::Tree& tree = ledger.tree();

    GateCase result;
    result.now = scenario.now != 0 ? scenario.now : issued_at + 10 * kDay;
    const std::int64_t seen_at = scenario.seen_at != 0 ? scenario.seen_at : result.now - kDay;
    const log::Receipt receipt{{},
                               index,
                               tree.ProveInclusion(index, proven).value().path,
                               Note(tree, proven, scenario.receipt_witnesses, issued_at + 1)};
    bundle.tlog_entries = {log::ToTlogEntry(receipt, leaf, Log()).value()};
    scenario.bundle(bundle);
    result.trust = Trust(scenario.quorum);
    result.bundle = bundle.ToText();
    result.receipt = receipt.ToText();
    result.model = hallmark.model;
    result.checkpoint = Note(tree, tree.size(), scenario.newest_witnesses, seen_at);
    if (!scenario.alone) result.tail = ledger.Tail(256, ledger.size());
    result.context.host = "gate-7";
    result.context.purpose = "access-control";
    result.context.region = "eu";
    result.context.guard = GuardLevel::kFailClosed;
    return result;
  }
};

}  // namespace cupel::ledger::hallmark
