//! bpe-openai's count, which makes no ids. It keeps no cache.
mod harness;
use bpe_openai::Tokenizer;

struct BpeOpenai(&'static Tokenizer);

impl harness::Peer for BpeOpenai {
    fn build(encoding: &str, _vocab_dir: &str) -> Self {
        BpeOpenai(match encoding {
            "cl100k_base" => bpe_openai::cl100k_base(),
            "o200k_base" => bpe_openai::o200k_base(),
            _ => panic!("encoding {encoding}"),
        })
    }
    fn fresh(&mut self) {}
    fn count(&mut self, text: &str) -> usize {
        self.0.count(text)
    }
}

fn main() {
    harness::main::<BpeOpenai>();
}
