"""Computes every figure of the service from the file of records that it exports."""

import csv
import json
import math
import os
import unittest
from collections import Counter, defaultdict
from datetime import datetime, timezone

import numpy
import pyarrow.parquet

with open(json.loads(os.environ["CLIENT_WORLD"])["file"], encoding="utf-8") as file:
    WORLD = json.load(file)
# Up to so many rows quantiles are exact.
EXACT_ROWS = 50_000
# What a spreadsheet would take for a formula has an apostrophe before it.
FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def plain(text):
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def moment(at_ms):
    if at_ms is None:
        return None
    text = datetime.fromtimestamp(at_ms / 1000, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def millis(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def thousandths(text):
    return round(float(text) * 1000) if text else 0


class Row:
    """A request, as a line of the CSV has it."""

    def __init__(self, line):
        self.id = line["request_id"]
        self.at = millis(line["Timestamp"])
        self.model = plain(line["Model"])
        self.operation = plain(line["Operation"])
        self.project = plain(line["Project"])
        self.ok = line["Success"] == "Yes"
        self.error = plain(line["Error"])
        self.shown = line["Latency (ms)"]
        self.took = thousandths(line["latency_ms"])
        self.rate = line["tokens_per_second"]
        self.load = thousandths(line["model_load_ms"])
        self.generation = thousandths(line["generation_ms"])
        self.inference = thousandths(line["inference_ms"])
        self.saved = thousandths(line["saved_ms"])
        self.tokens_in = int(line["input_tokens"] or 0)
        self.tokens_out = int(line["output_tokens"] or 0)


with open(WORLD["csv"], encoding="utf-8", newline="") as file:
    LINES = list(csv.DictReader(file))
ROWS = [Row(line) for line in LINES]


def rounded(value, decimals):
    """As the service rounds: halves go up."""
    return math.floor(value * 10**decimals + 0.5) / 10**decimals


def mean(total, count):
    return total / count if count else 0


def average(rows):
    return rounded(mean(sum(row.took for row in rows) / 1000, len(rows)), 2)


def latencies(rows):
    tooks = [row.took for row in rows]
    figures = {"average_latency_ms": average(rows)}
    for q in (50, 95, 99):
        took = numpy.percentile(tooks, q, method="inverted_cdf") if tooks else 0
        figures[f"p{q}_latency_ms"] = rounded(int(took) / 1000, 2)
    return figures


def ends(rows):
    good = sum(row.ok for row in rows)
    return {
        "total_requests": len(rows),
        "successful_requests": good,
        "failed_requests": len(rows) - good,
    }


def by_model(rows):
    return dict(Counter(row.model for row in rows))


def by_operation(rows):
    return dict(Counter(row.operation for row in rows))


def first_and_last(rows):
    times = [row.at for row in rows]
    return moment(min(times, default=None)), moment(max(times, default=None))


def metrics(rows):
    first, last = first_and_last(rows)
    return {
        **ends(rows),
        "requests_by_model": by_model(rows),
        "requests_by_operation": by_operation(rows),
        "errors_by_type": dict(Counter(row.error for row in rows if not row.ok)),
        **latencies(rows),
        "first_request_time": first,
        "last_request_time": last,
        "exact": len(rows) <= EXACT_ROWS,
    }


def means(rows):
    def of(total):
        return rounded(mean(total / 1000, len(rows)), 3)

    return {
        "avg_tokens_per_second": of(sum(thousandths(row.rate) for row in rows)),
        "avg_load_time_ms": of(sum(row.load for row in rows)),
        "avg_generation_time_ms": of(sum(row.generation for row in rows)),
    }


def grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def performance(rows):
    measured = [row for row in rows if row.ok and row.rate != ""]
    return {
        **means(measured),
        "total_requests": len(measured),
        "by_model": {
            model: {**means(of_model), "request_count": len(of_model)}
            for model, of_model in grouped(measured, lambda row: row.model).items()
        },
    }


def project_metrics(name, rows):
    first, last = first_and_last(rows)
    return {
        "project_name": name,
        **ends(rows),
        "requests_by_model": by_model(rows),
        "requests_by_operation": by_operation(rows),
        "average_latency_ms": average(rows),
        "total_latency_ms": rounded(sum(row.took for row in rows) / 1000, 2),
        "first_request_time": first,
        "last_request_time": last,
    }


def hour_metrics(hour, rows):
    good = sum(row.ok for row in rows)
    return {
        "timestamp": moment(hour * HOUR_MS),
        "requests_count": len(rows),
        "successful_count": good,
        "failed_count": len(rows) - good,
        "average_latency_ms": average(rows),
        "requests_by_model": by_model(rows),
    }


def analytics(rows):
    first, last = first_and_last(rows)
    projects = grouped(rows, lambda row: row.project)
    hours = grouped(rows, lambda row: row.at // HOUR_MS)
    return {
        **ends(rows),
        "success_rate": mean(sum(row.ok for row in rows), len(rows)),
        **latencies(rows),
        "requests_by_model": by_model(rows),
        "requests_by_operation": by_operation(rows),
        "requests_by_project": {name: len(of) for name, of in projects.items()},
        "project_metrics": {name: project_metrics(name, of) for name, of in projects.items()},
        "hourly_metrics": [hour_metrics(hour, hours[hour]) for hour in sorted(hours)],
        "start_time": first,
        "end_time": last,
        "exact": len(rows) <= EXACT_ROWS,
    }


def usage(rows, everybody):
    of_day = Counter()
    for row in everybody:
        of_day[row.at // DAY_MS] += row.inference
    days = grouped(rows, lambda row: (row.at // DAY_MS, row.project, row.model))

    def of(day, project, model):
        group = days[day, project, model]
        inference = sum(row.inference for row in group) / 1000
        share = inference / (of_day[day] / 1000) if of_day[day] else 0
        return {
            "day": moment(day * DAY_MS)[:10],
            "project": project,
            "model": model,
            "requests": len(group),
            "failed_requests": sum(not row.ok for row in group),
            "input_tokens": sum(row.tokens_in for row in group),
            "output_tokens": sum(row.tokens_out for row in group),
            "inference_seconds": rounded(inference / 1000, 3),
            "saved_seconds": rounded(sum(row.saved for row in group) / 1000 / 1000, 3),
            "share": rounded(share, 6),
        }

    return [of(*key) for key in sorted(days)]


class Figures(unittest.TestCase):
    maxDiff = 2000

    def asked(self, route):
        """What the service has said, and the rows that it is about, in each of the windows."""
        answers = [answer for answer in WORLD["answers"] if answer["route"] == route]
        self.assertGreaterEqual(len(answers), 5)
        asked = []
        for answer in answers:
            later = set(answer["later"])
            there = [row for row in ROWS if row.id not in later]
            minutes, project = answer["minutes"], answer["project"]
            from_ms = 0 if minutes is None else answer["at"] - minutes * 60_000
            if route == "/usage":
                from_ms -= from_ms % DAY_MS
            rows = [
                row
                for row in there
                if (minutes is None or (minutes > 0 and row.at >= from_ms))
                and project in (None, row.project)
            ]
            if minutes != 0:
                self.assertGreater(len(rows), 5)
            asked.append((answer["body"], rows, there))
        return asked

    def same(self, said, computed):
        for name in ("p50_latency_ms", "p95_latency_ms", "p99_latency_ms"):
            if name not in said or said["exact"]:
                continue
            self.assertLess(abs(said[name] / computed[name] - 1), 0.01)
            said = {**said, name: computed[name]}
        self.assertEqual(said, computed)

    def test_metrics(self):
        for body, rows, _ in self.asked("/metrics"):
            self.same(body, metrics(rows))

    def test_performance(self):
        for body, rows, _ in self.asked("/performance/stats"):
            self.same(body, performance(rows))

    def test_analytics(self):
        for body, rows, _ in self.asked("/analytics"):
            self.same(body, analytics(rows))

    def test_usage(self):
        for body, rows, everybody in self.asked("/usage"):
            key = lambda row: (row["day"], row["project"], row["model"])
            said = sorted(body["usage"], key=key)
            computed = sorted(usage(rows, everybody), key=key)
            self.assertEqual(said, computed)
            self.assertEqual(sorted(row["day"] for row in said), [row["day"] for row in body["usage"]])

    def test_days_are_shared_whole(self):
        whole = Counter()
        for row in self.asked("/usage")[0][0]["usage"]:
            whole[row["day"]] += row["share"]
        for share in whole.values():
            self.assertLess(abs(share - 1), 0.001)

    def test_usage_csv(self):
        with open(WORLD["usageCsv"], encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        rows = self.asked("/usage")[0][0]["usage"]
        # Only the reader's own requests have come since.
        known = [row for row in rows if row["project"] != "unknown"]
        told = [line for line in lines if line["project"] != "unknown"]
        self.assertEqual(len(told), len(known))
        for line, row in zip(told, known, strict=True):
            self.assertEqual(
                {name: plain(text) for name, text in line.items()},
                {name: f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
                 for name, value in row.items()},
            )

    def test_columns(self):
        columns = ["Timestamp", "Model", "Operation", "Latency (ms)", "Success", "Error", "Project"]
        self.assertEqual(list(LINES[0])[:7], columns)
        for row in ROWS:
            self.assertEqual(row.shown, f"{rounded(row.took / 1000, 2):.2f}")

    def test_names_come_back_whole(self):
        self.assertLessEqual(set(WORLD["projects"]), {row.project for row in ROWS})
        for line in LINES:
            for text in line.values():
                self.assertFalse(text.startswith(FORMULA), text)

    def test_parquet(self):
        with pyarrow.parquet.ParquetFile(WORLD["parquet"]) as file:
            groups = file.metadata.num_row_groups
            table = file.read()
        self.assertEqual(groups, math.ceil(table.num_rows / 2000))
        self.assertEqual(table.column_names, list(LINES[0]))
        rows = table.to_pylist()
        # The export of the CSV is in what was exported after it.
        self.assertEqual(len(rows), len(LINES) + 1)
        for row, line in zip(rows, LINES):
            self.assertEqual({name: text_of(row[name]) for name in row}, {**line, **plains(line)})


def plains(line):
    numbers = ("Latency (ms)", "latency_ms", "tokens_per_second")
    return {
        name: text_of(float(text)) if text and (name.endswith("_ms") or name in numbers) else plain(text)
        for name, text in line.items()
    }


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return moment(round(value.replace(tzinfo=timezone.utc).timestamp() * 1000))
    return str(value)
