// SPDX-License-Identifier: Apache-2.0
// The table of refusals: name, step and remedy of each code.
#include <fmt/format.h>

#include <array>

#include "cupel/ledger/hallmark/admission.h"

namespace cupel::ledger::hallmark {
namespace {

struct CodeFacts {
  AdmissionCode code;
  std::string_view name;
  int step;
  std::string_view remedy;
};

constexpr std::string_view kFetchLedger = "copy the ledger's folder to this machine again";

constexpr std::array<CodeFacts, kAdmissionCodes> kFacts = {{
    {AdmissionCode::kAdmitted, "admitted", 0, ""},
    {AdmissionCode::kTrustRoot, "trust-root", 1,
     "give a trust root with a key of role hallmark and the ledger's policy"},
    {AdmissionCode::kBundleUnreadable, "bundle-unreadable", 2, "copy the hallmark's file again"},
    {AdmissionCode::kBundleForm, "bundle-form", 2, "copy the hallmark's file again, and do not edit it"},
    {AdmissionCode::kSignature, "signature", 3,
     "check who issued the hallmark; trust that key only if you know it"},
    {AdmissionCode::kKeyRole, "key-role", 3, "have the hallmark issued with a hallmark key"},
    {AdmissionCode::kNotAHallmark, "not-a-hallmark", 3, "give the file that `cupel hallmark issue` wrote"},
    {AdmissionCode::kModelUnreadable, "model-unreadable", 4,
     "check the model's path and its external data files"},
    {AdmissionCode::kModelMismatch, "model-mismatch", 4,
     "use the model that was hallmarked, or have this one assessed and hallmarked"},
    {AdmissionCode::kClassNotAccepted, "class-not-accepted", 5,
     "this machine is not set up for products of the class"},
    {AdmissionCode::kHostNotAllowed, "host-not-allowed", 5, "have a hallmark issued that allows this host"},
    {AdmissionCode::kPurposeNotAllowed, "purpose-not-allowed", 5,
     "have a hallmark issued that allows this purpose"},
    {AdmissionCode::kRegionNotAllowed, "region-not-allowed", 5,
     "have a hallmark issued that allows this region"},
    {AdmissionCode::kGuardNotAllowed, "guard-not-allowed", 5,
     "run the model behind a guard that the hallmark allows"},
    {AdmissionCode::kGuardTooWeak, "guard-too-weak", 5, "run the model behind a stronger guard"},
    {AdmissionCode::kNotYetValid, "not-yet-valid", 6, "check this machine's clock"},
    {AdmissionCode::kExpired, "expired", 6, "have the hallmark renewed: `cupel hallmark renew`"},
    {AdmissionCode::kReceiptMissing, "receipt-missing", 7,
     "have the hallmark logged: `cupel hallmark receipt`"},
    {AdmissionCode::kReceiptFalse, "receipt-false", 7, "get the receipt anew: `cupel hallmark receipt`"},
    {AdmissionCode::kReceiptQuorum, "receipt-quorum", 7,
     "get a receipt under a checkpoint that enough witnesses have signed: `cupel hallmark receipt`"},
    {AdmissionCode::kPositionUnreadable, "position-unreadable", 8,
     "find out who changed the position; removing its file begins a new one, which knows of no earlier "
     "ledger"},
    {AdmissionCode::kCheckpointMissing, "checkpoint-missing", 8, kFetchLedger},
    {AdmissionCode::kCheckpointQuorum, "checkpoint-quorum", 8,
     "get a checkpoint that enough witnesses have signed"},
    {AdmissionCode::kCheckpointTime, "checkpoint-time", 8, "have witnesses sign the ledger's checkpoints"},
    {AdmissionCode::kClockBehind, "clock-behind", 8, "set this machine's clock"},
    {AdmissionCode::kCheckpointStale, "checkpoint-stale", 8, "get the ledger's newest checkpoint"},
    {AdmissionCode::kLedgerRolledBack, "ledger-rolled-back", 8,
     "copy the ledger's folder to this machine again; if it is the newest, its log took leaves back"},
    {AdmissionCode::kLedgerUnreadable, "ledger-unreadable", 8, kFetchLedger},
    {AdmissionCode::kLedgerInconsistent, "ledger-inconsistent", 8,
     "the ledger was forked or changed: keep both checkpoints, and ask its operator"},
    {AdmissionCode::kRevoked, "revoked", 8,
     "the model must not be used any more; ask who issued the hallmark"},
    {AdmissionCode::kPositionNotKept, "position-not-kept", 8,
     "make room and give this user the right to write the position"},
}};

const CodeFacts& FactsOf(AdmissionCode code) {
  const CodeFacts& facts = kFacts[static_cast<std::size_t>(code)];
  CUPEL_CHECK(facts.code == code);
  return facts;
}

}  // namespace

std::string_view AdmissionCodeName(AdmissionCode code) { return FactsOf(code).name; }

int AdmissionStep(AdmissionCode code) { return FactsOf(code).step; }

std::string_view AdmissionRemedy(AdmissionCode code) { return FactsOf(code).remedy; }

Status Admission::ToStatus() const {
  if (admitted()) return {};
  return Fail(ErrorCode::kVerificationFailed,
              fmt::format("refused ({}): {}", AdmissionCodeName(code), message), "",
              std::string(AdmissionRemedy(code)));
}

}  // namespace cupel::ledger::hallmark
