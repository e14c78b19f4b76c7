// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gate for people who build devices: one call before a model is loaded.
///
///     cupel::AdmissionPolicy policy;
///     policy.trust = "/etc/gate/trust.toml";
///     policy.ledger = "/var/lib/gate/ledger";
///     policy.context.host = "gate-7";
///     policy.context.purpose = "access-control";
///     policy.context.guard = cupel::GuardLevel::kEnforce;
///     const cupel::Admission admission = cupel::admit("face.onnx", "face.hallmark.json", policy);
///     if (!admission.admitted()) return Stop(cupel::AdmissionCodeName(admission.code), admission.message);
///
/// It reads the files, hashes the model, asks the clock, and lets ledger/hallmark/admission.h decide; that
/// page says what is checked and in which order. Needs no network, and links neither libtorch nor protobuf
/// nor a data base.
///
/// Promises: every failure, of a file too, is a refusal with a code; cost beyond hashing the model grows only
/// with the leaves that followed the hallmark, and with a position only with those that are new since the
/// last admission. Does not promise: that the model's files stay as they were hashed (give it the model's
/// bytes, and load those), nor to notice later revocations: call it again, at start and from time to time.

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "cupel/base/clock.h"
#include "cupel/ledger/hallmark/admission.h"
#include "cupel/ledger/hallmark/model_bytes.h"

namespace cupel {

using ledger::hallmark::Admission;
using ledger::hallmark::AdmissionCode;
using ledger::hallmark::AdmissionCodeName;
using ledger::hallmark::AdmissionRemedy;
using ledger::hallmark::GuardLevel;
using ledger::hallmark::ModelBytes;
using ledger::hallmark::ModelDigests;
using ledger::hallmark::RiskClass;
using ledger::hallmark::RuntimeContext;

/// Where a runtime keeps what it remembers (ledger/hallmark/position_file.h).
struct PositionFiles {
  std::filesystem::path file;  ///< Begun when it is not there. Its folder must be.
  /// An Ed25519 key in PEM that signs it, made on first use. For nothing else, and not where the position is,
  /// if others can write there.
  std::filesystem::path key;
};

struct AdmissionPolicy {
  /// Whom to believe: a folder of keys or a trust.toml (docs/formats/trust.md).
  std::filesystem::path trust;
  /// The ledger as this machine last got it: its folder; or a checkpoint file alone, which is enough only
  /// while the hallmark is the ledger's last leaf.
  std::filesystem::path ledger;
  /// A newer receipt than the one in the hallmark; absent: the .tlog-proof file beside the hallmark, if there
  /// is one.
  std::optional<std::filesystem::path> receipt;
  /// The model's external data files, relative to its folder. All of them: a model whose list is short has
  /// another root digest, and is refused.
  std::vector<std::filesystem::path> external_data;
  /// What this runtime remembers of the ledger: it reads only what is new, and a ledger that was put back to
  /// before is refused. Absent: it remembers nothing.
  std::optional<PositionFiles> position;
  RuntimeContext context;
  const Clock* clock = &SystemClock();
};

/// May the model run here, now?
Admission admit(const std::filesystem::path& model, const std::filesystem::path& hallmark,
                const AdmissionPolicy& policy);

/// The same for a runtime that reads the model into memory (ledger/hallmark/model_bytes.h), so that what is
/// admitted is what will be loaded. digests: called at most once, when the checks before it hold; reads the
/// files, keeps them, and tells their digests. Of the policy it does not read external_data.
Admission admit(const std::function<Result<ModelDigests>()>& digests, const std::filesystem::path& hallmark,
                const AdmissionPolicy& policy);

/// Does the hallmark hold, for somebody who has neither the model nor the machine? The same gate, asked on
/// behalf of the very files that the hallmark names and of a runtime that its conditions allow: what is left
/// are its form, signature, role, time, receipt, the newest checkpoint and revocation. Of the policy it reads
/// trust, ledger, receipt and clock; it remembers nothing. Never a permission to run: that takes `admit`.
Admission VerifyHallmark(const std::filesystem::path& hallmark, const AdmissionPolicy& policy);

}  // namespace cupel
