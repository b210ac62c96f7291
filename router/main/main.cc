// The program: which command it is, and what becomes of what goes wrong.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "bench/load/command.h"
#include "bench/load/failure.h"
#include "client/command/commands.h"
#include "client/command/completion.h"
#include "client/command/connection/exit_status.h"
#include "router/auth/proofs/credential.h"
#include "router/base/version.h"
#include "router/dev_cert/dev_cert.h"
#include "router/main/check.h"
#include "router/main/program_options.h"
#include "router/main/serve.h"
#include "router/main/upgrade.h"

namespace {

CLI::App* add_dev_cert(CLI::App& app, router::DevCertOptions& options) {
  CLI::App* const command = app.add_subcommand(
      "dev-cert", "Make certificates for this machine, signed by an authority of its own.");
  command->add_option("names", options.names, "further DNS names or IP addresses of the server");
  command->add_option("--directory", options.directory, "where to put the files")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--client", options.clients, "make a certificate for a client of that name")
      ->type_name("NAME")
      ->allow_extra_args(false);
  return command;
}

CLI::App* add_credential(CLI::App& app, router::auth::CredentialOptions& options) {
  CLI::App* const command = app.add_subcommand(
      "credential", "Read a password from the standard input and print what a configuration keeps of it.");
  command->add_option("method", options.method)
      ->check(CLI::IsMember({"scram", "wampcra"}))
      ->capture_default_str();
  command->add_option("--role", options.role, "role of the principal")->capture_default_str();
  command->add_option("--kdf", options.kdf, "key derivation of scram")
      ->check(CLI::IsMember({"argon2id13", "pbkdf2"}))
      ->capture_default_str();
  command->add_option("--iterations", options.iterations, "default: a good number for the method");
  command->add_option("--memory", options.memory, "KiB of memory for argon2id13")->capture_default_str();
  command->add_flag("--autobahn", options.for_autobahn,
                    "for clients that take Argon2's result in base64, as Autobahn|Python does");
  return command;
}

// Ends as the other subcommands do that connect to a router.
client::command::ExitStatus status_of(const bench::load::Failure& failure) {
  using Kind = bench::load::Failure::Kind;
  using client::command::ExitStatus;
  client::End end;
  switch (failure.kind()) {
    case Kind::cannot_connect:
      return ExitStatus::cannot_connect;
    case Kind::aborted:
      end.kind = client::kind_of_abort(failure.uri(), false);
      return client::command::status_of(end);
    case Kind::refused:
      return client::command::status_of(failure.uri());
    case Kind::late:
      return ExitStatus::timeout;
    case Kind::lost:
      return ExitStatus::connection_lost;
    case Kind::interrupted:
      break;
  }
  return ExitStatus::interrupted;
}

int run(const bench::load::Command& bench) {
  try {
    return bench.run();
  } catch (const bench::load::Failure& failure) {
    router::program::complain(failure.what());
    return static_cast<int>(status_of(failure));
  }
}

std::string read_password() {
  std::string password;
  std::getline(std::cin, password);
  return password;
}

CLI::App* add_upgrade(CLI::App& app, router::program::UpgradeOptions& options) {
  CLI::App* const command = app.add_subcommand(
      "upgrade", "Start the running router anew, as the program is now, without refusing a client.");
  command
      ->add_option("--pid", options.process, "process to upgrade; default: the only router of this machine")
      ->type_name("PID");
  return command;
}

// Where it was found by its name, so that another program, or a link to one, may stand there when it is
// started anew.
std::string path_of_program(const std::string& name) {
  std::error_code ignored;
  if (name.find('/') != name.npos) return std::filesystem::absolute(name, ignored).string();
  const char* const folders = std::getenv("PATH");
  std::istringstream all(folders ? folders : "");
  for (std::string folder; std::getline(all, folder, ':');)
    if (const std::string path = folder + "/" + name; ::access(path.c_str(), X_OK) == 0) return path;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

// A descriptor of our own that got the number of a closed one would be taken for standard input or output.
void open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0)
      ::open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_descriptors();
  CLI::App app(
      "wampd: a WAMP v2 router. Without a configuration file it serves realm \"realm1\" to anonymous "
      "clients at ws://127.0.0.1:8080/ws.",
      "wampd");
  router::program::Options options;
  options.program = path_of_program(argv[0]);
  options.command_line = {argv, argv + argc};
  options.parent = ::getppid();
  router::program::add_config_options(app, options);
  router::program::add_serve_options(app, options);
  app.set_version_flag("--version", "wampd " + std::string(router::version));
  router::DevCertOptions dev_cert;
  const CLI::App* const make_dev_cert = add_dev_cert(app, dev_cert);
  router::auth::CredentialOptions credential;
  const CLI::App* const make_credential = add_credential(app, credential);
  CLI::App* checking = app.add_subcommand("check", "Say what a configuration serves, and end.");
  router::program::add_check_options(*checking, options);
  router::program::UpgradeOptions upgrade;
  const CLI::App* const upgrading = add_upgrade(app, upgrade);
  CLI::App* const benching =
      app.add_subcommand("bench", "Load a router, this or another, and say what it does and what it takes.");
  const bench::load::Command bench(*benching);
  client::command::Commands commands(app, router::program::explain_file);
  try {
    if (argc > 1 && argv[1] == std::string_view("--complete")) {  // shells ask this
      std::fputs(client::command::complete(app, {argv + 2, argv + argc}).c_str(), stdout);
      return EXIT_SUCCESS;
    }
    app.parse(commands.words(argc, argv));
    if (benching->parsed() || commands.parsed()) router::program::refuse_router_options(app);
    if (benching->parsed()) return run(bench);
    if (commands.parsed()) return commands.run();
    if (make_dev_cert->parsed()) {
      std::fputs(router::make_dev_certificates(dev_cert).c_str(), stdout);
      return EXIT_SUCCESS;
    }
    if (make_credential->parsed()) {
      std::fputs(router::auth::make_credential(credential, read_password()).c_str(), stdout);
      return EXIT_SUCCESS;
    }
    if (upgrading->parsed()) return router::program::upgrade(upgrade);
    router::program::settle_config_file(options);
    return checking->parsed() ? router::program::check(options) : router::program::serve(options);
  } catch (const CLI::ParseError& error) {
    return router::program::report(app, error);
  } catch (const router::program::UsageError& error) {
    return router::program::report(error);
  } catch (const std::exception& error) {
    router::program::complain(error.what());
    return EXIT_FAILURE;
  }
}
