"""Prometheus' own parser reads what the service writes, and numpy counts the same from the records."""

import json
import os
import unittest

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

WORLD = json.loads(os.environ["CLIENT_WORLD"])


def families(file):
    with open(file, encoding="utf-8") as text:
        return {family.name: family for family in text_string_to_metric_families(text.read())}


def records():
    with open(WORLD["records"], encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class WholeExposition(unittest.TestCase):
    def test_all_metrics_have_help_type_and_samples(self):
        for name, family in families(WORLD["running"]).items():
            with self.subTest(name):
                self.assertTrue(name.startswith(("shared_ollama_", "process_", "nodejs_")))
                self.assertIn(family.type, ("counter", "gauge", "histogram"))
                self.assertGreater(len(family.documentation), 5)
                self.assertTrue(family.samples or family.type != "gauge")

    def test_no_series_is_there_twice(self):
        seen = set()
        for family in families(WORLD["running"]).values():
            for sample in family.samples:
                series = (sample.name, tuple(sorted(sample.labels.items())))
                self.assertNotIn(series, seen)
                seen.add(series)

    def test_buckets_only_grow_up_to_the_count(self):
        for family in families(WORLD["running"]).values():
            if family.type != "histogram":
                continue
            by_labels = {}
            for sample in family.samples:
                if sample.name.endswith("_bucket"):
                    labels = {k: v for k, v in sample.labels.items() if k != "le"}
                    key = tuple(sorted(labels.items()))
                    by_labels.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
            counts = {
                tuple(sorted(sample.labels.items())): sample.value
                for sample in family.samples
                if sample.name.endswith("_count")
            }
            for key, buckets in by_labels.items():
                values = [value for _, value in sorted(buckets)]
                self.assertEqual(values, sorted(values))
                self.assertEqual(values[-1], counts[key])


class FiguresOfRecords(unittest.TestCase):
    def setUp(self):
        self.families = families(WORLD["counted"])
        self.records = records()

    def total(self, name, **labels):
        return sum(
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == f"shared_ollama_{name}"
            and labels.items() <= sample.labels.items()
        )

    def of_each(self):
        """Each project and model with its records."""
        groups = {}
        for record in self.records:
            key = (record["project"], record.get("model", "none"))
            groups.setdefault(key, []).append(record)
        return [({"project": project, "model": model}, own) for (project, model), own in groups.items()]

    def test_requests_are_counted_exactly(self):
        self.assertEqual(self.total("requests_total"), len(self.records))
        for labels, own in self.of_each():
            for outcome in {record["ended"] for record in own}:
                expected = sum(record["ended"] == outcome for record in own)
                self.assertEqual(self.total("requests_total", outcome=outcome, **labels), expected)

    def test_tokens_seconds_and_bytes_are_those_of_the_records(self):
        for labels, own in self.of_each():
            for name, field, parts in (
                ("input_tokens_total", "inputTokens", 1),
                ("output_tokens_total", "outputTokens", 1),
                ("inference_seconds_total", "inferenceMs", 1000),
                ("cache_saved_seconds_total", "savedMs", 1000),
                ("images_total", "images", 1),
                ("image_saved_bytes_total", "imageBytesSaved", 1),
            ):
                expected = sum(record.get(field, 0) for record in own) / parts
                self.assertAlmostEqual(self.total(name, **labels), expected, places=6)

    def test_buckets_hold_as_many_as_numpy_counts(self):
        for labels, own in self.of_each():
            seconds = np.array([record["tookMs"] / 1000 for record in own])
            name = "request_duration_seconds"
            self.assertEqual(self.total(f"{name}_count", **labels), seconds.size)
            self.assertAlmostEqual(self.total(f"{name}_sum", **labels), seconds.sum(), places=6)
            for bound in (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600):
                found = self.total(f"{name}_bucket", le=f"{bound:g}", **labels)
                self.assertEqual(found, np.count_nonzero(seconds <= bound))

    def test_errors_and_operations_are_counted_exactly(self):
        codes = [record.get("errorCode") for record in self.records]
        for code in {code for code in codes if code}:
            self.assertEqual(self.total("request_errors_total", code=code), codes.count(code))
        operations = [record.get("operation", "none") for record in self.records]
        for operation in set(operations):
            found = self.total("operations_total", operation=operation)
            self.assertEqual(found, operations.count(operation))
