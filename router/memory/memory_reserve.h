// Memory that is set aside for the moment when there is none left: a large message that fails takes its
// session with it, and what is small, such as the end of that session, can still be done.
//
// Of the whole process, as operator new is. It is address space that nothing is written to, so it counts
// where that is limited (ulimit -v, ulimit -d). Any thread.
#pragma once

namespace router::memory_reserve {

// From now on operator new takes from it before it fails.
void set_up();
// Sets aside what was taken, if there is enough again. Often. Nothing in a process that has set up none.
void refill();

}  // namespace router::memory_reserve
