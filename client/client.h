// The client side of WAMP: all that a program needs to call, register, publish and subscribe.
//
// One thread: a Loop, and Sessions on it. docs/cpp-client.md begins at the beginning.
#pragma once

#include "client/backoff.h"
#include "client/loop.h"
#include "client/messages.h"
#include "client/options.h"
#include "client/payload.h"
#include "client/session.h"
