#include "transport/messages/throttle.h"

namespace transport {

void Throttle::slow_down_if_over() {
  const auto now = stream_.state().now;
  if (waits_ || !meter_.over(now)) return;
  timer_.expires_at(meter_.goes_on_at(now));
  timer_.async_wait([this](asio::error_code) {
    waits_ = false;
    if (stream_.is_usable({})) connection_.resume_reading(Pause::rate);
  });
  waits_ = true;  // now that there was memory for it
  connection_.pause_reading(Pause::rate);
}

}  // namespace transport
