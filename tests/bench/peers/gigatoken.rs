//! gigatoken's own Rust library, called as its single-thread benchmark does: flat ids into one buffer that is
//! kept between calls. `fork` gives a tokenizer with a cache that holds nothing but the vocabulary.
mod harness;
use gigatoken_rs::Tokenizer;
use gigatoken_rs::load_tokenizer::tiktoken::load_tiktoken;
use gigatoken_rs::pretokenize::PretokenizerType;

struct Gigatoken {
    seed: Tokenizer,
    tokenizer: Tokenizer,
    ids: Vec<u32>,
}

impl harness::Peer for Gigatoken {
    fn build(encoding: &str, vocab_dir: &str) -> Self {
        // Huge pages are worth 10-15 % to it; some parents of this process disable them.
        unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 0, 0, 0, 0) };
        let pretokenizer = match encoding {
            "cl100k_base" => PretokenizerType::GPT4,
            "o200k_base" => PretokenizerType::O200k,
            _ => panic!("encoding {encoding}"),
        };
        let path = format!("{vocab_dir}/{encoding}.tiktoken");
        let tokenizer = load_tiktoken(path, pretokenizer, Vec::new()).unwrap();
        Gigatoken { seed: tokenizer.fork(), tokenizer, ids: Vec::with_capacity(4 << 20) }
    }
    fn fresh(&mut self) {
        self.tokenizer = self.seed.fork();
    }
    fn count(&mut self, text: &str) -> usize {
        self.ids.clear();
        let pieces = self.tokenizer.pretokenizer_type().pretokenize(text.as_bytes());
        self.tokenizer.memoized_encode_flat(pieces, &mut self.ids);
        self.ids.len()
    }
}

fn main() {
    harness::main::<Gigatoken>();
}
