// SPDX-License-Identifier: Apache-2.0
// A long random life of a runtime: its ledger grows, hallmarks are issued and taken back by all kinds of
// keys, its copy is put back or forked, trust roots and receipts change. After every step the gate with a
// position is compared with the gate without one and with what the history says. The same walk finds every
// memory that is broken on purpose.
#include <algorithm>
#include <random>
#include <set>

#include "cupel/ledger/hallmark/admission_twin_for_test.h"
#include "cupel/ledger/hallmark/ledger_history_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using Decider = std::function<Admission(const AdmissionInputs&)>;

class Walk {
 public:
  Walk(const GateWorld& world, std::uint64_t seed, PositionStore& store, Decider decide)
      : world_(world), store_(store), decide_(std::move(decide)), random_(seed), history_(world) {
    history_.ledger.AppendMany(Below(300), "before");
  }

  /// The first thing that must not be, or "".
  std::string FirstViolation(int steps) {
    for (int i = 0; i < steps && violation_.empty(); ++i) Step();
    return violation_;
  }

  int admitted = 0;
  int revoked = 0;
  int rolled_back = 0;
  int forks = 0;
  int saved_leaves = 0;  ///< That the position spared from being read.

 private:
  struct Known {
    LoggedHallmark hallmark;
    std::vector<std::pair<std::uint64_t, const crypto::SigningKey*>> revocations;  ///< Leaf and signer.
  };

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  void Step() {
    const std::uint64_t what = Below(20);
    if (what < 4) {
      history_.ledger.AppendMany(Below(60), fmt::format("step {}", random_()));
    } else if (what < 6 && known_.size() < 10) {
      known_.push_back({history_.Issue(std::string(1, "0123456789"[known_.size()])), {}});
    } else if (what < 8 && !known_.empty()) {
      const crypto::SigningKey* keys[] = {&world_.hallmark_key, &world_.evidence_key, &world_.stranger_key};
      const auto* key = keys[Below(3)];
      Known& known = known_[Below(known_.size())];
      known.revocations.emplace_back(history_.Revoke(known.hallmark, *key), key);
    } else if (!known_.empty()) {
      AskTheGate();
    }
  }

  /// The decision that the leaves up to `size` ask for.
  static bool IsRevoked(const Known& known, const GateWorld::Keys& keys, std::uint64_t size) {
    return std::ranges::any_of(known.revocations, [&](const auto& revocation) {
      return revocation.first < size && std::ranges::find(keys, revocation.second) != keys.end();
    });
  }

  void AskTheGate() {
    const Known& known = known_[Below(known_.size())];
    const std::uint64_t issued = known.hallmark.index + 1;
    std::uint64_t size = history_.ledger.size();
    if (Below(4) == 0) size = issued + Below(size - issued + 1);  // a copy from before
    GateWorld::Keys keys = {&world_.hallmark_key};
    if (Below(3) == 0) keys.push_back(&world_.stranger_key);
    AdmissionInputs inputs = history_.Inputs(known.hallmark, size, nullptr);
    inputs.trust = GateWorld::TrustIn(keys, {&world_.evidence_key}, {}, world_.PolicyText("quorum w1\n"));
    if (Below(3) == 0) {
      const std::uint64_t proven = issued + Below(size - issued + 1);
      inputs.receipt = history_.ReceiptAt(known.hallmark, proven).ToText();
    }
    if (Below(8) == 0) return AskAboutAFork(inputs, size);

    const Admission without = decide_(inputs);
    inputs.position = &store_;
    const Admission with = decide_(inputs);
    const bool is_revoked = IsRevoked(known, keys, size);
    Expect(without.code, is_revoked ? AdmissionCode::kRevoked : AdmissionCode::kAdmitted, "without");
    const AdmissionCode expected = size < seen_ ? AdmissionCode::kLedgerRolledBack : without.code;
    Expect(with.code, expected, "with a position");
    if (*with.read_from > size && expected != AdmissionCode::kLedgerRolledBack) violation_ = "reads nothing";
    if (expected == AdmissionCode::kLedgerRolledBack) {
      ++rolled_back;
      return;
    }
    ++(is_revoked ? revoked : admitted);
    if (*with.read_from > *without.read_from)
      saved_leaves += static_cast<int>(*with.read_from - *without.read_from);
    seen_ = size;
  }

  /// The same leaves but for one that the runtime has seen, all of it under good signatures.
  void AskAboutAFork(AdmissionInputs inputs, std::uint64_t size) {
    if (seen_ == 0 || size < seen_) return;
    const std::uint64_t changed = Below(seen_);
    LedgerHistory forked(world_);
    for (std::uint64_t i = 0; i < size; ++i) {
      forked.ledger.Append(i == changed ? Bytes{'f'} : history_.ledger.Leaf(i));
    }
    inputs.ledger = [&](std::uint64_t from) { return forked.View(from, size); };
    inputs.position = &store_;
    Expect(decide_(inputs).code, AdmissionCode::kLedgerInconsistent, "of a fork");
    ++forks;
  }

  void Expect(AdmissionCode code, AdmissionCode expected, const char* what) {
    if (code == expected || !violation_.empty()) return;
    violation_ =
        fmt::format("{}: {}, expected {}", what, AdmissionCodeName(code), AdmissionCodeName(expected));
  }

  const GateWorld& world_;
  PositionStore& store_;
  Decider decide_;
  std::mt19937_64 random_;
  LedgerHistory history_;
  std::vector<Known> known_;
  std::uint64_t seen_ = 0;  ///< The largest ledger that was accepted.
  std::string violation_;
};

class RandomWalk : public ::testing::Test {
 protected:
  /// Some walk of a few gives the broken memory away.
  std::string ViolationOf(const std::function<std::unique_ptr<PositionStore>()>& make,
                          const Decider& decide) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto store = make();
      std::string violation = Walk(world_, seed, *store, decide).FirstViolation(200);
      if (!violation.empty()) return violation;
    }
    return "";
  }

  const GateWorld world_;
};

TEST_F(RandomWalk, TheGateDecidesAsWithoutAPositionButForLedgersThatWerePutBack) {
  int admitted = 0;
  int saved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    MemoryPosition store;
    Walk walk(world_, seed, store, Admit);
    EXPECT_EQ(walk.FirstViolation(200), "") << seed;
    EXPECT_GT(walk.revoked, 3) << seed;
    EXPECT_GT(walk.rolled_back, 3) << seed;
    EXPECT_GT(walk.forks, 1) << seed;
    admitted += walk.admitted;
    saved += walk.saved_leaves;
  }
  EXPECT_GT(admitted, 50);
  EXPECT_GT(saved, 1000);
}

/// A memory with a fault: what it loads or saves is changed on the way.
struct FaultyPosition : MemoryPosition {
  std::function<void(VerifiedPosition&)> on_load = [](VerifiedPosition&) {};
  std::function<bool(const VerifiedPosition&)> drops = [](const VerifiedPosition&) { return false; };

  Result<std::optional<VerifiedPosition>> Load() override {
    auto loaded = MemoryPosition::Load();
    if (*loaded) on_load(**loaded);
    return loaded;
  }
  Status Save(const VerifiedPosition& position) override {
    return drops(position) ? Status() : MemoryPosition::Save(position);
  }
};

TEST_F(RandomWalk, EveryBrokenMemoryIsFoundOut) {
  const auto progresses = [](VerifiedPosition& position,
                             const std::function<void(LedgerPosition&, HallmarkProgress&)>& change) {
    for (LedgerPosition& ledger : position.ledgers) {
      for (HallmarkProgress& progress : ledger.hallmarks) change(ledger, progress);
    }
  };
  struct Twin {
    const char* what;
    std::function<void(FaultyPosition&)> make;
  };
  const std::vector<Twin> twins = {
      {"all hallmarks were read as far as the ledger was seen",
       [&](FaultyPosition& store) {
         store.on_load = [&](VerifiedPosition& p) {
           progresses(p, [](LedgerPosition& l, HallmarkProgress& h) { h.read_to = l.seen.size; });
         };
       }},
      {"whose revocations were looked for is not remembered",
       [&](FaultyPosition& store) {
         store.on_load = [&](VerifiedPosition& p) {
           progresses(p, [&](LedgerPosition&, HallmarkProgress& h) {
             const crypto::PublicKey keys[] = {world_.hallmark_key.Public(), world_.stranger_key.Public()};
             h.keys = KeysDigest(keys);
           });
         };
       }},
      {"a revocation is forgotten, and its leaf counts as read",
       [&](FaultyPosition& store) {
         store.on_load = [&](VerifiedPosition& p) {
           progresses(p, [](LedgerPosition&, HallmarkProgress& h) { h.revoked.reset(); });
         };
       }},
      {"nothing is remembered of an admission that was refused",
       [](FaultyPosition& store) {
         store.drops = [](const VerifiedPosition& p) {
           return std::ranges::any_of(p.ledgers[0].hallmarks,
                                      [](const auto& h) { return h.revoked.has_value(); });
         };
       }},
      {"the ledger's size is forgotten",
       [](FaultyPosition& store) { store.on_load = [](VerifiedPosition& p) { p.ledgers.clear(); }; }},
      {"nothing is ever saved",
       [](FaultyPosition& store) { store.drops = [](const VerifiedPosition&) { return true; }; }},
  };
  for (const Twin& twin : twins) {
    const auto make = [&] {
      auto store = std::make_unique<FaultyPosition>();
      twin.make(*store);
      return store;
    };
    EXPECT_NE(ViolationOf(make, Admit), "") << twin.what;
  }
}

TEST_F(RandomWalk, AGateThatLeavesOutACheckOfTheLedgerIsFoundOut) {
  const auto make = [] { return std::make_unique<MemoryPosition>(); };
  for (const AdmissionCode code :
       {AdmissionCode::kLedgerRolledBack, AdmissionCode::kLedgerInconsistent, AdmissionCode::kRevoked}) {
    const auto twin = [code](const AdmissionInputs& inputs) { return AdmitWithout(code, inputs); };
    EXPECT_NE(ViolationOf(make, twin), "") << AdmissionCodeName(code);
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
