// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Both ends of a connection as tests need them: a client that sends whatever it is told to, a server that
/// answers whatever it is told to, and the real server on a thread. Loopback alone. For tests only.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cupel/application/server/http_server.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::server {

inline sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// False once the other side has closed.
inline bool SendAll(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = Loopback(port);
    CUPEL_CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  bool Send(std::string_view text) { return SendAll(socket_, text); }

  /// The server meets the end of what is sent; answers can still be read.
  void FinishSending() { ::shutdown(socket_, SHUT_WR); }

  /// Everything until the server closes the connection.
  std::string ReadToEnd() {
    while (ReadOnce()) continue;
    return std::exchange(read_, {});
  }
  /// Everything up to and with `end`, or until the server closes.
  std::string ReadTo(std::string_view end) {
    while (read_.find(end) == std::string::npos && ReadOnce()) continue;
    return std::exchange(read_, {});
  }

 private:
  bool ReadOnce() {
    char buffer[4096];
    const ssize_t count = ::recv(socket_, buffer, sizeof(buffer), 0);
    if (count > 0) read_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  std::string read_;
};

/// Our server, for as long as this lives.
class RunningServer {
 public:
  explicit RunningServer(Site site, const ServerLimits& limits = {})
      : server_(HttpServer::Bind("127.0.0.1", 0, std::move(site), limits).value()),
        thread_([this] { EXPECT_THAT(server_.Run([this] { return stop_.load(); }), testing::IsOk()); }) {}
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() { Stop(); }

  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int port() const { return server_.port(); }
  std::string Url(const std::string& path = "") const { return server_.Url() + path; }
  /// Sends the text as it is and returns all answers; the server must close the connection.
  std::string Exchange(std::string_view text) const {
    RawClient client(port());
    client.Send(text);
    return client.ReadToEnd();
  }

 private:
  HttpServer server_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// Does to each connection what it is told to; the connection ends with the function.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::function<void(int socket)> each)
      : each_(std::move(each)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    CUPEL_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    CUPEL_CHECK(::listen(listener_, 64) == 0);
    CUPEL_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(socket)) {
        ++accepted_;
        each_(socket);
      }
    });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  int accepted() const { return accepted_; }
  std::string Url(const std::string& path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }

 private:
  const std::function<void(int)> each_;
  int listener_;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

inline std::size_t CountOf(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

inline double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What a site was asked, and simple answers to it.
class CountingSite {
 public:
  Site Get() {
    Site site;
    site.get = [this](std::string_view path) -> HttpReply {
      ++gets;
      if (path == "/throw") throw std::runtime_error("a fault of the site");
      if (path == "/large") return {200, "application/octet-stream", std::string(3'000'000, 'x'), ""};
      if (path == "/huge") return {200, "application/octet-stream", std::string(30'000'000, 'x'), ""};
      return {200, "text/plain", "get " + std::string(path), "no-cache"};
    };
    site.post["/add-checkpoint"] = [this](std::string_view body) -> HttpReply {
      ++posts;
      return {200, "text/plain", fmt::format("post {} {}", body.size(), body.substr(0, 20)), ""};
    };
    return site;
  }

  std::atomic<int> gets = 0;
  std::atomic<int> posts = 0;
};

/// Small limits, so that tests pass them soon.
inline ServerLimits SmallLimits() {
  ServerLimits limits;
  limits.body_bytes = 1000;
  limits.timeout_ms = 700;
  limits.threads = 4;
  return limits;
}

}  // namespace cupel::application::server
