"""Ids by a family's own implementation. Run in the environment of build/bench/vocab (see vocab.sh).

    vocab_reference.py <kind> <file> [pattern]

kind: tokenizers, sentencepiece, tiktoken, tekken. Reads a JSON string a line, writes a JSON array of ids a line.
"""
import base64
import json
import sys


def tokenizers(path, _):
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(path)
    return lambda s: t.encode(s, add_special_tokens=False).ids


def sentencepiece(path, _):
    import sentencepiece
    t = sentencepiece.SentencePieceProcessor(model_file=path)
    return t.encode


def tiktoken(path, pattern):
    import tiktoken
    ranks = {}
    for line in open(path, "rb"):
        if line.strip():
            token, rank = line.split()
            ranks[base64.b64decode(token)] = int(rank)
    t = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return t.encode_ordinary


def tekken(path, _):
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer
    t = Tekkenizer.from_file(path)
    return lambda s: t.encode(s, bos=False, eos=False)


def main():
    encode = globals()[sys.argv[1]](sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    for line in sys.stdin:
        print(json.dumps(encode(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
