//! Rows on their way from the dataset, gathered into chunks.

use std::ops::Range;

use scorebox_core::Example;

use super::selection::RowSelection;

/// A row on its way from the dataset.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) index: u64,
    /// Which repetition of the example it is.
    pub(super) repeat: u32,
    /// Where it stands among all rows of the run.
    pub(super) position: u64,
    pub(super) example: Example,
    /// Whether it is the first of its session.
    pub(super) begins_session: bool,
}

/// Gathers rows into chunks, which end where sessions end.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    rows: Vec<Row>,
}

impl Gatherer {
    /// Takes a row, and gives those before it once they are enough for a chunk and none of their sessions goes on.
    pub(super) fn add(&mut self, row: Row, enough: usize) -> Option<Vec<Row>> {
        let is_chunk = self.rows.len() >= enough && row.begins_session;
        let chunk = is_chunk.then(|| std::mem::replace(&mut self.rows, Vec::with_capacity(enough)));
        self.rows.push(row);
        chunk
    }

    /// The rows after the last chunk.
    pub(super) fn rest(self) -> Vec<Row> {
        self.rows
    }
}

/// Keeps the sessions of which a row is selected. Where no scorer looks at sessions, each row is one.
pub(super) fn select(rows: Vec<Row>, selection: &RowSelection) -> Vec<Row> {
    if *selection == RowSelection::All {
        return rows;
    }
    let is_kept: Vec<_> = sessions(&rows)
        .into_iter()
        .flat_map(|session| {
            let is_kept = rows[session.clone()].iter().any(|row| selection.contains(row.position));
            session.map(move |_| is_kept)
        })
        .collect();
    rows.into_iter().zip(is_kept).filter_map(|(row, is_kept)| is_kept.then_some(row)).collect()
}

/// Where the sessions of a chunk stand in it.
pub(super) fn sessions(rows: &[Row]) -> Vec<Range<usize>> {
    let mut sessions: Vec<Range<usize>> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        match sessions.last_mut() {
            Some(session) if !row.begins_session => session.end = position + 1,
            _ => sessions.push(position..position + 1),
        }
    }
    sessions
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use scorebox_core::Json;

    /// Rows of sessions with so many turns each.
    fn rows(turns: &[u64]) -> Vec<Row> {
        let begins = turns.iter().flat_map(|&turns| (0..turns).map(|turn| turn == 0));
        let row = |(index, begins_session)| {
            let example = Example {
                id: format!("{index}"),
                inputs: Json::parse("{}").unwrap(),
                outputs: None,
                expectations: None,
                trace: None,
                tags: BTreeMap::new(),
            };
            Row { index, repeat: 0, position: index, example, begins_session }
        };
        (0..).zip(begins).map(row).collect()
    }

    /// The indices of the rows of each chunk.
    fn chunks(turns: &[u64], enough: usize) -> Vec<Vec<u64>> {
        let mut gatherer = Gatherer::default();
        let mut chunks: Vec<_> = rows(turns).into_iter().filter_map(|row| gatherer.add(row, enough)).collect();
        chunks.push(gatherer.rest());
        chunks.iter().map(|chunk| chunk.iter().map(|row| row.index).collect()).collect()
    }

    #[test]
    fn chunks_of_single_rows_have_the_size_that_is_enough() {
        assert_eq!(chunks(&[1; 5], 2), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(chunks(&[1; 3], 1), [[0], [1], [2]]);
    }

    #[test]
    fn chunks_end_where_sessions_end() {
        assert_eq!(chunks(&[3, 1, 2], 1), [vec![0, 1, 2], vec![3], vec![4, 5]]);
        assert_eq!(chunks(&[3, 1, 2], 2), [vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(chunks(&[1, 4, 1], 2), [vec![0, 1, 2, 3, 4], vec![5]]);
    }

    #[test]
    fn without_rows_there_is_nothing_left() {
        assert_eq!(chunks(&[], 1), [Vec::<u64>::new()]);
    }

    #[test]
    fn a_session_is_kept_whole_when_one_of_its_turns_is_selected() {
        let kept = |selection| select(rows(&[3, 1, 2]), &selection).iter().map(|row| row.index).collect::<Vec<_>>();
        assert_eq!(kept(RowSelection::Only([1, 5].into())), [0, 1, 2, 4, 5]);
        assert_eq!(kept(RowSelection::From(3)), [3, 4, 5]);
        assert_eq!(kept(RowSelection::All).len(), 6);
    }

    #[test]
    fn sessions_of_a_chunk_cover_all_its_rows() {
        assert_eq!(sessions(&rows(&[3, 1, 2])), [0..3, 3..4, 4..6]);
        assert!(sessions(&[]).is_empty());
    }
}
