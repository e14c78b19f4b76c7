// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: GraphProto to graph::Graph.

#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/onnx/import_tensor.h"
#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// The nodes, constants, inputs, outputs and value types of `proto` and its subgraphs. Graph inputs that are
/// constants as well (IR 3, or defaults a caller could override) are dropped from the main graph's inputs.
/// `header` carries what a graph inherits from its model (IR version, operator sets); subgraphs get it as
/// well, so that each graph knows what its operators mean. Precondition: subgraphs are nested as deep as
/// protobuf parses, no deeper.
Result<graph::Graph> ImportGraph(const ::onnx::GraphProto& proto, const graph::Graph& header,
                                 TensorImporter& tensors);

/// "" and "ai.onnx" name the same domain.
std::string NormalDomain(const std::string& domain);

}  // namespace cupel::algorithm::onnx
