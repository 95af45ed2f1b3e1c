#!/usr/bin/env python3
"""Writes tokenizers/unicode-16.0.0.txt from one file of code point ranges per class.

    python3 tokenizers/gen/unicode_classes.py DIR > tokenizers/unicode-16.0.0.txt

DIR holds uniclass_<class>.txt with a line "<first>-<last>" (hex) per range, as the Unicode data compiled
into the reference encoder's regular expression engine has them. A code point gets the first class that
lists it, in the order below; code points of no class are left out.
"""
import pathlib
import sys

CLASSES = [("Lu", "Lu"), ("Ll", "Ll"), ("Lt", "Lt"), ("Lm", "Lm"), ("Lo", "Lo"), ("M", "M"), ("N", "N"),
           ("P", "P"), ("S_sym", "S"), ("S_white", "Z")]


def main(folder: str) -> None:
    of = {}
    for file_name, name in CLASSES:
        for line in pathlib.Path(folder, f"uniclass_{file_name}.txt").read_text().split():
            first, last = (int(x, 16) for x in line.split("-"))
            for cp in range(first, last + 1):
                of.setdefault(cp, name)
    print("# Unicode 16.0.0: class of each code point that the pre-tokenizers tell apart.")
    print("# Lu Ll Lt Lm Lo letters, M marks, N numbers, P punctuation, S symbols, Z white space.")
    start = None
    for cp in sorted(of) + [None]:
        if start is not None and (cp is None or cp != last + 1 or of[cp] != of[start]):
            print(f"{start:04X}-{last:04X} {of[start]}")
            start = None
        if start is None:
            start = cp
        last = cp


main(sys.argv[1])
