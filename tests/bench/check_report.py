#!/usr/bin/env python3
"""The report's promise: no ratio where the counts differ, unless the difference is explained. Run by `make bench-check`."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from measure import Results  # noqa: E402
from report import Report  # noqa: E402


def results(ours, theirs, peer, docs=(10, 10)):
    r = Results()
    r.bytes["english"] = 1_000_000
    for name, tokens, n_docs, seconds in (("tok", ours, docs[0], 0.001), (peer, theirs, docs[1], 0.002)):
        r.counts[name, "english", "o200k_base", 64] = (n_docs, tokens)
        r.seconds[name, "english", "o200k_base", 64, "warm"] = [seconds]
    return r


class Ratios(unittest.TestCase):
    def shown(self, r, peer):
        report = Report()
        return report.ratio_text(r, peer, "english", "o200k_base", 64, "warm"), report.footnotes

    def test_equal_counts_give_a_ratio(self):
        self.assertEqual(self.shown(results(100_000, 100_000, "tiktoken"), "tiktoken"), ("2.0×", []))

    def test_one_token_more_and_the_ratio_is_refused(self):
        text, notes = self.shown(results(100_000, 100_001, "tiktoken"), "tiktoken")
        self.assertEqual(text, "counts differ")
        self.assertEqual(len(notes), 1)

    def test_newer_unicode_explains_a_small_difference_only(self):
        text, notes = self.shown(results(100_000, 100_001, "gigatoken"), "gigatoken")
        self.assertEqual(text, "2.0×*")
        self.assertIn("Unicode", notes[0])
        self.assertEqual(self.shown(results(100_000, 100_011, "gigatoken"), "gigatoken")[0], "counts differ")

    def test_other_documents_are_no_comparison(self):
        self.assertEqual(self.shown(results(100, 100, "tiktoken", (10, 11)), "tiktoken")[0], "counts differ")

    def test_nothing_is_shown_where_tok_itself_is_wrong(self):
        r = results(100, 100, "tiktoken")
        r.distrusted = {("english", "o200k_base")}
        self.assertEqual(self.shown(r, "tiktoken")[0], "counts differ")


if __name__ == "__main__":
    unittest.main()
