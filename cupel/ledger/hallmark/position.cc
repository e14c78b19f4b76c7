// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/position.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/hallmark/fields.h"
#include "cupel/ledger/hallmark/revocation.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::size_t kMostNoteBytes = std::size_t{1} << 20;  // as SignedNote::Parse

tl::unexpected<Error> Broken(std::string message) { return Fail(ErrorCode::kCorrupt, std::move(message)); }

Json ToJson(const LedgerPrefix& prefix) {
  return Json::Object{{"size", std::to_string(prefix.size)}, {"rootHash", DigestSet(prefix.root)}};
}

Json ToJson(const HallmarkProgress& progress) {
  Json json = Json::Object{{"payload", DigestSet(progress.payload)},
                           {"keys", DigestSet(progress.keys)},
                           {"readTo", std::to_string(progress.read_to)},
                           {"receipts", Json::Array{}}};
  for (const LedgerPrefix& receipt : progress.receipts) json["receipts"].Append(ToJson(receipt));
  if (progress.revoked) {
    json["revoked"] =
        Json::Object{{"leaf", std::to_string(progress.revoked->leaf)}, {"reason", progress.revoked->reason}};
  }
  return json;
}

Json ToJson(const LedgerPosition& ledger) {
  Json json = Json::Object{{"origin", ledger.seen.origin},
                           {"size", std::to_string(ledger.seen.size)},
                           {"rootHash", DigestSet(ledger.seen.root)},
                           {"hallmarks", Json::Array{}}};
  for (const HallmarkProgress& progress : ledger.hallmarks) json["hallmarks"].Append(ToJson(progress));
  return json;
}

Result<LedgerPrefix> PrefixFromJson(const Json& json) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"size", "rootHash"}));
  LedgerPrefix prefix;
  CUPEL_TRY(prefix.size, evidence::DecimalField(json, "size"));
  CUPEL_TRY(prefix.root, DigestSetField(json, "rootHash"));
  return prefix;
}

Result<FoundRevocation> RevocationFromJson(const Json& json) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"leaf", "reason"}));
  FoundRevocation found;
  CUPEL_TRY(found.leaf, evidence::DecimalField(json, "leaf"));
  CUPEL_TRY(found.reason, evidence::TextField(json, "reason"));
  if (std::ranges::find(kRevocationReasons, found.reason) == kRevocationReasons.end()) {
    return Broken(fmt::format("unknown reason \"{}\"", found.reason));
  }
  return found;
}

Result<HallmarkProgress> ProgressFromJson(const Json& json) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"payload", "keys", "readTo", "receipts", "revoked"}));
  HallmarkProgress progress;
  CUPEL_TRY(progress.payload, DigestSetField(json, "payload"));
  CUPEL_TRY(progress.keys, DigestSetField(json, "keys"));
  CUPEL_TRY(progress.read_to, evidence::DecimalField(json, "readTo"));
  CUPEL_TRY(const Json* receipts, evidence::ArrayField(json, "receipts"));
  for (const Json& receipt : receipts->AsArray()) {
    CUPEL_TRY(const LedgerPrefix prefix, PrefixFromJson(receipt));
    progress.receipts.push_back(prefix);
  }
  if (const Json* revoked = json.Find("revoked")) {
    CUPEL_TRY(progress.revoked, RevocationFromJson(*revoked));
  }
  return progress;
}

/// What follows from how a position is made; whatever breaks it was made by something else.
Status CheckProgress(const HallmarkProgress& progress, const LedgerState& seen) {
  if (progress.read_to > seen.size) return Broken("\"readTo\" is beyond the ledger");
  if (progress.revoked && progress.revoked->leaf >= progress.read_to)
    return Broken("the revocation's \"leaf\" was not read");
  const auto& receipts = progress.receipts;
  if (receipts.size() > kMostReceipts) return Broken(fmt::format("more than {} \"receipts\"", kMostReceipts));
  if (std::ranges::adjacent_find(receipts, std::greater_equal<>()) != receipts.end())
    return Broken("\"receipts\" must be sorted, none twice");
  for (const LedgerPrefix& receipt : receipts) {
    if (receipt.size > seen.size) return Broken("a receipt is beyond the ledger");
  }
  return {};
}

Result<LedgerPosition> LedgerFromJson(const Json& json) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"origin", "size", "rootHash", "hallmarks"}));
  LedgerPosition ledger;
  CUPEL_TRY(ledger.seen.origin, evidence::TextField(json, "origin"));
  if (const Status status = merkle::CheckKeyName(ledger.seen.origin); !status)
    return Broken(status.error().message);
  CUPEL_TRY(ledger.seen.size, evidence::DecimalField(json, "size"));
  CUPEL_TRY(ledger.seen.root, DigestSetField(json, "rootHash"));
  CUPEL_TRY(const Json* hallmarks, evidence::ArrayField(json, "hallmarks"));
  if (hallmarks->AsArray().size() > kMostHallmarks)
    return Broken(fmt::format("more than {} \"hallmarks\"", kMostHallmarks));
  for (std::size_t i = 0; i < hallmarks->AsArray().size(); ++i) {
    const std::string place = fmt::format("hallmarks[{}]", i);
    auto progress = ProgressFromJson(hallmarks->AsArray()[i]);
    if (!progress) return FailAt(place, std::move(progress).error());
    if (Status status = CheckProgress(*progress, ledger.seen); !status)
      return FailAt(place, std::move(status).error());
    ledger.hallmarks.push_back(*std::move(progress));
  }
  const auto by_payload = std::ranges::adjacent_find(ledger.hallmarks, std::greater_equal<>(),
                                                     [](const HallmarkProgress& p) { return p.payload; });
  if (by_payload != ledger.hallmarks.end()) return Broken("\"hallmarks\" must be sorted, none twice");
  return ledger;
}

/// Puts the progress in its place, and forgets another one if there are too many.
void Put(std::vector<HallmarkProgress>& hallmarks, const HallmarkProgress& progress) {
  const auto payload_of = [](const HallmarkProgress& p) { return p.payload; };
  const auto at = std::ranges::lower_bound(hallmarks, progress.payload, {}, payload_of);
  if (at != hallmarks.end() && at->payload == progress.payload) {
    *at = progress;
    return;
  }
  hallmarks.insert(at, progress);
  if (hallmarks.size() <= kMostHallmarks) return;
  const auto rank = [&](const HallmarkProgress& p) {
    return std::pair(p.payload == progress.payload, p.read_to);
  };
  hallmarks.erase(std::ranges::min_element(hallmarks, {}, rank));
}

merkle::NoteVerifier VerifierOf(const crypto::LogVerifier& key) {
  return merkle::NoteVerifier::Create(std::string(kPositionName), key).value();  // the name is a good one
}

}  // namespace

Digest KeysDigest(std::span<const crypto::PublicKey> hallmark_keys) {
  std::set<std::string> ids;
  for (const crypto::PublicKey& key : hallmark_keys) ids.insert(key.Id());
  std::string text;
  for (const std::string& id : ids) text += id + "\n";
  return crypto::Sha256(AsBytes(text));
}

const HallmarkProgress* LedgerPosition::Of(const Digest& payload) const {
  const auto found = std::ranges::find(hallmarks, payload, &HallmarkProgress::payload);
  return found == hallmarks.end() ? nullptr : &*found;
}

const LedgerPosition* VerifiedPosition::Of(std::string_view origin) const {
  const auto found = std::ranges::find_if(
      ledgers, [&](const LedgerPosition& ledger) { return ledger.seen.origin == origin; });
  return found == ledgers.end() ? nullptr : &*found;
}

VerifiedPosition VerifiedPosition::After(const LedgerState& newest,
                                         const std::optional<HallmarkProgress>& progress) const {
  CUPEL_CHECK(!progress || progress->read_to <= newest.size);
  VerifiedPosition after = *this;
  const auto origin_of = [](const LedgerPosition& ledger) { return std::string_view(ledger.seen.origin); };
  auto at = std::ranges::lower_bound(after.ledgers, std::string_view(newest.origin), {}, origin_of);
  if (at == after.ledgers.end() || at->seen.origin != newest.origin) {
    at = after.ledgers.insert(at, LedgerPosition{newest, {}});
  }
  CUPEL_CHECK(at->seen.size <= newest.size);
  at->seen = newest;
  if (progress) Put(at->hallmarks, *progress);
  return after;
}

std::string VerifiedPosition::ToText() const {
  Json json = Json::Object{{"ledgers", Json::Array{}}};
  for (const LedgerPosition& ledger : ledgers) json["ledgers"].Append(ToJson(ledger));
  return json.Canonical() + "\n";
}

Result<VerifiedPosition> VerifiedPosition::Parse(std::string_view text) {
  CUPEL_TRY(const Json json, Json::Parse(text));
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"ledgers"}));
  CUPEL_TRY(const Json* ledgers, evidence::ArrayField(json, "ledgers"));
  VerifiedPosition position;
  for (std::size_t i = 0; i < ledgers->AsArray().size(); ++i) {
    auto ledger = LedgerFromJson(ledgers->AsArray()[i]);
    if (!ledger) return FailAt(fmt::format("ledgers[{}]", i), std::move(ledger).error());
    position.ledgers.push_back(*std::move(ledger));
  }
  const auto by_origin = std::ranges::adjacent_find(position.ledgers, std::greater_equal<>(),
                                                    [](const LedgerPosition& l) { return l.seen.origin; });
  if (by_origin != position.ledgers.end()) return Broken("\"ledgers\" must be sorted, none twice");
  if (position.ToText() != text) return Broken("the position is not in its one form");
  return position;
}

Result<std::string> VerifiedPosition::Sign(const crypto::LogKey& key) const {
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignNote(ToText(), std::string(kPositionName), key));
  std::string text = note.ToText();
  if (text.size() > kMostNoteBytes) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("a position must have at most {} bytes, got {}", kMostNoteBytes, text.size()), "",
                "keep a position of its own for each ledger");
  }
  return text;
}

Result<VerifiedPosition> VerifiedPosition::Open(std::string_view note, const crypto::LogVerifier& key) {
  CUPEL_TRY(const merkle::SignedNote signed_note, merkle::SignedNote::Parse(note));
  CUPEL_TRY_STATUS(signed_note.Verify(VerifierOf(key)));
  return Parse(signed_note.text);
}

}  // namespace cupel::ledger::hallmark
