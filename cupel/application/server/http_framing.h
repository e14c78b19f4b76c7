// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a request ends, and whether everybody on the way sees the same end. Only http_server.cc includes
/// this.
///
/// A proxy that sees a request end elsewhere than the server does lets a client slip a second request past
/// it. The library takes the first of two lengths, reads "+5" and "5x" as 5, keeps blanks in the names of
/// headers, and takes a malformed chunk for the end of a body. Source: RFC 9112, sections 5 and 6.

#include <httplib.h>

#include <optional>

#include "cupel/application/server/http.h"

namespace cupel::application::server {

/// The refusal of a request whose end could be seen in two places, or cannot be found well; its body must not
/// be read, and the connection must end.
std::optional<HttpReply> FramingFault(const httplib::Request& request);

/// Whether a body follows the header, of any kind.
bool AnnouncesBody(const httplib::Request& request);

}  // namespace cupel::application::server
