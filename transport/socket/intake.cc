#include "transport/socket/intake.h"

// Not netinet/tcp.h: it knows less, and they do not go together.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace transport {

Intake intake_of(int descriptor, uint64_t written) {
  int waiting = 0;
  if (::ioctl(descriptor, SIOCOUTQ, &waiting) != 0) waiting = 0;
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
    return {static_cast<int64_t>(info.tcpi_bytes_acked), waiting, info.tcpi_snd_wnd};
  return {static_cast<int64_t>(written) - waiting, waiting, 0};
}

}  // namespace transport
