-- ledger.db: LogStore and BlobStore in one database, so that a batch is one transaction (contracts.md 3).
-- application_id 0x4154_4C44 "ATLD". Sections are applied in order; a published section is never changed.

-- version 1

CREATE TABLE entry (
  idx         INTEGER PRIMARY KEY CHECK (idx >= 0),
  leaf        BLOB    NOT NULL CHECK (length(leaf) <= 65535),
  leaf_hash   BLOB    NOT NULL UNIQUE CHECK (length(leaf_hash) = 32),
  attestation BLOB    NOT NULL CHECK (length(attestation) = 32),
  key         BLOB    NOT NULL CHECK (length(key) = 32),
  recorded_at TEXT    NOT NULL,
  readable    INTEGER NOT NULL CHECK (readable IN (0, 1))
) STRICT;

-- Not unique: one key may sign one attestation twice; the lowest idx is "the existing entry".
CREATE INDEX entry_by_attestation ON entry (attestation, key, idx);

-- A tile is up to 8 KiB, too long for a WITHOUT ROWID table.
CREATE TABLE tile (
  level  INTEGER NOT NULL CHECK (level BETWEEN 0 AND 63),
  idx    INTEGER NOT NULL CHECK (idx >= 0),
  hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (level, idx)
) STRICT;

-- Every note that was ever made public. Published = it stands here.
CREATE TABLE published (
  size INTEGER PRIMARY KEY CHECK (size >= 0),
  note TEXT    NOT NULL
) STRICT;

-- coding: 0 as it is, 1 brotli. size: of the bytes before coding.
CREATE TABLE blob (
  digest BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  coding INTEGER NOT NULL CHECK (coding IN (0, 1)),
  size   INTEGER NOT NULL CHECK (size >= 0),
  bytes  BLOB    NOT NULL
) STRICT;

-- The promises of the ports, kept by the database too: nothing here is edited or removed, and tiles only grow.
CREATE TRIGGER entry_is_kept        BEFORE DELETE ON entry     BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER entry_is_immutable   BEFORE UPDATE ON entry     BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER note_is_kept         BEFORE DELETE ON published BEGIN SELECT RAISE(ABORT, 'published notes are never removed'); END;
CREATE TRIGGER note_is_immutable    BEFORE UPDATE ON published BEGIN SELECT RAISE(ABORT, 'published notes are never changed'); END;
CREATE TRIGGER blob_is_immutable    BEFORE UPDATE ON blob      BEGIN SELECT RAISE(ABORT, 'blobs are never changed'); END;
CREATE TRIGGER tile_is_kept         BEFORE DELETE ON tile      BEGIN SELECT RAISE(ABORT, 'tiles are never removed'); END;
CREATE TRIGGER tile_only_grows      BEFORE UPDATE ON tile
  WHEN substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;

-- version 2

-- Start-up folds the trust state from the few keys that may change it, whatever the others have signed.
CREATE INDEX entry_by_key ON entry (key, idx);

-- version 3

-- The output logs of the two maps (index.md 6), each a tree like the one above. log: 0 components, 1 status.
CREATE TABLE output_leaf (
  log       INTEGER NOT NULL CHECK (log IN (0, 1)),
  idx       INTEGER NOT NULL CHECK (idx >= 0),
  leaf      BLOB    NOT NULL CHECK (length(leaf) <= 65535),
  leaf_hash BLOB    NOT NULL CHECK (length(leaf_hash) = 32),
  PRIMARY KEY (log, idx)
) STRICT;

CREATE TABLE output_tile (
  log    INTEGER NOT NULL CHECK (log IN (0, 1)),
  level  INTEGER NOT NULL CHECK (level BETWEEN 0 AND 63),
  idx    INTEGER NOT NULL CHECK (idx >= 0),
  hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (log, level, idx)
) STRICT;

CREATE TABLE output_note (
  log  INTEGER NOT NULL CHECK (log IN (0, 1)),
  size INTEGER NOT NULL CHECK (size >= 0),
  note TEXT    NOT NULL,
  PRIMARY KEY (log, size)
) STRICT;

CREATE TRIGGER output_leaf_is_kept      BEFORE DELETE ON output_leaf BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER output_leaf_is_immutable BEFORE UPDATE ON output_leaf BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER output_note_is_kept      BEFORE DELETE ON output_note BEGIN SELECT RAISE(ABORT, 'published notes are never removed'); END;
CREATE TRIGGER output_note_is_immutable BEFORE UPDATE ON output_note BEGIN SELECT RAISE(ABORT, 'published notes are never changed'); END;
CREATE TRIGGER output_tile_is_kept      BEFORE DELETE ON output_tile BEGIN SELECT RAISE(ABORT, 'tiles are never removed'); END;
CREATE TRIGGER output_tile_only_grows   BEFORE UPDATE ON output_tile
  WHEN substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;

-- version 4

-- The output logs of a map function's successors (index.md 3) stand beside those of v1. log: of the map, and 2 more for each version
-- after v1. SQLite cannot take a check off a table, so each is copied as it is; dropping one fires no trigger.

CREATE TABLE output_leaf_4 (
  log       INTEGER NOT NULL CHECK (log >= 0),
  idx       INTEGER NOT NULL CHECK (idx >= 0),
  leaf      BLOB    NOT NULL CHECK (length(leaf) <= 65535),
  leaf_hash BLOB    NOT NULL CHECK (length(leaf_hash) = 32),
  PRIMARY KEY (log, idx)
) STRICT;
INSERT INTO output_leaf_4 SELECT * FROM output_leaf;
DROP TABLE output_leaf;
ALTER TABLE output_leaf_4 RENAME TO output_leaf;

CREATE TABLE output_tile_4 (
  log    INTEGER NOT NULL CHECK (log >= 0),
  level  INTEGER NOT NULL CHECK (level BETWEEN 0 AND 63),
  idx    INTEGER NOT NULL CHECK (idx >= 0),
  hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (log, level, idx)
) STRICT;
INSERT INTO output_tile_4 SELECT * FROM output_tile;
DROP TABLE output_tile;
ALTER TABLE output_tile_4 RENAME TO output_tile;

CREATE TABLE output_note_4 (
  log  INTEGER NOT NULL CHECK (log >= 0),
  size INTEGER NOT NULL CHECK (size >= 0),
  note TEXT    NOT NULL,
  PRIMARY KEY (log, size)
) STRICT;
INSERT INTO output_note_4 SELECT * FROM output_note;
DROP TABLE output_note;
ALTER TABLE output_note_4 RENAME TO output_note;

CREATE TRIGGER output_leaf_is_kept      BEFORE DELETE ON output_leaf BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER output_leaf_is_immutable BEFORE UPDATE ON output_leaf BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER output_note_is_kept      BEFORE DELETE ON output_note BEGIN SELECT RAISE(ABORT, 'published notes are never removed'); END;
CREATE TRIGGER output_note_is_immutable BEFORE UPDATE ON output_note BEGIN SELECT RAISE(ABORT, 'published notes are never changed'); END;
CREATE TRIGGER output_tile_is_kept      BEFORE DELETE ON output_tile BEGIN SELECT RAISE(ABORT, 'tiles are never removed'); END;
CREATE TRIGGER output_tile_only_grows   BEFORE UPDATE ON output_tile
  WHEN substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;

-- version 5

-- What auditors and witnesses have signed under checkpoints of the output logs. cosigner: a vkey; signed_at: unix seconds; line: of the note.
CREATE TABLE output_cosignature (
  log       INTEGER NOT NULL CHECK (log >= 0),
  size      INTEGER NOT NULL CHECK (size >= 0),
  cosigner  TEXT    NOT NULL,
  signed_at INTEGER NOT NULL CHECK (signed_at > 0),
  line      TEXT    NOT NULL,
  PRIMARY KEY (log, size, cosigner),
  FOREIGN KEY (log, size) REFERENCES output_note (log, size)
) STRICT;

CREATE TRIGGER output_cosignature_is_kept       BEFORE DELETE ON output_cosignature BEGIN SELECT RAISE(ABORT, 'cosignatures are never removed'); END;
CREATE TRIGGER output_cosignature_becomes_newer BEFORE UPDATE ON output_cosignature
  WHEN NEW.signed_at <= OLD.signed_at
BEGIN SELECT RAISE(ABORT, 'a cosignature is replaced by a newer one only'); END;
