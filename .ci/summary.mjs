// Adds up the test reports of all runs; a skipped test counts as a failure.
import { readFileSync } from "node:fs";

const [checksFailed, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of reports) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    console.log(`no test report at ${file}`);
    failed += 1;
    continue;
  }
  const skipped = report.numPendingTests + report.numTodoTests;
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === "pending") console.log(`skipped: ${test.fullName}`);
    }
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests + skipped;
  // A file that could not be read has no tests of its own to count.
  if (!report.success && report.numFailedTests === 0) failed += 1;
}
if (checksFailed !== "0") failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
