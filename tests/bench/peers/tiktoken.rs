//! tiktoken's Rust core without Python around it: CoreBPE::encode_ordinary. It keeps no cache.
mod harness;
use std::collections::HashMap;
use tiktoken::{CoreBPE, Rank};

const CL100K: &str = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";
const O200K: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

struct Tiktoken(CoreBPE);

fn base64(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut n) = (0u32, 0);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | value as u32;
        n += 6;
        if n >= 8 {
            n -= 8;
            out.push((bits >> n) as u8);
        }
    }
    out
}

impl harness::Peer for Tiktoken {
    fn build(encoding: &str, vocab_dir: &str) -> Self {
        let file = std::fs::read_to_string(format!("{vocab_dir}/{encoding}.tiktoken")).unwrap();
        let ranks = file.lines().map(|line| {
            let (token, rank) = line.split_once(' ').unwrap();
            (base64(token), rank.parse::<Rank>().unwrap())
        });
        let ranks: Vec<(Vec<u8>, Rank)> = ranks.collect();
        let pattern = if encoding == "cl100k_base" { CL100K } else { O200K };
        type Specials = HashMap<String, Rank>;
        type Named = HashMap<String, (Rank, Rank)>;
        let core = CoreBPE::new::<_, Specials, Named>(ranks, Specials::new(), pattern);
        Tiktoken(core.unwrap())
    }
    fn fresh(&mut self) {}
    fn count(&mut self, text: &str) -> usize {
        self.0.encode_ordinary(text).len()
    }
}

fn main() {
    harness::main::<Tiktoken>();
}
