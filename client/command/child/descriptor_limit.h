// How many descriptors may be open: each command that runs takes some of ours, and is to have the limit that
// it would have without us.
//
// One limit in a process; one thread.
#pragma once

namespace client::command {

// As many as the system lets us have.
void raise_descriptor_limit();
// As it was before, if it was raised. For a new process that is about to become a command.
void restore_descriptor_limit();

}  // namespace client::command
