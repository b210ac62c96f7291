#include "router/member.h"

#include "router/pending_call.h"

namespace router {

Member::Member(const SessionRef& r, Identity i, const wamp::ClientFeatures& f, const RolePermissions& p)
    : ref(r), identity(std::move(i)), features(f), permissions(p) {}

Member::~Member() = default;

}  // namespace router
