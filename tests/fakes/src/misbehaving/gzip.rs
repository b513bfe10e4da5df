//! Zeros, gzipped as small as deflate can: 1032 bytes in one.

/// How many bytes one repetition stands for, the most that deflate can.
const RUN: u64 = 258;
/// How many repetitions are written in one byte: each is two bits, both of them zero.
const RUNS_PER_BYTE: u64 = 4;

/// A gzip file (RFC 1952) that unpacks to at least `size` zeros.
pub(crate) fn zeros(size: u64) -> Vec<u8> {
    let bytes = size.saturating_sub(1).div_ceil(RUN * RUNS_PER_BYTE).max(1);
    let unpacked = 1 + bytes * RUNS_PER_BYTE * RUN;
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut bits = Bits::default();
    write_header(&mut bits);
    bits.push_code(0b10, 2); // One literal zero, for the repetitions to repeat.
    for _ in 0..bytes * RUNS_PER_BYTE {
        bits.push(0, 2); // The length 258, then the distance 1.
    }
    bits.push_code(0b11, 2); // The end of the block.
    file.extend(bits.bytes);
    file.extend(crc_of_zeros(unpacked).to_le_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "the format holds the length modulo 2^32")]
    file.extend((unpacked as u32).to_le_bytes());
    file
}

/// The head of the last block, with codes of its own (RFC 1951, section 3.2.7): the length 258 has the code 0, the
/// literal zero 10, the end of the block 11, and the only distance 0.
fn write_header(bits: &mut Bits) {
    bits.push(1, 1); // The last block,
    bits.push(2, 2); // with codes of its own:
    bits.push(286 - 257, 5); // 286 for literals and lengths,
    bits.push(0, 5); // one for distances,
    bits.push(18 - 4, 4); // and 18 for the lengths of codes.
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
        bits.push(
            match symbol {
                18 => 1,
                1 | 2 => 2,
                _ => 0,
            },
            3,
        );
    }
    let (one, two) = (0b10, 0b11);
    let absent = |bits: &mut Bits, count: u32| {
        bits.push_code(0, 1);
        bits.push(count - 11, 7);
    };
    bits.push_code(two, 2); // The literal zero.
    absent(bits, 138);
    absent(bits, 117);
    bits.push_code(two, 2); // 256, the end of the block.
    absent(bits, 28);
    bits.push_code(one, 2); // 285, the length 258.
    bits.push_code(one, 2); // The distance 1.
}

/// Bits from the lowest of each byte upwards.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// A number, its lowest bit first.
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> bit & 1 == 1) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// A code, its highest bit first.
    fn push_code(&mut self, code: u32, length: u32) {
        for bit in (0..length).rev() {
            self.push(code >> bit & 1, 1);
        }
    }
}

/// The checksum of so many zeros, without going through them: appending zeros is multiplying by a power of x.
fn crc_of_zeros(count: u64) -> u32 {
    let mut power = 1 << 31; // The polynomial 1; the highest bit is the lowest power.
    let mut square = 1 << 23; // x^8: one zero byte.
    let mut left = count;
    while left > 0 {
        if left % 2 == 1 {
            power = multiply(power, square);
        }
        square = multiply(square, square);
        left /= 2;
    }
    !multiply(u32::MAX, power)
}

/// The product of two polynomials over GF(2), modulo that of CRC-32.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for power in (0..32).rev() {
        if a >> power & 1 == 1 {
            product ^= b;
        }
        b = if b & 1 == 1 { (b >> 1) ^ 0xedb8_8320 } else { b >> 1 };
    }
    product
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn zeros_unpack_to_what_was_promised() {
        for size in [1, 1000, 1_000_000] {
            let mut unpacked = Vec::new();
            GzDecoder::new(zeros(size).as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(u64::try_from(unpacked.len()).unwrap() >= size);
            assert!(unpacked.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_bomb_is_a_thousand_times_smaller_than_what_is_in_it() {
        assert!(zeros(100 << 20).len() < 103_000);
    }
}
