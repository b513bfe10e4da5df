use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, Write as _};

use scorebox_core::{Digest, DigestWriter, Example};
use tempfile::SpooledTempFile;

/// Bytes of a draft that are kept in memory before it becomes a temporary file.
const IN_MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// Bytes asked for at a time.
const BUFFER_BYTES: usize = 128 * 1024;

/// Examples on their way into a version, as the lines of the version's canonical JSONL: what is written is what the digest
/// of the version is made of.
pub(super) struct Draft {
    writer: BufWriter<SpooledTempFile>,
    line: Vec<u8>,
    digest: DigestWriter,
    rows: u64,
    bytes: u64,
}

/// A draft to which nothing is added any more.
pub(super) struct Drafted {
    reader: BufReader<SpooledTempFile>,
    line: Vec<u8>,
    /// Where the reader is.
    position: u64,
    /// The digest of all lines.
    pub(super) digest: Digest,
    /// How many there are.
    pub(super) rows: u64,
    /// How long they are together.
    pub(super) bytes: u64,
}

/// Where in a draft an example is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    offset: u64,
    length: u32,
}

impl Draft {
    pub(super) fn new() -> Self {
        let file = SpooledTempFile::new(IN_MEMORY_BYTES);
        let writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        Self { writer, line: Vec::new(), digest: DigestWriter::default(), rows: 0, bytes: 0 }
    }

    /// Adds an example.
    pub(super) fn push(&mut self, example: &Example) -> io::Result<()> {
        self.line.clear();
        encode(example, &mut self.line)?;
        self.writer.write_all(&self.line)?;
        self.digest.update(&self.line);
        self.rows += 1;
        self.bytes += self.line.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<Drafted> {
        let mut file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Drafted {
            reader: BufReader::with_capacity(BUFFER_BYTES, file),
            line: self.line,
            position: 0,
            digest: self.digest.finish(),
            rows: self.rows,
            bytes: self.bytes,
        })
    }
}

impl Drafted {
    /// Goes back to the first example.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.go_to(0)
    }

    /// The next example, in their order, and where it is.
    pub(super) fn next_example(&mut self) -> io::Result<Option<(Slot, Example)>> {
        self.line.clear();
        let length = self.reader.read_until(b'\n', &mut self.line)?;
        if length == 0 {
            return Ok(None);
        }
        let length = u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let slot = Slot { offset: self.position, length };
        self.position += u64::from(length);
        Ok(Some((slot, serde_json::from_slice(&self.line)?)))
    }

    /// The example at a place.
    pub(super) fn read(&mut self, slot: Slot) -> io::Result<Example> {
        self.go_to(slot.offset)?;
        self.line.resize(slot.length as usize, 0);
        self.reader.read_exact(&mut self.line)?;
        self.position += u64::from(slot.length);
        Ok(serde_json::from_slice(&self.line)?)
    }

    /// Places are mostly asked for in their order, so what is wanted is often in the buffer.
    fn go_to(&mut self, offset: u64) -> io::Result<()> {
        let distance = i128::from(offset) - i128::from(self.position);
        let distance = i64::try_from(distance).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.reader.seek_relative(distance)?;
        self.position = offset;
        Ok(())
    }
}

/// Appends the example as a line of canonical JSONL: its fields in the order of the format, absent ones left out, values as
/// they are written, except that they do not break the line.
pub(super) fn encode(example: &Example, line: &mut Vec<u8>) -> io::Result<()> {
    let start = line.len();
    serde_json::to_writer(&mut *line, example)?;
    // Between the tokens of JSON a line break is white space, and elsewhere there is none.
    line[start..].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    line.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_core::Json;

    fn example(id: &str, inputs: &str) -> Example {
        let inputs = Json::parse(inputs).unwrap();
        Example { id: id.into(), inputs, outputs: None, expectations: None, trace: None, tags: [].into() }
    }

    #[test]
    fn a_line_has_the_fields_in_their_order_and_values_as_they_are_written() {
        let text = r#"{"tags":{"b":"2","a":"\u0031"},"trace":{"spans": []},"expectations":{"n": 1.50},"outputs":[ 1 ],"inputs":{"z": 1, "a": 2},"id":"x"}"#;
        let mut line = Vec::new();
        encode(&serde_json::from_str(text).unwrap(), &mut line).unwrap();
        let expected = r#"{"id":"x","inputs":{"z": 1, "a": 2},"outputs":[ 1 ],"expectations":{"n": 1.50},"trace":{"spans": []},"tags":{"a":"1","b":"2"}}"#;
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn values_with_line_breaks_stay_on_one_line() {
        let mut line = Vec::new();
        encode(&example("a\nb", "{\r\n  \"q\": \"x\\ny\"\n}"), &mut line).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), "{\"id\":\"a\\nb\",\"inputs\":{\r   \"q\": \"x\\ny\" }}\n");
    }

    #[test]
    fn examples_are_read_in_order_and_by_their_place_also_from_a_file() {
        let long = format!(r#"{{"q":"{}"}}"#, "x".repeat(1_000_000));
        let ids: Vec<_> = (0..12).map(|number| number.to_string()).collect();
        let mut draft = Draft::new();
        ids.iter().for_each(|id| draft.push(&example(id, &long)).unwrap());
        let mut drafted = draft.finish().unwrap();
        assert_eq!(drafted.rows, 12);
        assert!(drafted.bytes > IN_MEMORY_BYTES as u64);
        let mut writer = DigestWriter::default();
        let mut slots = Vec::new();
        for id in &ids {
            let (slot, next) = drafted.next_example().unwrap().unwrap();
            assert_eq!(&next.id, id);
            slots.push(slot);
            let mut line = Vec::new();
            encode(&next, &mut line).unwrap();
            writer.update(&line);
        }
        assert!(drafted.next_example().unwrap().is_none());
        assert_eq!(drafted.digest, writer.finish());
        for place in [3, 4, 11, 0] {
            assert_eq!(drafted.read(slots[place]).unwrap(), example(&ids[place], &long));
        }
        drafted.rewind().unwrap();
        assert_eq!(drafted.next_example().unwrap().unwrap().1.id, "0");
    }
}
