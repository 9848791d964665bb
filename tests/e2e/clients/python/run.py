"""Runs the tests of one module, and says of each in a line of JSON how it ended."""

import json
import sys
import traceback
import unittest


class Lines(unittest.TestResult):
    def _say(self, test, problem=None):
        name = test.id().removeprefix(f"{sys.argv[1]}.")
        print(json.dumps({"name": name, "problem": problem}), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._say(test)

    def addError(self, test, err):
        super().addError(test, err)
        self._say(test, "".join(traceback.format_exception(*err)))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say(test, "".join(traceback.format_exception(*err)))


unittest.defaultTestLoader.loadTestsFromName(sys.argv[1]).run(Lines())
