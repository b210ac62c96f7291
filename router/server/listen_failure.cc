#include "router/server/listen_failure.h"

#include <cerrno>
#include <system_error>

namespace router {
namespace {

constexpr int first_free_port = 1024;  // those below it are for who has CAP_NET_BIND_SERVICE

// `error`: an errno; the codes of sockets do not compare with std::errc.
std::string what_helps(int error, const config::Transport& transport) {
  if (error == EADDRINUSE)
    return "Something else listens there, perhaps another wampd: end it, or choose another \"port\".";
  if (error == EACCES && transport.port < first_free_port)
    return "A port below 1024 needs a right: `setcap cap_net_bind_service=+ep` on the program, or "
           "a socket that systemd listens on. Or choose another \"port\".";
  if (error == EADDRNOTAVAIL)
    return "This machine has no such address: choose another \"interface\"; \"0.0.0.0\" is all of them.";
  return "";
}

}  // namespace

std::string listen_failure(const std::runtime_error& error, const config::Transport& transport) {
  const std::string place =
      transport.place.empty() ? "no file is given: --config names one" : transport.place;
  const auto* by_system = dynamic_cast<const std::system_error*>(&error);
  const std::string help = by_system ? what_helps(by_system->code().value(), transport) : "";
  return std::string(error.what()) + " (" + place + ")" + (help.empty() ? "" : ". " + help);
}

}  // namespace router
