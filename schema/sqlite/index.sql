-- index.db: the IndexStore. Derived from ledger.db; can be deleted and is then rebuilt.
-- application_id 0x4154_4958 "ATIX". Sections are applied in order; a published section is never changed.

-- version 1

CREATE TABLE position (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  through          INTEGER NOT NULL CHECK (through >= 0),
  manifest_version INTEGER NOT NULL CHECK (manifest_version >= 0)
) STRICT;
INSERT INTO position VALUES (1, 0, 0);

-- One row per key (index.md 5). map: 0 components, 1 status.
-- count: of all postings. last: the highest. tail: the count % 256 newest ones, coded as in posting-run.ts.
CREATE TABLE posting (
  map   INTEGER NOT NULL CHECK (map IN (0, 1)),
  key   BLOB    NOT NULL CHECK (length(key) <= 1024),
  count INTEGER NOT NULL CHECK (count > 0),
  last  INTEGER NOT NULL CHECK (last >= 0),
  tail  BLOB    NOT NULL,
  PRIMARY KEY (map, key)
) STRICT, WITHOUT ROWID;

-- Closed runs of 256 postings, written once. run: 0 for the lowest 256, and so on.
CREATE TABLE posting_run (
  map      INTEGER NOT NULL,
  key      BLOB    NOT NULL,
  run      INTEGER NOT NULL CHECK (run >= 0),
  postings BLOB    NOT NULL,
  PRIMARY KEY (map, key, run)
) STRICT, WITHOUT ROWID;

-- The rows beside keys and postings. tbl: 0 entry, 1 image, 2 total. Values are a checksum and JSON, too long for WITHOUT ROWID.
CREATE TABLE fact (
  tbl   INTEGER NOT NULL CHECK (tbl IN (0, 1, 2)),
  key   BLOB    NOT NULL,
  value TEXT    NOT NULL,
  PRIMARY KEY (tbl, key)
) STRICT;

-- version 2

-- tbl 3: names. All of it is derived, so it is made again under the new rules instead of being moved.
DELETE FROM posting;
DELETE FROM posting_run;
DROP TABLE fact;
CREATE TABLE fact (
  tbl   INTEGER NOT NULL CHECK (tbl IN (0, 1, 2, 3)),
  key   BLOB    NOT NULL,
  value TEXT    NOT NULL,
  PRIMARY KEY (tbl, key)
) STRICT;
-- Rules of manifests and of rows, as one number.
ALTER TABLE position RENAME COLUMN manifest_version TO rules;
UPDATE position SET through = 0, rules = 0;

-- version 3

-- What the maps commit to (index.md 5) stands beside the postings. An older index is made anew.
DELETE FROM posting_run;
DELETE FROM fact;
UPDATE position SET through = 0, rules = 0;
DROP TABLE posting;

-- edge: the hashes of the right edge of the tree over all postings, 32 bytes each, as many as bits are set in count.
CREATE TABLE posting (
  map   INTEGER NOT NULL CHECK (map IN (0, 1)),
  key   BLOB    NOT NULL CHECK (length(key) <= 1024),
  count INTEGER NOT NULL CHECK (count > 0),
  last  INTEGER NOT NULL CHECK (last >= 0),
  tail  BLOB    NOT NULL,
  edge  BLOB    NOT NULL CHECK (length(edge) % 32 = 0),
  PRIMARY KEY (map, key)
) STRICT, WITHOUT ROWID;

-- Of each entry: how many lines its manifest has, and their root.
CREATE TABLE manifest (
  entry INTEGER PRIMARY KEY CHECK (entry >= 0),
  lines INTEGER NOT NULL CHECK (lines >= 0),
  root  BLOB    NOT NULL CHECK (length(root) = 32)
) STRICT;
