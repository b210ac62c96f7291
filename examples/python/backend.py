#!/usr/bin/env python3
"""A back end in Python: offers the procedure com.example.add and publishes the time every second.

    ./run                                         the router, in a terminal of its own
    /usr/bin/python3 examples/python/backend.py   needs Autobahn: apt-get install python3-autobahn

Another router's address can be given: backend.py ws://127.0.0.1:8080/ws
"""
import asyncio
import datetime
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession


class BackEnd(ApplicationSession):
    async def onJoin(self, details):
        await self.register(self.add, 'com.example.add')
        print(f'joined {details.realm}: com.example.add is there, com.example.time is published', flush=True)
        while self.is_attached():
            self.publish('com.example.time', datetime.datetime.now().isoformat(timespec='seconds'))
            await asyncio.sleep(1)

    def add(self, a, b):
        return a + b

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


if __name__ == '__main__':
    ApplicationRunner(sys.argv[1] if len(sys.argv) > 1 else 'ws://127.0.0.1:8080/ws', 'realm1').run(BackEnd)
