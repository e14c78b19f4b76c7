// SPDX-License-Identifier: Apache-2.0
// cupel ledger serve, cupel ledger witness: a ledger's files and a witness over HTTP.
#include "cupel/cli/ledger_server_command.h"

#include <fmt/format.h>

#include "cupel/application/server/http_server.h"
#include "cupel/application/server/sites.h"
#include "cupel/base/interrupt.h"
#include "cupel/cli/verifier_key_argument.h"
#include "cupel/ledger/witness/witness_folder.h"

namespace cupel::cli {
namespace {

using application::server::HttpServer;
using application::server::Site;

struct Address {
  std::string host = "127.0.0.1";
  int port = 0;
};

void AddAddress(CLI::App* command, const std::shared_ptr<Address>& address) {
  command->add_option("--port", address->port, "Port; 0 takes a free one and prints it")
      ->check(CLI::Range(0, 65535));
  command->add_option("--host", address->host, "Address to listen on")->capture_default_str();
}

/// Prints the address as soon as it is taken, then serves until SIGINT or SIGTERM.
Status Serve(Session& session, const Address& address, Site site, const std::string& what, Json json) {
  CUPEL_TRY(HttpServer server, HttpServer::Bind(address.host, address.port, std::move(site), {}));
  json["url"] = server.Url();
  json["port"] = server.port();
  session.Print(fmt::format("{} at {}\n", what, server.Url()), json);
  session.Say("serving until interrupted");
  return server.Run([] { return Interrupt::Requested(); });
}

Status ServeLedger(Session& session, const std::string& folder, const Address& address) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(std::filesystem::path(folder) / "checkpoint", code)) {
    return Fail(ErrorCode::kNotFound, "no ledger here: it has no checkpoint", folder, "check the path");
  }
  return Serve(session, address, application::server::LedgerSite(folder), "ledger " + folder, Json());
}

void AddServe(CLI::App& ledger, Session& session) {
  CLI::App* command =
      AddCommand(ledger, "serve", "Hands out a ledger's files over HTTP, to anybody who wants to check them.",
                 "  cupel ledger serve run/ledger --port 8080\n");
  auto folder = std::make_shared<std::string>();
  auto address = std::make_shared<Address>();
  command->add_option("ledger", *folder, "Folder of the ledger")->required();
  AddAddress(command, address);
  OnRun(command, session, [&session, folder, address] { return ServeLedger(session, *folder, *address); });
}

struct InitArguments {
  std::string folder;
  std::string name;
  std::vector<std::string> logs;
};

Status InitWitness(Session& session, const InitArguments& arguments) {
  std::vector<ledger::merkle::NoteVerifier> logs;
  for (const std::string& argument : arguments.logs) {
    CUPEL_TRY(ledger::merkle::NoteVerifier key, ReadLogKey(argument));
    logs.push_back(std::move(key));
  }
  CUPEL_TRY(const auto verifier,
            ledger::witness::CreateWitnessFolder(arguments.folder, arguments.name, logs));
  Json json;
  json["witness"] = verifier.ToText();
  session.Print(verifier.ToText() + "\n", json);
  session.Say("give this verifier key to those who write policies; never copy the folder");
  return {};
}

Status ServeWitness(Session& session, const std::string& folder, const Address& address) {
  CUPEL_TRY(const auto witness, ledger::witness::OpenWitnessFolder(folder, SystemClock()));
  Json json;
  json["witness"] = witness->Verifier().ToText();
  return Serve(session, address, application::server::WitnessSite(*witness),
               "witness " + witness->Verifier().Name(), std::move(json));
}

void AddWitness(CLI::App& ledger, Session& session) {
  CLI::App* witness =
      AddCommand(ledger, "witness", "Watches other people's ledgers and cosigns what stays consistent.",
                 "  cupel ledger witness init w1 --name w1.example --log ledger.vkey\n"
                 "  cupel ledger witness serve w1 --port 8081\n");
  witness->require_subcommand(1);

  CLI::App* init = AddCommand(*witness, "init", "Makes a witness: key, list of ledgers, empty memory.",
                              "  cupel ledger witness init w1 --name w1.example --log ledger.vkey\n");
  auto arguments = std::make_shared<InitArguments>();
  init->add_option("witness", arguments->folder, "Folder to make it in")->required();
  init->add_option("--name", arguments->name, "Its name: a URL without scheme")->required();
  init->add_option("--log", arguments->logs,
                   "Verifier key of a ledger to follow, or a file with it; repeatable")
      ->allow_extra_args(false);
  OnRun(init, session, [&session, arguments] { return InitWitness(session, *arguments); });

  CLI::App* serve = AddCommand(*witness, "serve", "Answers add-checkpoint (C2SP tlog-witness) over HTTP.",
                               "  cupel ledger witness serve w1 --port 8081\n");
  auto folder = std::make_shared<std::string>();
  auto address = std::make_shared<Address>();
  serve->add_option("witness", *folder, "Folder of the witness")->required();
  AddAddress(serve, address);
  OnRun(serve, session, [&session, folder, address] { return ServeWitness(session, *folder, *address); });
}

}  // namespace

void AddLedgerServer(CLI::App& ledger, Session& session) {
  AddServe(ledger, session);
  AddWitness(ledger, session);
  AddLedgerCosign(ledger, session);
}

}  // namespace cupel::cli
