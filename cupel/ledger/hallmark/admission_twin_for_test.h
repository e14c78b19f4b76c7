// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gate with one check taken out, so that the mutation suite can be seen to notice it. It is made here,
/// from the same text as the real one: the library has no function, flag or table that leaves a check out.

#include "cupel/ledger/hallmark/gate.h"

namespace cupel::ledger::hallmark {

struct AllChecksBut {
  AdmissionCode skipped;
  bool Counts(AdmissionCode code) const { return code != skipped; }
};

/// As Admit, but never refuses with `skipped`. Where nothing is left to check without it (an unreadable trust
/// root, say) it admits: the twin that fails open.
inline Admission AdmitWithout(AdmissionCode skipped, const AdmissionInputs& inputs) {
  return Decide(inputs, AllChecksBut{skipped});
}

}  // namespace cupel::ledger::hallmark
