// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gate with one check taken out, so that the mutation suite can be seen to notice it. For tests only:
/// what is linked into a runtime is `Admit`.

#include "cupel/ledger/hallmark/admission.h"

namespace cupel::ledger::hallmark {

/// As Admit, but never refuses with `skipped`. Where nothing is left to check without it (an unreadable trust
/// root, say) it admits: the twin that fails open.
Admission AdmitWithout(AdmissionCode skipped, const AdmissionInputs& inputs);

}  // namespace cupel::ledger::hallmark
