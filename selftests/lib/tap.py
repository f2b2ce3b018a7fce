# SPDX-License-Identifier: GPL-2.0-only
"""Prints TAP, for programs in Python; lib/tap.sh does for the shell."""


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, passed, notes=()):
        """Prints one check and, if it failed, the notes about it."""
        self.count += 1
        self.failed += not passed
        print('ok' if passed else 'not ok', self.count, '-', name)
        for note in () if passed else notes:
            print('#', note)

    def check_all(self, name, exceptions, spare):
        """Prints one check, which passes with so many exceptions at the most."""
        self.check(name, len(exceptions) <= spare)
        for exception in exceptions:
            print('#', exception)

    def plan(self):
        """Prints the plan. Returns whether there were checks and none failed."""
        print(f'1..{self.count}')
        return self.count > 0 and not self.failed
