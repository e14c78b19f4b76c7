// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the report says about the model, the data and the machine. Descriptive: the frozen plan holds what
/// decides.

#include <string>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/digest.h"
#include "cupel/base/json.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::application::assess {

/// {name, sha256, parameters, flops, inputs, outputs, operators} as docs/formats/report.md lists them.
Json ModelFacts(const std::string& name, const Digest& sha256, const algorithm::graph::Graph& graph);

/// {name, sha256, samples, provenance, licence}.
Json DataFacts(const data::dataset::Dataset& dataset);

/// "Intel(R) Xeon(R) Processor, 2 processors, avx512".
std::string MachineName();

}  // namespace cupel::application::assess
