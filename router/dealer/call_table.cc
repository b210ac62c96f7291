#include "router/dealer/call_table.h"

#include "router/memory/value_bytes.h"

namespace router::dealer {

size_t KeptCall::bytes() const {
  return allocated(sizeof(KeptCall)) + allocated(procedure) + allocated(options.payload_passthru) +
         allocated(details) + payload.held() + transport::allocated(refused);
}

}  // namespace router::dealer
