// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: from files to resources (OMS specification v1.0, section 6.3).

#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/identity/manifest.h"
#include "cupel/ledger/identity/model_files.h"

namespace cupel::ledger::identity {

/// Sorted by name. With Method::kShards empty files give none. Precondition: shard_size > 0.
Result<std::vector<Resource>> HashFiles(const std::vector<ModelFile>& files,
                                        const Serialization& serialization, int workers);

}  // namespace cupel::ledger::identity
