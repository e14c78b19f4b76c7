// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/admission.h"

#include "cupel/ledger/hallmark/gate.h"

namespace cupel::ledger::hallmark {

Admission Admit(const AdmissionInputs& inputs) { return Decide(inputs, EveryCheck()); }

}  // namespace cupel::ledger::hallmark
