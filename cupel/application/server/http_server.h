// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An HTTP/1.1 server for one site (http.h), with limits on what a stranger can make it do.
///
/// Promises: a body over the limit never reaches the site; a request over its bytes or its time, dripping or
/// silent, ends the connection; silent clients make way for waiting ones; ranges, forms and compressed bodies
/// are not interpreted; a body where none belongs, and a request whose end others might see elsewhere, are
/// refused and end the connection, so a body needs a Content-Length; a site that throws is a 500; `Run`
/// returns after `stop` and all requests in progress. Does not promise: TLS, nor to stand against a flood: on
/// the open Internet put a proxy in front that ends TLS and counts clients.
///
///     CUPEL_TRY(HttpServer server, HttpServer::Bind("127.0.0.1", 0, site, {}));
///     Print(server.Url());
///     CUPEL_TRY_STATUS(server.Run([] { return Interrupt::Requested(); }));

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "cupel/application/server/http.h"
#include "cupel/base/error.h"

namespace cupel::application::server {

struct ServerLimits {
  std::size_t body_bytes = std::size_t{1} << 17;
  int timeout_ms = 10000;  ///< For a whole request and its answer; and for the next request to begin.
  int threads = 16;        ///< Connections at a time; others wait.
};

class HttpServer {
 public:
  /// Takes the port at once (0: any free one), serves nothing yet.
  /// Errors: kInvalidArgument for a port out of range; kPermission when it cannot be taken.
  static Result<HttpServer> Bind(const std::string& host, int port, Site site, const ServerLimits& limits);

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();

  int port() const;
  /// "http://127.0.0.1:8080".
  std::string Url() const;

  /// Serves until `stop` says true; it is asked 20 times a second. Errors: kInternal when the socket fails.
  Status Run(const std::function<bool()>& stop);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel::application::server
