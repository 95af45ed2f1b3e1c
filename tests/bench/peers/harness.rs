//! What the native Rust peers share: the same options, document cuts, passes and output lines as
//! tests/bench/bench_tokens.c, whose header describes them. CPU time of the whole process is measured.
use std::time::Duration;

pub trait Peer {
    /// Everything that a program must do before it can count its first text.
    fn build(encoding: &str, vocab_dir: &str) -> Self;
    /// Back to the state after `build`, untimed: empty caches.
    fn fresh(&mut self);
    fn count(&mut self, text: &str) -> usize;
}

#[repr(C)]
struct Timespec {
    sec: i64,
    nsec: i64,
}

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

fn cpu_time() -> Duration {
    const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
    let mut t = Timespec { sec: 0, nsec: 0 };
    unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut t) };
    Duration::new(t.sec as u64, t.nsec as u32)
}

fn cut(text: &str, size: usize) -> Vec<&str> {
    let size = if size == 0 { text.len() } else { size };
    let mut docs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = size.min(rest.len());
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        docs.push(&rest[..end]);
        rest = &rest[end..];
    }
    docs
}

fn pass<P: Peer>(peer: &mut P, docs: &[&str]) -> usize {
    docs.iter().map(|doc| peer.count(doc)).sum()
}

fn timed<P: Peer>(peer: &mut P, docs: &[&str], label: &str) {
    let from = cpu_time();
    let tokens = pass(peer, docs);
    let took = (cpu_time() - from).as_secs_f64();
    println!("pass\t{label}\t{}\t{tokens}\t{took:.9}", docs.len());
}

fn option(args: &[String], name: &str, default: &str) -> String {
    let at = args.iter().position(|a| a == name);
    at.and_then(|i| args.get(i + 1)).map_or(default.to_string(), |s| s.clone())
}

pub fn main<P: Peer>() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(option(&args, "--corpus", "")).expect("--corpus PATH");
    let encoding = option(&args, "--encoding", "o200k_base");
    let sizes = option(&args, "--size", "65536");
    let rounds: usize = option(&args, "--rounds", "1").parse().unwrap();
    let warm: usize = option(&args, "--warm", "1").parse().unwrap();
    let passes: i64 = option(&args, "--passes", "-1").parse().unwrap();

    let from = cpu_time();
    let mut peer = P::build(&encoding, &option(&args, "--vocab", "tokenizers"));
    println!("build\t{encoding}\t{:.9}", (cpu_time() - from).as_secs_f64());
    let sizes: Vec<usize> = sizes.split(',').map(|s| s.parse().unwrap()).collect();
    if passes >= 0 {
        let docs = cut(&text, sizes[0]);
        let tokens = (0..passes).map(|_| pass(&mut peer, &docs)).last();
        println!("{tokens:?} tokens, {} bytes, {passes} passes", text.len());
        return;
    }
    timed(&mut peer, &cut(&text, 65536), &format!("{encoding}\t65536\tfirst"));
    for size in sizes {
        let docs = cut(&text, size);
        for _ in 0..rounds {
            peer.fresh();
            timed(&mut peer, &docs, &format!("{encoding}\t{size}\tcold"));
            for _ in 0..warm {
                timed(&mut peer, &docs, &format!("{encoding}\t{size}\twarm"));
            }
        }
    }
}
